#!/bin/sh
# SPDX-License-Identifier: MIT
# The console by hand, from an empty store to a roster.
. "$(dirname "$0")/lib.sh"

later=$(($(date +%Y) + 1))-06-30

# ---- the operator ----
walk 0 store init <<'END'
made store "DIR/console.db"; "USER" is its operator
next: dirbridge org create ROOT --owner EMAIL
END
walk 78 store init <<'END'
dirbridge: store "DIR/console.db" is there already
  Name another file, or use what is there.
END
walk 64 org create northwind <<'END'
dirbridge: a root needs --owner EMAIL
  It names the root's first organization owner.
END
walk 0 org create northwind --owner ada@northwind.example --name "Ada L." <<'END'
made organization "northwind"
next: dirbridge licence set northwind --until DATE
      dirbridge principal allow ada@northwind.example --user USER
END
walk 5 org create NORTHWIND --owner eve@x.example <<'END'
dirbridge: name-taken: the name is taken (case does not matter)
  Choose another name, or use what has it.
END
walk 0 org create globex --owner gil@globex.example <<'END'
made organization "globex"
next: dirbridge licence set globex --until DATE
      dirbridge principal allow gil@globex.example --user USER
END
walk 0 licence show northwind <<'END'
"northwind" has no licence
! "northwind" has no Enterprise licence: nothing is added
  Ask the operator for one: dirbridge licence set. Removals go on.
END
walk 64 licence set northwind --until yesterday <<'END'
dirbridge: "yesterday" is no time
  Write 2026-11-24, "TIME" or TIME (UTC).
END
walk 64 licence set northwind --until 2020-01-01 <<'END'
dirbridge: "2020-01-01" is over
  Name a time in the future; a licence ends by itself.
END
walk 0 licence set northwind --until "$later" <<'END'
"northwind" is licensed until TIME
END
walk 0 licence show northwind <<'END'
"northwind" is licensed (enterprise) until TIME: valid
END
for command in "licence set northwind/contoso --until $later" \
	"licence show northwind/contoso" "account list northwind/contoso" \
	"account block bo@contoso.example --in northwind/contoso --reason gone" \
	"account unblock bo@contoso.example --in northwind/contoso --reason back"; do
	# shellcheck disable=SC2086 # words
	walk 64 $command <<'END'
dirbridge: "northwind/contoso" is no root
  Name its root: northwind
END
done
walk 0 principal add sync@northwind.example --owner-of northwind <<'END'
service principal "sync@northwind.example" has Owner of "northwind"
END
walk 64 principal add other --owner-of northwind --owner-of globex <<'END'
dirbridge: "northwind" and "globex" are of two roots
  Name one root's organizations at a time.
END
walk 5 principal add other --owner-of northwind/contoso <<'END'
dirbridge: org-isolated: "operator" owns no organization "northwind/contoso"
  Check the path, or act as somebody who owns it (--as).
END
walk 5 group create northwind Auditors <<'END'
dirbridge: org-isolated: "operator" owns no organization "northwind"
  Check the path, or act as somebody who owns it (--as).
END
walk 5 principal allow bo@contoso.example --user bo <<'END'
dirbridge: no-principal: there is no principal "bo@contoso.example"
  See them with: dirbridge principal list
END
walk 64 principal allow ada@northwind.example --user '' <<'END'
dirbridge: which user is missing: --user USER
END
walk 0 principal allow ada@northwind.example --user "$(id -un)" <<'END'
operating-system user "USER" may act as "ada@northwind.example"
END
walk 0 principal list --json <<'END'
{
  "principals": [
    {
      "name": "operator",
      "kind": "operator",
      "users": [
        "USER"
      ],
      "owns": []
    },
    {
      "name": "ada@northwind.example",
      "kind": "person",
      "users": [
        "USER"
      ],
      "owns": []
    },
    {
      "name": "gil@globex.example",
      "kind": "person",
      "users": [],
      "owns": []
    },
    {
      "name": "sync@northwind.example",
      "kind": "service",
      "users": [],
      "owns": [
        "northwind"
      ]
    }
  ]
}
END
walk 64 org list <<'END'
dirbridge: user "USER" may act as more than one principal
  Choose with --as: ada@northwind.example, operator.
