#!/bin/sh
# SPDX-License-Identifier: MIT
# One root as a file: into another store and out again as the same bytes; what is no such
# file, was edited or breaks a rule changes nothing.
. "$(dirname "$0")/lib.sh"

need_sqlite3

first=$store
document=$scratch/northwind.json

quiet store init
quiet org create northwind --owner ada@northwind.example --name Ada
quiet licence set northwind --until 2099-12-31
quiet principal allow ada@northwind.example --user "$(id -un)"
as=ada@northwind.example
quiet org create northwind/contoso
quiet org create northwind/contoso/berlin
quiet org create northwind/fabrikam
quiet principal add sync@northwind.example --owner-of northwind/contoso --as operator
quiet group create northwind Operators
quiet group claim northwind Operators Backup
quiet link add northwind Operators northwind/contoso
quiet invite send northwind Operators bo@contoso.example --role member
quiet invite send northwind Operators kim@contoso.example --role member
quiet invite accept "$(token northwind 1)" --name 'Bo "B." Ünal'
quiet group create northwind/fabrikam Desk
quiet group delete northwind/fabrikam Desk --reason 'of no use'
quiet roster northwind --sign-off --note 'read, all of it'

# ---- out, in, and out again ----
run export northwind >"$document" || fail "export: exit code $?"
walk 0 export northwind --output "$scratch/again.json" <<'END'
exported "northwind" to "DIR/again.json": 4 organizations, 4 people, 6 groups, 11 roles
END
[ "$(stat -c %a "$scratch/again.json")" = 600 ] ||
	fail "others may read what was exported"
walk 0 export northwind --output "$scratch/again.json" --json <<END
{
  $(echo '"root"' | plain): "northwind",
  "organizations": 4,
  "people": 4,
  "groups": 6,
  "roles": 11
}
END

# same FILE: the document, but for the epoch and the time of its first line.
same()
{
	tail -n +2 "$document" >"$scratch/want"
	tail -n +2 "$1" | cmp - "$scratch/want" || fail "$1 is another document"
	[ "$(head -n 1 "$1" | plain)" = "$(head -n 1 "$document" | plain)" ] ||
		fail "$1 begins in another way"
}
same "$scratch/again.json"

store=$scratch/second.db
as=
quiet store init
walk 0 import "$document" <<'END'
imported "northwind" from "DIR/northwind.json": 4 organizations, 4 people, 6 groups, 11 roles
next: dirbridge principal allow NAME --user USER
END
walk 5 export northwind <<'END'
dirbridge: org-isolated: "operator" owns no organization "northwind"
  Check the path, or act as somebody who owns it (--as).
END
quiet principal allow ada@northwind.example --user "$(id -un)"
as=ada@northwind.example
run export northwind >"$scratch/again.json" || fail "export: exit code $?"
same "$scratch/again.json"
quiet audit northwind --verify
walk 0 roster northwind --reviews <<'END'
TIME  by ada@northwind.example  as of TIME  2 people, 1 invited  read, all of it
END
for path in northwind northwind/contoso northwind/contoso/berlin northwind/fabrikam; do
	store=$first
	run roster "$path" >"$scratch/then" 2>&1
	store=$scratch/second.db
	run roster "$path" >"$scratch/raw" 2>&1
	plain <"$scratch/then" >"$scratch/want"
	plain <"$scratch/raw" | diff -u "$scratch/want" - || fail "$path has another roster"
done
# A token of the first store is worth nothing in the second.
store=$first
kim=$(token northwind 1)
store=$scratch/second.db
as=
walk 5 invite accept "$kim" <<'END'
dirbridge: invite-ended: the token belongs to no pending invitation
  It may have been accepted, declined, cancelled, or be over: ask for a new one.
END
as=ada@northwind.example
quiet invite accept "$(token northwind 1)" --name Kim

# ---- events ----
store=$first
run export northwind --events >"$scratch/events" || fail "export --events: exit code $?"
[ "$(wc -l <"$scratch/events")" = 15 ] || fail "there are not as many events as changes"
run export northwind --events --after 12 >"$scratch/raw" || fail "--after: exit code $?"
tail -n 3 "$scratch/events" | cmp - "$scratch/raw" || fail "--after gives other events"
walk 0 export northwind --events --after 15 </dev/null
walk 0 export northwind --events --output "$scratch/again" <<'END'
exported "northwind" to "DIR/again": 15 events
END
cmp "$scratch/events" "$scratch/again" || fail "events in a file are others"

