#!/bin/sh
# SPDX-License-Identifier: MIT
# What a directory shows, mapped: text and JSON say the same.
. "$(dirname "$0")/lib.sh"

write_source '      - from: { name: "Backup-Operators" }
        to: { group: All, role: owner }'
cat >"$scratch/people.script" <<'END'
entry 1 uid=ada,dc=contoso,dc=example
  objectClass: inetOrgPerson
  cn: Ada
  mail: ada@contoso.example
entry 2 uid=bo,dc=contoso,dc=example
  objectClass: inetOrgPerson
  cn: Bo
  mail: not an address
entry 3 cn=Backup-Operators,dc=contoso,dc=example
  objectClass: groupOfNames
  cn: Backup-Operators
  member: uid=ada,dc=contoso,dc=example
  member: uid=gone,dc=contoso,dc=example
note finding grant the right to read uid
END

walk 0 look contoso <<'END'
e-mail               name  status          grants  entry
ada@contoso.example  Ada   active          2       uid=ada,dc=contoso,dc=example
-                    Bo    not understood  0       uid=bo,dc=contoso,dc=example
! grant the right to read uid
! members of "Backup-Operators" that are not there: "uid=gone,dc=contoso,dc=example"
2 people, 1 groups read, complete
END
walk 0 look contoso --person bo <<'END'
uid=bo,dc=contoso,dc=example (not understood: "not an address" is no e-mail address)
  cn           Bo
  mail         not an address
  objectclass  inetOrgPerson
! grant the right to read uid
! members of "Backup-Operators" that are not there: "uid=gone,dc=contoso,dc=example"
2 people, 1 groups read, complete
END

findings()
{
	cat <<'END'
  "groups": 1,
  "findings": [
    {
      "code": "directory",
      "text": "grant the right to read uid",
      "hint": null
    },
    {
      "code": "mapping",
      "text": "members of \"Backup-Operators\" that are not there: \"uid=gone,dc=contoso,dc=example\"",
      "hint": null
    }
  ],
END
}
{
	cat <<'END'
{
  "source": "contoso",
  "people": [
    {
      "email": "ada@contoso.example",
      "name": "Ada",
      "dn": "uid=ada,dc=contoso,dc=example",
      "status": "active",
      "why": null,
      "grant_count": 2
    },
    {
      "email": null,
      "name": "Bo",
      "dn": "uid=bo,dc=contoso,dc=example",
      "status": "not understood",
      "why": "\"not an address\" is no e-mail address",
      "grant_count": 0
    }
  ],
END
	findings
	cat <<'END'
  "complete": true,
  "incomplete_because": null
}
END
} | walk 0 look contoso --json

echo "incomplete the size limit was reached" >>"$scratch/people.script"
{
	cat <<'END'
{
  "source": "contoso",
  "people": [
    {
      "email": "ada@contoso.example",
      "name": "Ada",
      "dn": "uid=ada,dc=contoso,dc=example",
      "status": "active",
      "why": null,
      "grant_count": 2,
      "attributes": {
        "cn": [
          "Ada"
        ],
        "mail": [
          "ada@contoso.example"
        ],
        "objectclass": [
          "inetOrgPerson"
        ]
      },
      "grants": [
        {
          "organization": "northwind/contoso",
          "group": "All",
          "role": "owner",
          "reason": "in \"Backup-Operators\" (rule 2)"
        },
        {
          "organization": "northwind/contoso",
          "group": "Operators",
          "role": "member",
          "reason": "in \"Backup-Operators\" (rule 1)"
        }
      ]
    }
  ],
END
	findings
	cat <<'END'
  "complete": false,
  "incomplete_because": "the size limit was reached"
}
END
} | walk 4 look contoso --json --person ada
walk 64 look contoso --person eve <<'END'
dirbridge: "eve" fits nobody among 2 people
  Give a part of the e-mail address, the name or the DN.
END

finish