END
walk 5 org list --as gil@globex.example <<'END'
dirbridge: not-yours: operating-system user "USER" may not act as "gil@globex.example"
  The operator allows it with: dirbridge principal allow
END

# ---- an organization owner ----
as=ada@northwind.example
walk 0 org create northwind/contoso <<'END'
made organization "northwind/contoso"
END
walk 64 org create northwind/fabrikam --owner bo@contoso.example <<'END'
dirbridge: --owner is for roots
  Whoever makes a sub-organization owns it.
END
walk 64 org create northwind/fabrikam --name Bo <<'END'
dirbridge: --name goes with --owner
  Both are for roots: they say who is the first owner.
END
walk 64 org create fabrikam --as operator --owner bo@contoso.example --name '' <<'END'
dirbridge: "" is no name for a person: it takes 1 to 200 bytes of UTF-8 without control characters
END
quiet org create northwind/contoso/lab
walk 5 org create northwind/contoso/lab/cell <<'END'
dirbridge: org-depth: an organization tree has at most three levels
  Make it higher up in the tree.
END
walk 5 org create initech --owner ada@northwind.example <<'END'
dirbridge: not-operator: only the operator may do this
  Ask the operator of the store, or act as operator (--as operator).
END
walk 0 org list <<'END'
northwind              1 owner
northwind/contoso      1 owner
northwind/contoso/lab  1 owner
END
walk 0 --json org list northwind/contoso/lab <<'END'
{
  "organizations": [
    {
      "path": "northwind/contoso/lab",
      "id": "ID",
      "level": 3,
      "owners": 1
    }
  ]
}
END
# Another's, and nobody's, in the same words.
for path in globex initech; do
	walk 5 roster $path <<END
dirbridge: org-isolated: "ada@northwind.example" owns no organization "$path"
  Check the path, or act as somebody who owns it (--as).
END
done

# ---- groups ----
walk 0 group create northwind/contoso Operators <<'END'
made group "Operators" in "northwind/contoso"; "ada@northwind.example" is its owner
END
walk 5 group create northwind/contoso operators <<'END'
dirbridge: name-taken: the name is taken (case does not matter)
  Choose another name, or use what has it.
END
walk 64 group create northwind/contoso '' <<'END'
dirbridge: "" is no name for a group: it takes 1 to 200 bytes of UTF-8 without control characters
END
walk 5 group add northwind/contoso Operators bo@contoso.example --role member <<'END'
dirbridge: unknown-account: "ada@northwind.example" knows nobody as "bo@contoso.example" here
  Check the spelling, or invite them: dirbridge invite send
END
walk 64 group add northwind/contoso Operators ada@northwind.example --role boss <<'END'
dirbridge: there is no role "boss"
  Say --role member or --role owner.
END
walk 0 group add northwind/contoso Operators sync@northwind.example --role owner <<'END'
"sync@northwind.example" is owner of "Operators" in "northwind/contoso"
END
walk 0 group add northwind/contoso Operators sync@northwind.example --role owner <<'END'
"sync@northwind.example" is owner of "Operators" in "northwind/contoso" already
END
walk 5 group remove northwind/contoso Operators ada@northwind.example --role owner <<'END'
dirbridge: last-owner: the last active person who owns it cannot be removed
  Give the role to somebody else first; to shut the person out at once: dirbridge account block