# ---- what cannot be exported ----
walk 64 export northwind/contoso <<'END'
dirbridge: "northwind/contoso" is no root
  Name its root: northwind
END
walk 5 export globex <<'END'
dirbridge: org-isolated: "ada@northwind.example" owns no organization "globex"
  Check the path, or act as somebody who owns it (--as).
END
walk 5 export northwind --as operator <<'END'
dirbridge: org-isolated: "operator" owns no organization "northwind"
  Check the path, or act as somebody who owns it (--as).
END
walk 64 export northwind --after 3 <<'END'
dirbridge: "--after" is for events
  Say --events too.
END
walk 64 export northwind --events --after never <<'END'
dirbridge: "never" is no sequence number
  It is the sequence of the last event that was read.
END
walk 64 export northwind --output "$scratch/nowhere/x.json" <<'END'
dirbridge: "DIR/nowhere/x.json": No such file or directory
  Name a file in a directory that this user may write.
END
if [ -e /dev/full ]; then
	run export northwind >/dev/full 2>"$scratch/raw"
	if [ $? != 1 ] || ! grep -q 'No space left' "$scratch/raw"; then
		fail "a full standard output goes unnoticed"
		cat "$scratch/raw"
	fi
fi
walk 5 export globex --output "$scratch/new.json" <<'END'
dirbridge: org-isolated: "ada@northwind.example" owns no organization "globex"
  Check the path, or act as somebody who owns it (--as).
END
[ -z "$(find "$scratch" -name 'new.json*')" ] || fail "an export that failed leaves a file"

# ---- what cannot be imported ----
store=$scratch/third.db
as=
quiet store init
before=$(content)

# refused CODE FILE [OPTION]: as walk does, and nothing has changed.
refused()
{
	code=$1
	shift
	walk "$code" import "$@"
	[ "$before" = "$(content)" ] || fail "import $*: something was changed"
}

# edited CODE SCRIPT: the document, edited by sed.
edited()
{
	sed "$2" "$document" >"$scratch/edited.json"
	! cmp -s "$document" "$scratch/edited.json" || fail "nothing is edited by: $2"
	refused "$1" "$scratch/edited.json"
}

refused 78 "$scratch/nothing" <<'END'
dirbridge: "DIR/nothing": No such file or directory
  Name a file that dirbridge export wrote.
END
refused 78 "$scratch" <<'END'
dirbridge: "DIR": Is a directory
  Name a file that dirbridge export wrote.
