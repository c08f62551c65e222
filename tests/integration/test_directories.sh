#!/bin/sh
# SPDX-License-Identifier: MIT
# One source of two OpenLDAP servers: members across them, one of them stopped, and one that
# no longer lets its account read. It starts in the directory that the program was built in.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
"$top/contrib/slapd" check || exit $?
trap '"$top/contrib/slapd" stop "$scratch/amer"; "$top/contrib/slapd" stop "$scratch/emea"; rm -rf "$scratch"' EXIT

people()
{
	printf '\n\ndn: ou=people,dc=%s,dc=test\nobjectClass: organizationalUnit\nou: people\n' "$1"
	shift
	for who in "$@"; do
		printf '\ndn: uid=%s,ou=people,%s\nobjectClass: inetOrgPerson\nuid: %s\ncn: %s\nsn: %s\nmail: %s@litware.test\n' \
			"$who" "$suffix" "$who" "$who" "$who" "$who"
	done
}

# start NAME: a server of its own for dc=NAME,dc=test; its URL and its CA as NAME_url ...
start()
{
	SUFFIX=$suffix "$top/contrib/slapd" start "$scratch/$1" "$scratch/$1.ldif" >"$scratch/env"
	url=$(sed -n 's/^LDAP_URL=//p' "$scratch/env")
	ca=$(sed -n 's/^CA=//p' "$scratch/env")
}

directory()
{
	cat <<-END
		      $1:
		        url: $url
		        tls: { ca: "$ca" }
		        base: [ "ou=people,$suffix", "ou=groups,$suffix" ]
		        bind: { dn: "cn=bridge,ou=services,$suffix", password: "env:PW" }
	END
}

# change NAME: as its administrator, what is on standard input
change()
{
	ldapmodify -x -H "$(sed -n 's/^LDAP_URL=//p' "$scratch/$1/env")" \
		-D "cn=admin,dc=$1,dc=test" -w adminpw >"$scratch/out" 2>&1 ||
		fail "cannot change $1: $(cat "$scratch/out")"
}

shows()
{
	code=$1
	shift
	run "$@" >"$scratch/out" 2>&1 </dev/null
	got=$?
	[ "$got" = "$code" ] || fail "dirbridge $*: exit code $got, wanted $code"
	while read -r line; do
		grep -qF -- "$line" "$scratch/out" || {
			fail "dirbridge $* does not show: $line"
			cat "$scratch/out"
		}
	done
}

export PW=bridgepw
suffix=dc=amer,dc=test
{
	people amer ada bob
	printf '\ndn: ou=groups,%s\nobjectClass: organizationalUnit\nou: groups\n' $suffix
	printf '\ndn: cn=Backup,ou=groups,%s\nobjectClass: groupOfNames\ncn: Backup\n' $suffix
	printf 'member: uid=%s\n' "ada,ou=people,$suffix" "bob,ou=people,$suffix" \
		"eve,ou=people,dc=emea,dc=test" "kim,ou=people,dc=emea,dc=test"
	printf 'owner: uid=kim,ou=people,dc=emea,dc=test\n'
} >"$scratch/amer.ldif"
start amer
amer=$(directory amer)
suffix=dc=emea,dc=test
{
	people emea eve kim
	printf '\ndn: ou=groups,%s\nobjectClass: organizationalUnit\nou: groups\n' $suffix
	printf '\ndn: cn=Europe,ou=groups,%s\nobjectClass: groupOfNames\ncn: Europe\n' $suffix
	printf 'member: cn=Backup,ou=groups,dc=amer,dc=test\n'
} >"$scratch/emea.ldif"
start emea
emea=$(directory emea)
cat >"$scratch/dirbridge.yaml" <<END
store: sqlite:$store
sources:
  litware:
    organization: northwind/litware
    act_as: sync@northwind.example
    type: ldap
    people: { email: mail, name: cn }
    directories:
$amer
$emea
    grants:
      - from: { name: "(.+)" }
        to: { group: "\$1", create: true, owners: owner }
END
export DIRBRIDGE_CONFIG="$scratch/dirbridge.yaml"
for command in "store init" "org create northwind --owner ada@northwind.example --name Ada" \
	"licence set northwind --until 2099-12-31" \
	"principal allow ada@northwind.example --user $(id -un)" \
	"org create northwind/litware --as ada@northwind.example" \
	"principal add sync@northwind.example --owner-of northwind/litware --as operator"; do
	# shellcheck disable=SC2086 # words are words
	run $command >"$scratch/out" 2>&1 || fail "dirbridge $command: $(cat "$scratch/out")"
done
as=ada@northwind.example

shows 0 check --connect <<END
litware / amer → northwind/litware
litware / emea → northwind/litware
secured by             TLS
END
shows 0 apply litware --yes <<END
+ eve@litware.test         member   invite    in "Backup"
+ kim@litware.test         owner    invite    owner of "Backup"
+ ada@litware.test         member   invite    in "Europe" through "Backup"
read 4 people and 2 groups in 4 pages, complete
"amer": 3 entries in 2 pages, complete
"emea": 3 entries in 2 pages, complete
END

# One is stopped: its people stay, the other's additions go on, nobody is removed.
"$top/contrib/slapd" stop "$scratch/emea"
change amer <<END
dn: uid=new,ou=people,dc=amer,dc=test
changetype: add
objectClass: inetOrgPerson
uid: new
cn: new
sn: new
mail: new@litware.test

dn: cn=Backup,ou=groups,dc=amer,dc=test
changetype: modify
add: member
member: uid=new,ou=people,dc=amer,dc=test
-
delete: member
member: uid=bob,ou=people,dc=amer,dc=test
END
shows 4 apply litware --yes <<END
directory "emea" was not read whole: cannot reach
+ new@litware.test         member   invite    in "Backup"
+ new@litware.test         member   invite    in "Europe" through "Backup"
2 to add, 0 to remove, 0 held
"emea": 0 entries, incomplete: cannot reach
applied: 2 done
END
shows 1 check --connect <<END
secured by             TLS
connection refused
END

# It is back, and its account reads one of its bases no longer: success, and nothing.
start emea
ldapmodify -Q -Y EXTERNAL -H "$(sed -n 's/^LDAPI_URL=//p' "$scratch/emea/env")" \
	>"$scratch/out" 2>&1 <<END || fail "no access rule: $(cat "$scratch/out")"
dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: {0}to dn.children="ou=people,dc=emea,dc=test" by dn.exact="cn=admin,dc=emea,dc=test" write by * none
END
shows 4 apply litware --yes <<END
"emea: ou=people,dc=emea,dc=test" showed no entry; the median of the last good runs is 2
0 to add, 0 to remove, 0 held
applied: 0 done
END
ldapmodify -Q -Y EXTERNAL -H "$(sed -n 's/^LDAPI_URL=//p' "$scratch/emea/env")" \
	>"$scratch/out" 2>&1 <<END || fail "no access rule: $(cat "$scratch/out")"
dn: olcDatabase={1}mdb,cn=config
changetype: modify
delete: olcAccess
olcAccess: {0}
END
shows 0 apply litware --yes <<END
- bob@litware.test         member   cancel    no longer in the directory group
0 to add, 2 to remove, 0 held
END
finish