END
walk 0 group list northwind/contoso <<'END'
Owners     1 member   1 owner
Operators  0 members  2 owners
END
walk 0 group list northwind/contoso --json <<'END'
{
  "organization": "northwind/contoso",
  "groups": [
    {
      "name": "Owners",
      "home": "northwind/contoso",
      "members": 1,
      "owners": 1,
      "linked": false
    },
    {
      "name": "Operators",
      "home": "northwind/contoso",
      "members": 0,
      "owners": 2,
      "linked": false
    }
  ]
}
END
walk 0 group show northwind/contoso Operators <<'END'
ada@northwind.example   owner  by hand
sync@northwind.example  owner  by hand
END
walk 0 group show northwind/contoso Operators --json <<'END'
{
  "organization": "northwind/contoso",
  "group": "Operators",
  "roles": [
    {
      "who": "ada@northwind.example",
      "role": "owner",
      "state": "active",
      "givers": [
        "hand"
      ]
    },
    {
      "who": "sync@northwind.example",
      "role": "owner",
      "state": "active",
      "givers": [
        "hand"
      ]
    }
  ],
  "home": {
    "organization": "northwind/contoso",
    "claims": []
  },
  "links": []
}
END

# ---- invitations ----
walk 0 invite send northwind/contoso Operators bo@contoso.example --role member <<'END'
invited "bo@contoso.example" as member of "Operators" in "northwind/contoso" until TIME
END
quiet invite send northwind/contoso Operators bo@contoso.example --role owner
quiet invite send northwind/contoso Operators kim@contoso.example --role member
quiet invite send northwind/contoso Operators zed@contoso.example --role member
walk 5 invite send northwind/contoso Operators bo@contoso.example --role member <<'END'
dirbridge: invite-duplicate: the same invitation is pending already
  Wait for an answer, or cancel it: dirbridge invite cancel
END
walk 0 invite list northwind/contoso <<'END'
bo@contoso.example   member  Operators  by ada@northwind.example  now  until TIME
bo@contoso.example   owner   Operators  by ada@northwind.example  now  until TIME
kim@contoso.example  member  Operators  by ada@northwind.example  now  until TIME
zed@contoso.example  member  Operators  by ada@northwind.example  now  until TIME
END
walk 0 invite list northwind/contoso --json <<'END'
{
  "organization": "northwind/contoso",
  "invitations": [
    {
      "email": "bo@contoso.example",
      "group": "Operators",
      "role": "member",
      "inviter": "ada@northwind.example",
      "mode": "mail",
      "created": "TIME",
      "expires": "TIME"
    },
    {
      "email": "bo@contoso.example",
      "group": "Operators",
      "role": "owner",
      "inviter": "ada@northwind.example",
      "mode": "mail",
      "created": "TIME",
      "expires": "TIME"
    },
    {
      "email": "kim@contoso.example",
      "group": "Operators",
      "role": "member",
      "inviter": "ada@northwind.example",
      "mode": "mail",
      "created": "TIME",
      "expires": "TIME"
    },
    {
      "email": "zed@contoso.example",
      "group": "Operators",
      "role": "member",
      "inviter": "ada@northwind.example",
      "mode": "mail",
      "created": "TIME",
      "expires": "TIME"
    }
  ]
}
END
bo=$(token northwind/contoso 1)
kim=$(token northwind/contoso 3)
[ "$bo" = "$(token northwind/contoso 2)" ] ||
	fail "two invitations of one address are two mails"
walk 0 invite cancel northwind/contoso Operators zed@contoso.example --role member <<'END'
cancelled the invitation of "zed@contoso.example" as member of "Operators" in "northwind/contoso"
END
walk 5 invite cancel northwind/contoso Operators zed@contoso.example --role member <<'END'
dirbridge: invite-ended: the invitation is no longer pending
  See what is pending with: dirbridge invite list
END
walk 5 invite send northwind/contoso Operators zed@contoso.example --role member <<'END'
dirbridge: invite-cooldown: the last mail to this address is less than 24 h old
  Try again when a day has passed since.
END
as=
walk 0 invite accept "$bo" --name Bo <<'END'
"bo@contoso.example" has 2 roles more in "northwind"
END
walk 5 invite accept "$bo" <<'END'
dirbridge: invite-ended: the token belongs to no pending invitation
  It may have been accepted, declined, cancelled, or be over: ask for a new one.
END
walk 0 invite decline "$kim" <<'END'
declined
END
walk 5 invite decline 00 <<'END'
dirbridge: invite-ended: the token belongs to no pending invitation
  It may have been accepted, declined, cancelled, or be over: ask for a new one.
END

