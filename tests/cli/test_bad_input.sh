#!/bin/sh
# SPDX-License-Identifier: MIT
# What goes wrong before, under and around a plan: each has its own message that names the
# thing and says what to do, its exit code, and leaves the store as it was.
. "$(dirname "$0")/lib.sh"

config=$scratch/dirbridge.yaml
people=$scratch/people.ldif
later=$(($(date +%Y) + 1))-06-30

write_config()
{
	cat >"$config" <<END
store: sqlite:$store
sources:
  contoso:
    organization: northwind/contoso
    act_as: sync@northwind.example
    type: ldif
    file: $people
    grants:
      - from: { name: "Backup-(.*)" }
        to: { group: "\$1", role: member, create: true }
END
}

write_people()
{
	cat >"$people" <<'END'
dn: dc=contoso,dc=example
objectClass: domain
entryUUID: 00000000-0000-4000-8000-000000000001

dn: uid=ada,dc=contoso,dc=example
objectClass: inetOrgPerson
entryUUID: 00000000-0000-4000-8000-000000000002
cn: Ada
mail: ada@contoso.example

dn: cn=Backup-Operators,dc=contoso,dc=example
objectClass: groupOfNames
entryUUID: 00000000-0000-4000-8000-000000000003
cn: Backup-Operators
member: uid=ada,dc=contoso,dc=example
END
}

bridge()
{
	"$program" -c "$config" ${as:+--as "$as"} "$@"
}

content()
{
	sqlite3 "$store" .dump 2>/dev/null | cksum
}

# says CODE TEXT ARG...: exit code, and a text that standard output or error holds.
says()
{
	code=$1
	text=$2
	shift 2
	before=$(content)
	bridge "$@" >"$scratch/got" 2>&1 </dev/null
	got=$?
	[ "$got" = "$code" ] || fail "dirbridge $*: exit code $got, wanted $code"
	grep -qF -- "$text" "$scratch/got" || {
		fail "dirbridge $*: does not say: $text"
		cat "$scratch/got"
	}
	[ "$before" = "$(content)" ] || fail "dirbridge $*: changed the store"
}

command -v sqlite3 >/dev/null || {
	echo "SKIP: sqlite3 is not installed"
	[ "${REQUIRE_SERVERS:-0}" = 1 ] && exit 1
	exit 77
}
write_config
write_people

# ---- before there is a store ----
says 78 "Make one with: dirbridge store init" plan contoso
: >"$store"
says 78 "holds no console" plan contoso
echo "this is no database at all, but text" >"$store"
says 78 "file is not a database" plan contoso
rm -f "$store"

bridge store init >/dev/null
says 5 "org-isolated" roster northwind
says 5 "org-isolated" plan contoso
bridge org create northwind --owner ada@northwind.example >/dev/null
bridge licence set northwind --until "$later" >/dev/null
bridge principal allow ada@northwind.example --user "$(id -un)" >/dev/null
as=ada@northwind.example
bridge org create northwind/contoso >/dev/null
says 5 'there is no service principal "sync@northwind.example"' plan contoso
as=operator
says 5 "org-isolated" plan contoso
bridge principal add sync@northwind.example --owner-of northwind/contoso >/dev/null
as=ada@northwind.example
says 2 "ada@contoso.example" plan contoso

# ---- the configuration ----
says 78 'did you mean' plan contosso
sed -i 's/organization:/organisation:/' "$config"
says 78 'did you mean "organization"' plan contoso
write_config
sed -i 's/^  contoso:/  contoso: [/' "$config"
says 78 "dirbridge.yaml:" plan contoso
write_config
sed -i 's/(\.\*)/(.*/' "$config"
says 78 "dirbridge.yaml:9:" plan contoso
write_config
sed -i 's/type: ldif/type: ldiff/' "$config"
says 78 'did you mean "ldif"' plan contoso
write_config
rm "$config"
says 78 "No such file" plan contoso
write_config

# ---- the directory ----
mv "$people" "$people.away"
says 78 "people.ldif" plan contoso
mv "$people.away" "$people"
echo "nonsense" >>"$people"
says 4 "people.ldif:16" plan contoso
write_people
printf 'dn: uid=x,dc=contoso,dc=example\nmail:< file:///etc/passwd\n' >>"$people"
says 4 "people.ldif" plan contoso
write_people
: >"$people"
says 4 "holds no entry" plan contoso
write_people

# ---- an anchor that is no anchor (F66): refused at the second entry that has it ----
sed -i '/file:/a\    anchor: sn' "$config"
sed -i '/^entryUUID/a sn: Lovelace' "$people"
says 4 "people.ldif:6: the entry has the same sn as the one at line 1" plan contoso
says 4 "people.ldif:6" apply contoso --yes
write_config
write_people

# ---- names that attack whoever reads them ----
cat >>"$people" <<'END'

dn: uid=evil,dc=contoso,dc=example
objectClass: inetOrgPerson
entryUUID: 00000000-0000-4000-8000-000000000004
cn:: G1syShtdMDtvd25lZAc=
mail: evil@contoso.example

dn: cn=Backup-Long,dc=contoso,dc=example
objectClass: groupOfNames
entryUUID: 00000000-0000-4000-8000-000000000005
cn:: QmFja3VwLUEKQg==
member: uid=evil,dc=contoso,dc=example
END
says 2 "ada@contoso.example" plan contoso
if LC_ALL=C grep -q "$(printf '\033\|\007')" "$scratch/got"; then
	fail "a terminal escape came through"
fi
says 0 'evil@contoso.example' look contoso --person evil
if LC_ALL=C grep -q "$(printf '\033\|\007')" "$scratch/got"; then
	fail "a terminal escape came through"
fi
long=$(head -c 10000 /dev/zero | tr '\0' x)
cat >>"$people" <<END

dn: cn=Backup-$long,dc=contoso,dc=example
objectClass: groupOfNames
entryUUID: 00000000-0000-4000-8000-000000000006
cn: Backup-$long
member: uid=evil,dc=contoso,dc=example
END
says 2 "rule 1" plan contoso
write_people

# ---- asking, and applying ----
says 64 "Say --yes" apply contoso
# Known before the directory is read.
mv "$people" "$people.away"
says 64 "Say --yes" apply contoso
says 78 "people.ldif" apply contoso --yes
mv "$people.away" "$people"
as=operator
says 5 "org-isolated" apply contoso --yes
as=sync@northwind.example
says 5 "org-isolated" apply contoso --yes
as=ada@northwind.example

# ---- the store under an apply ----
if [ "$(id -u)" != 0 ]; then
	chmod 400 "$store"
	chmod 500 "$scratch"
	says 78 "must be writable" apply contoso --yes
	chmod 700 "$scratch"
	chmod 600 "$store"
fi
sqlite3 "$store" "PRAGMA user_version = 99"
says 78 "newer than this program" plan contoso
sqlite3 "$store" "PRAGMA user_version = 2"

bridge apply contoso --yes >/dev/null || fail "the apply itself fails"
says 0 "nothing to do" plan contoso
sed -i 's/dc=contoso,dc=example/dc=other,dc=example/' "$people"
says 78 "not the directory that was read before" plan contoso
finish
