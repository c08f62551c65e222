#!/bin/sh
# SPDX-License-Identifier: MIT
# What a refusal advises fits what was asked, and leads there.
. "$(dirname "$0")/lib.sh"

quiet store init
quiet org create northwind --owner ada@northwind.example --name Ada
quiet licence set northwind --until 2099-12-31
quiet principal allow ada@northwind.example --user "$(id -un)"
as=ada@northwind.example
quiet org create northwind/contoso
quiet org create northwind/fabrikam
quiet org create northwind/contoso/berlin
quiet group create northwind Operators
quiet group claim northwind Operators Backup
quiet group claim northwind Operators owner

# What is below an organization comes right after it.
walk 0 org list <<'END'
northwind                 1 owner
northwind/contoso         1 owner
northwind/contoso/berlin  1 owner
northwind/fabrikam        1 owner
END

# ---- links ----
walk 0 link add northwind Operators northwind/contoso <<'END'
linked "Operators" of "northwind" to "northwind/contoso", with Backup
END
walk 5 link add northwind Operators northwind/contoso --with-owner <<'END'
dirbridge: unchanged: it is linked already, without Owner
  Give Owner with: dirbridge group claim TARGET NAME Owner --home HOME
END
walk 0 group claim northwind/contoso Operators Owner --home northwind <<'END'
members of "Operators" have Owner in "northwind/contoso"
END
walk 5 link add northwind Operators northwind/contoso --with-owner <<'END'
dirbridge: unchanged: it is so already
  There is nothing to do.
END
walk 5 link remove northwind Operators northwind/fabrikam <<'END'
dirbridge: not-given: "Operators" of "northwind" is not linked there
  See what is with: dirbridge link list
END
walk 0 link list northwind <<'END'
Operators  to northwind/contoso  with Backup, Owner
END
walk 0 group show northwind Operators <<'END'
ada@northwind.example  owner  by hand
gives Backup, Owner in northwind
linked to northwind/contoso, gives Backup, Owner
END
walk 0 group unclaim northwind/contoso Operators Owner --home northwind <<'END'
members of "Operators" no longer have Owner in "northwind/contoso"
END
walk 5 group show northwind Nobody <<'END'
dirbridge: no-group: "northwind" has no security group "Nobody"
  See which it has with: dirbridge group list
END

# ---- principals ----
as=operator
quiet principal add sync --owner-of northwind/contoso
walk 5 principal remove sync --owner-of northwind <<'END'
dirbridge: not-given: "sync" does not own "northwind" directly
  See what it owns with: dirbridge principal list
END
walk 0 principal remove sync --owner-of northwind/contoso --json <<'END'
{
  "principal": "sync",
  "disowned": "northwind/contoso"
}
END
walk 5 principal remove nobody --owner-of northwind <<'END'
dirbridge: unknown-account: "operator" knows nobody as "nobody" here
  See who has an account with: dirbridge account list
END
walk 0 principal allow sync --user bridge <<'END'
operating-system user "bridge" may act as "sync"
END
walk 0 principal disallow sync --user bridge <<'END'
operating-system user "bridge" may no longer act as "sync"
END
walk 5 principal disallow sync --user bridge <<'END'
dirbridge: not-given: user "bridge" may not act as "sync"
  See who may with: dirbridge principal list
END
walk 5 principal disallow operator --user "$(id -un)" <<'END'
dirbridge: last-owner: nobody else may act as operator
  Allow another user first: dirbridge principal allow operator --user USER
END
quiet principal allow operator --user somebody
quiet principal disallow operator --user somebody

# ---- accounts ----
walk 5 account email nobody@x.example bo@x.example --in northwind <<'END'
dirbridge: unknown-account: "operator" knows nobody as "nobody@x.example" here
  See who has an account with: dirbridge account list
END
quiet invite send northwind Owners bo@contoso.example --role member --as ada@northwind.example
as=ada@northwind.example
quiet invite accept "$(token northwind 1)" --name Bo
as=operator
walk 0 account erase bo@contoso.example <<'END'
erased "bo@contoso.example" in 1 root; the trail calls them ID
END
quiet audit northwind --verify --as ada@northwind.example
# Who was erased is no principal any more.
run principal list | awk '{ print $1, $2 }' >"$scratch/got"
diff -u - "$scratch/got" <<'END' || fail "others are principals"
operator operator
ada@northwind.example person
sync service
END
walk 0 licence set northwind --until 2098-12-31 <<'END'
"northwind" is licensed until TIME
END

finish
