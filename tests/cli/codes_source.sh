# SPDX-License-Identifier: MIT
# The codes that only a source's plan meets, and what its invitations bind; a part of
# test_codes.sh.
# shellcheck shell=sh disable=SC2034,SC2154 # names of lib_codes.sh

DIRBRIDGE_CONFIG=$scratch/dirbridge.yaml
export DIRBRIDGE_CONFIG

# write_config ORG RULE [MORE]: of the source contoso; RULE is what a group's name feeds.
write_config()
{
	cat >"$DIRBRIDGE_CONFIG" <<END
store: sqlite:$store
sources:
  contoso:
    organization: $1
    act_as: sync@northwind.example
    type: script
    file: $scratch/people.script
    people: { email: mail, name: cn }
${3:-}
    grants:
      - from: { name: "(.+)" }
        to: { group: "\$1", $2 }
END
}

# write_people GROUP NAME...: everybody is in one group.
write_people()
{
	{
		printf 'entry %s cn=%s,dc=contoso,dc=example\n' "$1" "$1"
		printf '  objectClass: groupOfNames\n  cn: %s\n' "$1"
		shift
		printf '  member: uid=%s,dc=contoso,dc=example\n' "$@"
		for name; do
			printf 'entry p-%s uid=%s,dc=contoso,dc=example\n' "$name" "$name"
			printf '  objectClass: inetOrgPerson\n  cn: %s\n' "$name"
			printf '  mail: %s@contoso.example\n' "$name"
		done
	} >"$scratch/people.script"
}

as=operator
quiet principal add sync@northwind.example --owner-of northwind/contoso
as=$ada
quiet group add northwind/contoso Operators sync@northwind.example --role owner
quiet group add northwind/contoso Owners sync@northwind.example --role owner

# ---- Owner is given by a rule that says so ----
write_config northwind/contoso 'role: member'
write_people Owners bo
planned owner-claim 5 refuse 'owner-claim: the group gives Owner' 5

# ---- what is protected ----
write_config northwind/contoso 'role: member' "    protect: [$bo]"
write_people Operators bo
planned protected 0 skip 'protected: no source touches what is protected' 0

# ---- an account is one person's ----
write_config northwind/contoso 'role: member'
write_people Operators new newer
quiet apply contoso --yes
run invite list northwind/contoso --tokens >"$scratch/tokens"
new=$(sed -n '/^new@/s/.* //p' "$scratch/tokens")
newer=$(sed -n '/^newer@/s/.* //p' "$scratch/tokens")
as=
quiet invite accept "$new"
refuse account-bound invite accept "$newer" --email new@contoso.example <<END
account-bound: the account belongs to somebody else of the same directory
Accept with an account of your own.
END

# ---- who was erased stays so ----
as=operator
quiet account erase new@contoso.example
as=$ada
planned erased 0 skip 'erased: the person was erased, and no source brings them back' 0

# ---- what a source may reach is looked at three times: in the configuration, by the name
# that is bound to one organization, and, for a store in which somebody moved it, by the
# rule ----
as=operator
quiet principal add sync@northwind.example --owner-of northwind/contoso/lab
as=$ada
quiet group create northwind/contoso/lab Operators
quiet group add northwind/contoso/lab Operators sync@northwind.example --role owner
write_people Operators new newer
sed -i '/member: uid=newer/d' "$scratch/people.script"
write_config northwind/contoso/lab 'role: member, organization: northwind/contoso'
before=$(digest_store)
for word in plan "apply --yes"; do
	# shellcheck disable=SC2086 # words
	walk 78 $word contoso <<END
dirbridge: DIR/dirbridge.yaml:12:56: "to.organization" must be "northwind/contoso/lab" or lie below it, not "northwind/contoso"
  Every setting is described in dirbridge.yaml(5).
END
done
write_config northwind/contoso/lab 'role: member'
for word in plan "apply --yes"; do
	# shellcheck disable=SC2086 # words
	walk 78 $word contoso <<END
dirbridge: source "contoso" of "northwind/contoso/lab": the name is taken in this store
  Give this source another name; one that was applied before keeps its organization.
END
done
[ "$before" = "$(digest_store)" ] || fail "source-scope: something changed"
sqlite3 "$store" "UPDATE source SET organization_id =
	(SELECT id FROM organization WHERE name = 'lab')"
planned source-scope 5 refuse 'source-scope: a source acts in its own organization and below' 5
