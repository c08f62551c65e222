#!/bin/sh
# SPDX-License-Identifier: MIT
# Who is blocked, or suspended everywhere, is on the roster and has no access.
. "$(dirname "$0")/lib.sh"

write_source '    removal: suspend'

# write_people UID...: the directory; these are in a group where eve is as well, who is
# also in another.
write_people()
{
	for uid in bo eve kim; do
		cat <<-END
			entry $uid uid=$uid,dc=contoso,dc=example
			  objectClass: inetOrgPerson
			  cn: $uid
			  mail: $uid@contoso.example
		END
	done >"$scratch/people.script"
	cat >>"$scratch/people.script" <<-'END'
		entry night cn=Backup-Night,dc=contoso,dc=example
		  objectClass: groupOfNames
		  cn: Backup-Night
		  member: uid=eve,dc=contoso,dc=example
		entry ops cn=Backup-Ops,dc=contoso,dc=example
		  objectClass: groupOfNames
		  cn: Backup-Ops
	END
	for uid; do
		echo "  member: uid=$uid,dc=contoso,dc=example"
	done >>"$scratch/people.script"
}

quiet store init
quiet org create northwind --owner ada@northwind.example
quiet licence set northwind --until "$(($(date +%Y) + 1))-06-30"
quiet principal add sync@northwind.example --owner-of northwind
for name in ada sync; do
	quiet principal allow "$name@northwind.example" --user "$(id -un)" --as operator
done
as=ada@northwind.example
quiet org create northwind/contoso
as=operator
quiet principal add sync@northwind.example --owner-of northwind/contoso
as=sync@northwind.example
write_people bo eve kim
quiet apply contoso --yes
for name in bo eve kim; do
	quiet invite accept "$(run invite list northwind/contoso --tokens |
		sed -n "s/^$name@.* //p" | head -n 1)" --name "$name"
done
walk 0 roster northwind/contoso <<'END'
northwind/contoso on TIME: 5 with access, 0 invited
  ada@northwind.example              member of Owners  Owner
                                     owner of Owners
  bo@contoso.example      bo         member of Ops
  eve@contoso.example     eve        member of Night
                                     member of Ops
  kim@contoso.example     kim        member of Ops
  sync@northwind.example  (service)  held directly     Owner
                                     owner of Night
                                     owner of Ops
END

# Eve keeps one way in, kim keeps none.
write_people bo
quiet apply contoso --yes
as=ada@northwind.example
walk 0 roster northwind/contoso <<'END'
northwind/contoso on TIME: 4 with access, 0 invited, 1 suspended
  ada@northwind.example              member of Owners  Owner
                                     owner of Owners
  bo@contoso.example      bo         member of Ops
  eve@contoso.example     eve        member of Night
                                     member of Ops            suspended
  kim@contoso.example     kim        member of Ops            suspended
  sync@northwind.example  (service)  held directly     Owner
                                     owner of Night
                                     owner of Ops
END

# counts WANT: the first line says so.
counts()
{
	run roster northwind/contoso >"$scratch/raw"
	plain <"$scratch/raw" | head -n 1 | grep -qxF "northwind/contoso on TIME: $1" ||
		fail "the roster says $(head -n 1 "$scratch/raw"), wanted $1"
}
quiet account block bo@contoso.example --in northwind --reason test
counts "3 with access, 0 invited, 1 blocked, 1 suspended"
# Who is both counts once.
quiet account block kim@contoso.example --in northwind --reason test
counts "3 with access, 0 invited, 2 blocked"
quiet account unblock bo@contoso.example --in northwind --reason test
counts "4 with access, 0 invited, 1 blocked"

finish
