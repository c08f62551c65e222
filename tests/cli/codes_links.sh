# SPDX-License-Identifier: MIT
# The codes of links and invitations; a part of test_codes.sh.
# shellcheck shell=sh disable=SC2034,SC2154 # names of lib_codes.sh

# ---- links ----
as=$ada
quiet group create northwind/fabrikam Front
refuse link-self link add northwind/contoso Operators northwind/contoso <<END
link-self: the group is at home there
Link it to an organization below its home.
END
refuse link-up link add northwind/contoso Operators northwind <<END
link-up: a link goes downward, not to an organization above
Make a group above and link that one down.
END
refuse link-across link add northwind/contoso Operators northwind/fabrikam <<END
link-across: a link goes downward, not to a neighbour
Make a group in what both are below, and link that one.
END
refuse link-root link add northwind/contoso Operators globex <<END
link-root: roots share nothing
Make a group of its own in the other root.
END
refuse org-isolated link add northwind/contoso Operators initech <<END
org-isolated: "ada@northwind.example" owns no organization "initech"
Check the path, or act as somebody who owns it (--as).
END
refuse link-ownership link add northwind/contoso Backup northwind/contoso/lab <<END
link-ownership: needs Owner of both organizations and ownership of the group
Ask somebody who has all three, or act as one (--as).
END
quiet link add northwind Infra northwind/fabrikam
refuse unchanged link add northwind Infra northwind/fabrikam <<END
unchanged: it is so already
There is nothing to do.
END

# ---- invitations ----
refuse invite-rights invite send northwind/contoso Backup new@contoso.example --role member <<END
invite-rights: the inviter must own the group and its organization
Ask somebody who owns both, or act as one (--as).
END
refuse invite-up invite send northwind/contoso Infra new@contoso.example --role member --home northwind <<END
invite-up: invitations go downward, not into a group of an organization above
Invite from the group's home organization.
END
refuse invite-across invite send northwind/contoso Front new@contoso.example --role member --home northwind/fabrikam <<END
invite-across: invitations go downward, not into a neighbour's group
Invite from the group's home organization.
END
refuse invite-known invite send northwind/contoso Operators "$bo" --role member <<END
invite-known: the person holds this role already
There is nothing to do.
END
quiet invite send northwind/contoso Operators eve@contoso.example --role member
refuse invite-duplicate invite send northwind/contoso Operators EVE@Contoso.example --role member <<END
invite-duplicate: the same invitation is pending already
Wait for an answer, or cancel it: dirbridge invite cancel
END
refuse invite-cooldown invite resend northwind/contoso Operators eve@contoso.example --role member <<END
invite-cooldown: the last mail to this address is less than 24 h old
Try again when a day has passed since.
END
token=$(token northwind/contoso 1)
quiet invite cancel northwind/contoso Operators eve@contoso.example --role member
refuse invite-ended invite cancel northwind/contoso Operators eve@contoso.example --role member <<END
invite-ended: the invitation is no longer pending
See what is pending with: dirbridge invite list
END
refuse invite-cooldown invite send northwind/contoso Operators eve@contoso.example --role member <<END
invite-cooldown: the last mail to this address is less than 24 h old
Try again when a day has passed since.
END
as=
refuse invite-ended invite accept "$token" <<END
invite-ended: the token belongs to no pending invitation
It may have been accepted, declined, cancelled, or be over: ask for a new one.
END
refuse invite-ended invite decline "$token" <<END
invite-ended: the token belongs to no pending invitation
It may have been accepted, declined, cancelled, or be over: ask for a new one.
END
as=$ada
quiet invite send northwind/contoso Operators lea@contoso.example --role member --staged
refuse invite-staged invite resend northwind/contoso Operators lea@contoso.example --role member <<END
invite-staged: nobody is invited before the invitation is released
Release it with: dirbridge invite release
END
quiet invite cancel northwind/contoso Operators lea@contoso.example --role member