# ---- the roster ----
as=ada@northwind.example
quiet invite send northwind/contoso Owners lea@contoso.example --role member
walk 0 roster northwind/contoso <<'END'
northwind/contoso on TIME: 3 with access, 1 invited
  ada@northwind.example   Ada L.     owner of Operators
                                     member of Owners     Owner
                                     owner of Owners
  bo@contoso.example      Bo         member of Operators
                                     owner of Operators
  sync@northwind.example  (service)  owner of Operators
invited:
  lea@contoso.example  member of Owners  by ada@northwind.example  now  until TIME
END
walk 0 roster northwind/contoso --at 2020-01-01 <<'END'
northwind/contoso on TIME: 0 with access, 0 invited
END
walk 0 roster northwind --json <<'END'
{
  "organization": "northwind",
  "at": "TIME",
  "people": [
    {
      "kind": "person",
      "email": "ada@northwind.example",
      "name": "Ada L.",
      "blocked": false,
      "elsewhere": null,
      "ways": [
        {
          "group": "Owners",
          "home": "northwind",
          "role": "member",
          "linked": false,
          "claims": [
            "Owner"
          ],
          "owner": true,
          "suspended": false,
          "since": "TIME"
        },
        {
          "group": "Owners",
          "home": "northwind",
          "role": "owner",
          "linked": false,
          "claims": [],
          "owner": false,
          "suspended": false,
          "since": "TIME"
        }
      ]
    },
    {
      "kind": "service",
      "email": null,
      "name": "sync@northwind.example",
      "blocked": false,
      "elsewhere": null,
      "ways": [
        {
          "group": null,
          "home": "northwind",
          "role": null,
          "linked": false,
          "claims": [
            "Owner"
          ],
          "owner": true,
          "suspended": false,
          "since": "TIME"
        }
      ]
    }
  ],
  "invitations": [],
  "signed_off": null
}
END

# ---- accounts ----
walk 5 account block eve@x.example --in northwind --reason gone <<'END'
dirbridge: unknown-account: "eve@x.example" has no account in "northwind"
  See who has with: dirbridge account list
END
walk 0 account block bo@contoso.example --in northwind --reason 'left in anger' <<'END'
"bo@contoso.example" is blocked in "northwind"
END
walk 0 account list northwind <<'END'
ada@northwind.example   person
bo@contoso.example      person   blocked since TIME: left in anger
sync@northwind.example  service
END
walk 0 account list northwind --json <<END
{
  $(echo '"root"' | plain): "northwind",
  "accounts": [
    {
      "who": "ada@northwind.example",
      "kind": "person",
      "name": "Ada L.",
      "block_reason": null,
      "blocked_since": null
    },
    {
      "who": "bo@contoso.example",
      "kind": "person",
      "name": "Bo",
      "block_reason": "left in anger",
      "blocked_since": "TIME"
    },
    {
      "who": "sync@northwind.example",
      "kind": "service",
      "name": "sync@northwind.example",
      "block_reason": null,
      "blocked_since": null
    }
  ]
}
END
walk 5 group add northwind/contoso Owners bo@contoso.example --role member <<'END'
dirbridge: account-blocked: the account is blocked in this root
  An owner of the root lifts it with: dirbridge account unblock
END
walk 0 account unblock bo@contoso.example --in northwind --reason back <<'END'
"bo@contoso.example" is not blocked in "northwind"
END
as=operator
walk 0 account block ada@northwind.example --in northwind --reason test <<'END'
"ada@northwind.example" is blocked in "northwind"
without an owner now: northwind
without an owner now: northwind/contoso
without an owner now: northwind/contoso/lab
without an owner now: northwind / Owners
without an owner now: northwind/contoso / Owners
without an owner now: northwind/contoso/lab / Owners
END
walk 0 group add northwind Owners bo@contoso.example --role member <<'END'
"bo@contoso.example" is member of "Owners" in "northwind"
END
as=ada@northwind.example
walk 5 roster northwind <<'END'
dirbridge: org-isolated: "ada@northwind.example" owns no organization "northwind"
  Check the path, or act as somebody who owns it (--as).
END

finish
