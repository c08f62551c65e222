# SPDX-License-Identifier: MIT
# The codes of organizations, groups, roles and accounts; a part of test_codes.sh.
# shellcheck shell=sh disable=SC2034,SC2154 # names of lib_codes.sh

# ---- before any rule ----
as=gil@initech.example
refuse not-yours org list <<END
not-yours: operating-system user "USER" may not act as "gil@initech.example"
The operator allows it with: dirbridge principal allow
END
as=$ada
refuse unknown-account group add northwind/contoso Operators gil@initech.example --role member <<END
unknown-account: "ada@northwind.example" knows nobody as "gil@initech.example" here
Check the spelling, or invite them: dirbridge invite send
END
refuse unknown-account account block gil@initech.example --in northwind --reason x <<END
unknown-account: "gil@initech.example" has no account in "northwind"
See who has with: dirbridge account list
END
refuse no-group group show northwind/contoso Nobody <<END
no-group: "northwind/contoso" has no security group "Nobody"
See which it has with: dirbridge group list
END
as=operator
refuse no-principal principal allow nobody@northwind.example --user "$here" <<END
no-principal: there is no principal "nobody@northwind.example"
See them with: dirbridge principal list
END
as=

# ---- organizations ----
as=$ada
for path in initech nowhere initech/sub; do
	for command in "org show $path" "group create $path Night" "roster $path"; do
		# shellcheck disable=SC2086 # words
		refuse org-isolated $command <<END
org-isolated: "$ada" owns no organization "$path"
Check the path, or act as somebody who owns it (--as).
END
	done
done
refuse org-depth org create northwind/contoso/lab/cell <<END
org-depth: an organization tree has at most three levels
Make it higher up in the tree.
END
refuse licence org create globex/sub <<END
licence: the root has no valid Enterprise licence
The operator sets one with: dirbridge licence set
END
refuse licence group create globex Operators <<END
licence: the root has no valid Enterprise licence
The operator sets one with: dirbridge licence set
END
refuse not-operator org create hooli --owner "$ada" <<END
not-operator: only the operator may do this
Ask the operator of the store, or act as operator (--as operator).
END
refuse not-operator licence set northwind --until "$later" <<END
not-operator: only the operator may do this
Ask the operator of the store, or act as operator (--as operator).
END
refuse not-operator principal add other --owner-of northwind <<END
not-operator: only the operator may do this
Ask the operator of the store, or act as operator (--as operator).
END
refuse not-operator org rename northwind southwind <<END
not-operator: only the operator may do this
Ask the operator of the store, or act as operator (--as operator).
END
refuse name-taken org create northwind/CONTOSO <<END
name-taken: the name is taken (case does not matter)
Choose another name, or use what has it.
END
refuse name-taken org rename northwind/fabrikam Contoso <<END
name-taken: the name is taken (case does not matter)
Choose another name, or use what has it.
END
refuse name-taken group create northwind/contoso OPERATORS <<END
name-taken: the name is taken (case does not matter)
Choose another name, or use what has it.
END
refuse name-taken group rename northwind/contoso Operators Backup <<END
name-taken: the name is taken (case does not matter)
Choose another name, or use what has it.
END
refuse org-not-empty org delete northwind/contoso --reason x <<END
org-not-empty: it still has sub-organizations, a licence, or something that the console holds for it
See what with: dirbridge org show; remove that first.
END
as=operator
refuse name-taken org create Northwind --owner "$ada" <<END
name-taken: the name is taken (case does not matter)
Choose another name, or use what has it.
END
refuse trial-used licence set northwind --trial <<END
trial-used: a root has one trial, before any licence
Set a licence with: dirbridge licence set --until
END
quiet org assets northwind/fabrikam agents=3
as=$ada
refuse org-not-empty org delete northwind/fabrikam --reason x <<END
org-not-empty: it still has sub-organizations, a licence, or something that the console holds for it
See what with: dirbridge org show; remove that first.
END

# ---- groups, claims and roles ----
as=$bo
refuse not-org-owner group delete northwind/contoso Backup --reason x <<END
not-org-owner: needs Owner of the organization where it acts
Ask an organization owner, or act as one (--as).
END
as=$ada
refuse not-group-owner group add northwind/contoso Backup "$kim" --role member <<END
not-group-owner: only group owners change who is in a group
Ask a group owner, or act as one (--as).
END
refuse not-group-owner group rename northwind/contoso Backup Other <<END
not-group-owner: only group owners change who is in a group
Ask a group owner, or act as one (--as).
END
quiet group claim northwind/contoso Operators Restore
refuse unchanged group claim northwind/contoso Operators Restore <<END
unchanged: it is so already
There is nothing to do.
END
refuse unchanged group rename northwind/contoso Operators Operators <<END
unchanged: it is so already
There is nothing to do.
END
refuse not-given group unclaim northwind/contoso Operators Delete <<END
not-given: there is nothing to take
See who has what with: dirbridge group show
END
refuse not-given group remove northwind/contoso Operators "$bo" --role owner <<END
not-given: there is nothing to take
See who has what with: dirbridge group show
END
refuse not-active group claim northwind/fabrikam Infra Restore --home northwind <<END
not-active: the group is neither at home there nor linked there
Link it first: dirbridge link add
END
refuse last-owner group remove northwind/contoso Operators "$ada" --role owner <<END
last-owner: the last active person who owns it cannot be removed
Give the role to somebody else first; to shut the person out at once: dirbridge account block
END
refuse last-owner group remove northwind Owners "$ada" --role member <<END
last-owner: the last active person who owns it cannot be removed
Give the role to somebody else first; to shut the person out at once: dirbridge account block
END
refuse last-owner group delete northwind Owners --reason x <<END
last-owner: the last active person who owns it cannot be removed
Give the role to somebody else first; to shut the person out at once: dirbridge account block
END
refuse last-owner account erase "$ada" <<END
in "northwind": last-owner: the last active person who owns it cannot be removed
Give the role to somebody else first; to shut the person out at once: dirbridge account block
END

# ---- accounts ----
refuse not-yourself account email "$bo" new@contoso.example --in northwind <<END
not-yourself: only the person, or the operator, may do this
Act as that person, or as operator (--as).
END
refuse not-yourself account erase "$bo" <<END
not-yourself: only the person, or the operator, may do this
Act as that person, or as operator (--as).
END
as=$bo
refuse email-taken account email "$bo" "$kim" --in northwind <<END
email-taken: another account has this address
Take another address, or erase the account that has it.
END
as=$ada
quiet account block "$kim" --in northwind --reason lost
refuse account-blocked group add northwind/contoso Operators "$kim" --role owner <<END
account-blocked: the account is blocked in this root
An owner of the root lifts it with: dirbridge account unblock
END
refuse account-blocked invite send northwind/contoso Operators "$kim" --role owner <<END
account-blocked: the account is blocked in this root
An owner of the root lifts it with: dirbridge account unblock
END
quiet account unblock "$kim" --in northwind --reason found