END
: >"$scratch/empty"
refused 78 "$scratch/empty" <<'END'
dirbridge: line 1: { is missing here
  Import what `dirbridge export` wrote; nothing was changed.
END
echo 'name,email' >"$scratch/sheet.csv"
refused 78 "$scratch/sheet.csv" <<'END'
dirbridge: line 1: { is missing here
  Import what `dirbridge export` wrote; nothing was changed.
END
refused 78 "$scratch/events" <<'END'
dirbridge: line 1: "export" is missing here
  Import what `dirbridge export` wrote; nothing was changed.
END
head -n 20 "$document" >"$scratch/cut.json"
refused 78 "$scratch/cut.json" <<'END'
dirbridge: line 21: "sources" is missing here
  Import what `dirbridge export` wrote; nothing was changed.
END
refused 78 "$scratch/cut.json" --json <<'END'
{
  "error": {
    "class": "configuration",
    "code": null,
    "text": "line 21: \"sources\" is missing here",
    "hint": "Import what `dirbridge export` wrote; nothing was changed."
  }
}
END
# Another format, and what stands after the end.
edited 78 's/"format":1/"format":2/' <<'END'
dirbridge: export.format: must be 1
  Nothing was changed.
END
edited 78 "\$s/\$/ {}/" <<'END'
dirbridge: line 66: something stands behind the document
  Import what `dirbridge export` wrote; nothing was changed.
END
edited 78 's/"people":/"persons":/' <<'END'
dirbridge: line 9: "people" is missing here
  Import what `dirbridge export` wrote; nothing was changed.
END
edited 78 's/"plan":"enterprise"/"plan":7/' <<'END'
dirbridge: licences[0].plan: must be one of "enterprise", "trial"
  Nothing was changed.
END
edited 78 's/"plan":"enterprise"/"plan":"enterprise","seats":9/' <<'END'
dirbridge: licences[0].seats: is unknown here
  Nothing was changed.
END
# References that lead nowhere, and names that are none.
edited 78 's/{"group":4,"role":"member","person":2,"valid/{"group":4,"role":"member","person":9,"valid/' <<'END'
dirbridge: roles[9].person: must be the number of a person who has an account
  Nothing was changed.
END
edited 78 's/"email":"ada@northwind.example"/"email":"nobody"/' <<'END'
dirbridge: people[0].email: it is no e-mail address
  Nothing was changed.
END
edited 78 's/"valid_to":"2099-12-31T00:00:00Z"/"valid_to":"never"/' <<'END'
dirbridge: licences[0].valid_to: must be a time as TIME
  Nothing was changed.
END
# The rules hold here as well.
edited 78 's/"name":"fabrikam"/"name":"Contoso"/' <<'END'
dirbridge: organizations[3].name: name-taken: the name is taken (case does not matter)
  Nothing was changed.
END
edited 78 's/"parent":0,"name":"fabrikam"/"parent":2,"name":"fabrikam"/' <<'END'
dirbridge: organizations[3].parent: org-depth: an organization tree has at most three levels
  Nothing was changed.
END
edited 78 '/"organization":2,"name":"Owners"/s/\("valid_from":"[^"]*","valid_to":null\),"links":\[\]/\1,"links":[{"organization":0,\1}]/' <<'END'
dirbridge: groups[2].links[0].organization: link-up: a link goes downward, not to an organization above
  Nothing was changed.
END
edited 78 's/"links":\[{"organization":1,/"links":[{"organization":0,/' <<'END'
dirbridge: groups[4].links[0].organization: link-self: the group is at home there
dirbridge: groups[4].claims[1].organization: not-active: the group is neither at home there nor linked there
  Nothing was changed.
END
edited 78 's/"organization":0,"name":"Operators"/"organization":3,"name":"Operators"/' <<'END'
dirbridge: groups[4].links[0].organization: link-across: a link goes downward, not to a neighbour
dirbridge: groups[4].claims[0].organization: not-active: the group is neither at home there nor linked there
dirbridge: invitations[0].mail: it went to somebody else, or for another organization
dirbridge: invitations[1].mail: it went to somebody else, or for another organization
  Nothing was changed.
END
edited 78 's/"organization":3,"name":"Desk","valid_from":"\([^"]*\)","valid_to":"[^"]*"/"organization":3,"name":"owners","valid_from":"\1","valid_to":null/' <<'END'
dirbridge: groups[5].name: name-taken: the name is taken (case does not matter)
  Nothing was changed.
END
# The trail is what was written.
edited 78 's/"of no use"/"by mistake"/' <<'END'
dirbridge: audit[14].hash: the chain does not verify: line 3 is not what it was
  Nothing was changed.
END
edited 78 '/"action":"claim.give"/d' <<'END'
dirbridge: audit[9].seq: the chain does not verify: line 2 is missing
  Nothing was changed.
END

# ---- what is there already ----
store=$first
before=$(content)
as=operator
refused 5 "$document" <<'END'
dirbridge: name-taken: organizations[0].name: the store has a root of this name
  A root is imported into a store that has nothing of it; nothing was changed.
END
edited 5 's/"parent":null,"name":"northwind"/"parent":null,"name":"elsewhere"/' <<'END'
dirbridge: name-taken: organizations[0].uid: the store has this organization
  A root is imported into a store that has nothing of it; nothing was changed.
END
as=ada@northwind.example
refused 5 "$document" <<'END'
dirbridge: not-operator: only the operator may do this
  Ask the operator of the store, or act as operator (--as operator).
END
refused 5 "$document" --json <<'END'
{
  "error": {
    "class": "refused",
    "code": "not-operator",
    "text": "not-operator: only the operator may do this",
    "hint": "Ask the operator of the store, or act as operator (--as operator)."
  }
}
END

finish
