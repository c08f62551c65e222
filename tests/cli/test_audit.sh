#!/bin/sh
# SPDX-License-Identifier: MIT
# The audit trail: who reads it, what is chosen of it, and what shows when somebody has
# tampered with it.
. "$(dirname "$0")/lib.sh"

need_sqlite3

write_source ''
cat >"$scratch/people.script" <<'END'
entry bo uid=bo,dc=contoso,dc=example
  objectClass: inetOrgPerson
  cn: Bo
  mail: bo@contoso.example
entry ops cn=Backup-Ops,dc=contoso,dc=example
  objectClass: groupOfNames
  cn: Backup-Ops
  member: uid=bo,dc=contoso,dc=example
END

# The files of the store: nobody has it open.
copy()
{
	for tail in '' .epoch; do
		cp "$1$tail" "$2$tail"
	done
}

# tampered SQL...: the store as it was, once somebody has changed it past all triggers.
tampered()
{
	store=$scratch/bad.db
	copy "$scratch/good.db" "$store"
	sqlite3 "$store" "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master
		WHERE type = 'trigger'" >"$scratch/drop.sql"
	sqlite3 "$store" <"$scratch/drop.sql" || fail "the triggers stay"
	for sql; do
		sqlite3 "$store" "$sql" ||
			fail "no such SQL: $sql"
	done
}

quiet store init
quiet org create northwind --owner ada@northwind.example --name Ada
quiet licence set northwind --until 2099-12-31
quiet org create globex --owner gil@globex.example
for name in ada@northwind.example gil@globex.example; do
	quiet principal allow "$name" --user "$(id -un)" --as operator
done
as=ada@northwind.example
quiet org create northwind/contoso
quiet principal add sync@northwind.example --owner-of northwind/contoso --as operator
quiet invite send northwind/contoso Owners eve@contoso.example --role member
quiet invite accept "$(token northwind/contoso 1)" --name Eve
quiet apply contoso --yes
quiet account block eve@contoso.example --in northwind --reason 'left in anger'


# ---- lines, and which of them ----
walk 0 audit northwind/contoso <<'END'
1  TIME  ada@northwind.example                    organization.create  northwind/contoso       ada@northwind.example  created
2  TIME  operator                                 claim.give           sync@northwind.example                         Owner
3  TIME  ada@northwind.example                    invitation.create    Owners member           eve@contoso.example    invited
4  TIME  eve@contoso.example                      invitation.accept    Owners member           eve@contoso.example    invited -> given
5  TIME  sync@northwind.example (contoso, run 1)  group.create         Ops                                            created           wanted
6  TIME  sync@northwind.example (contoso, run 1)  invitation.create    Ops member              bo@contoso.example     invited           wanted
END
walk 0 audit northwind <<'END'
1  TIME  operator               organization.create  northwind  ada@northwind.example  created
2  TIME  operator               licence.set          northwind                         until TIME
3  TIME  ada@northwind.example  account.block        northwind  eve@contoso.example    blocked                     left in anger
END
as=operator
walk 0 audit --person sync@northwind.example <<'END'
3  TIME  operator  principal.create  sync@northwind.example    created
END
run audit | awk '{ print $1, $4, $5 }' >"$scratch/got"
diff -u - "$scratch/got" <<'END' || fail "the store's own trail is another"
1 operator principal.allow
2 operator principal.allow
3 operator principal.create
END
as=ada@northwind.example
# An address in any case, for who acted and for who was acted on.
walk 0 audit northwind/contoso --person EVE@contoso.example <<'END'
3  TIME  ada@northwind.example  invitation.create  Owners member  eve@contoso.example  invited
4  TIME  eve@contoso.example    invitation.accept  Owners member  eve@contoso.example  invited -> given
END
walk 0 audit northwind/contoso --person operator <<'END'
2  TIME  operator  claim.give  sync@northwind.example    Owner
END
walk 0 audit northwind/contoso --run 1 <<'END'
5  TIME  sync@northwind.example (contoso, run 1)  group.create       Ops                             created  wanted
6  TIME  sync@northwind.example (contoso, run 1)  invitation.create  Ops member  bo@contoso.example  invited  wanted
END
cp "$scratch/got" "$scratch/run"
walk 0 audit northwind/contoso --run 1 --person sync@northwind.example <"$scratch/run"
walk 0 audit northwind/contoso --run 1 --since 2020-01-01 --until 2099-01-01 <"$scratch/run"
for none in "--run 2" "--until 2020-01-01" "--since 2099-01-01" "--person nobody" \
	"--person gil@globex.example" "--run 1 --person eve@contoso.example"; do
	# shellcheck disable=SC2086 # words
	walk 0 audit northwind/contoso $none <<'END'
no such line on the trail of "northwind/contoso"
END
	# shellcheck disable=SC2086 # words
	walk 0 audit northwind/contoso $none --json </dev/null
done
walk 0 audit northwind/contoso --person eve@contoso.example --json <<'END'
{"organization":"ID","seq":3,"at":"TIME","run":null,"source":null,"source_name":null,"principal":"ID","principal_name":"ada@northwind.example","os_user":"USER","impersonated":0,"subject":"ID","subject_name":"eve@contoso.example","action":"invitation.create","target":"Owners member","before":null,"after":"invited","code":null,"hash":"TOKEN"}
{"organization":"ID","seq":4,"at":"TIME","run":null,"source":null,"source_name":null,"principal":"ID","principal_name":"eve@contoso.example","os_user":"USER","impersonated":0,"subject":"ID","subject_name":"eve@contoso.example","action":"invitation.accept","target":"Owners member","before":"invited","after":"given","code":null,"hash":"TOKEN"}
END
[ "$(run audit northwind/contoso --json | wc -l)" = 6 ] ||
	fail "there is not one line of JSON for each line"
# By the pseudonym that the lines carry.
eve=$(run audit northwind/contoso --json | sed -n 's/^.*"seq":3,.*"subject":"\([0-9a-f]*\)".*/\1/p')
[ "$(run audit northwind/contoso --person "$eve" | wc -l)" = 2 ] ||
	fail "a pseudonym finds nobody"

# ---- who may ----
as=gil@globex.example
for path in northwind/contoso northwind nowhere; do
	for what in "" --verify --head --json "--person ada@northwind.example" \
		"--seal --before 2020-01-01"; do
		# shellcheck disable=SC2086 # words
		run audit $path $what >"$scratch/raw" 2>&1
		code=$?
		[ $code = 5 ] || fail "audit $path $what: exit code $code for a stranger"
		grep -q "org-isolated: .*owns no organization .*\"*$path" "$scratch/raw" ||
			fail "audit $path $what tells a stranger more"
	done
done
as=operator
walk 5 audit northwind <<'END'
dirbridge: org-isolated: "operator" owns no organization "northwind"
  Check the path, or act as somebody who owns it (--as).
END
as=ada@northwind.example
for what in "" --verify "--verify --all" "--head --all" "--seal --before 2020-01-01"; do
	# shellcheck disable=SC2086 # words
	walk 5 audit $what <<'END'
dirbridge: not-operator: only the operator may do this
  Name an organization, or act as operator (--as).
END
done

# ---- verified ----
walk 0 audit northwind/contoso --verify <<'END'
northwind/contoso  6 lines    good
END
walk 0 audit northwind/contoso --verify --json <<'END'
{
  "verdict": "good",
  "chains": [
    {
      "organization": "ID",
      "path": "northwind/contoso",
      "verdict": "good",
      "text": "good",
      "seq": null,
      "lines": 6,
      "from": 1,
      "accepted": 0,
      "compared": 0,
      "too_old": 0
    }
  ]
}
END
as=operator
walk 0 audit --verify --all <<'END'
(the store)        3 lines    good
globex             1 line     good
northwind          3 lines    good
northwind/contoso  6 lines    good
END
walk 0 audit --verify <<'END'
(the store)  3 lines    good
END
run audit --head --all >"$scratch/heads"
plain <"$scratch/heads" >"$scratch/got"
diff -u - "$scratch/got" <<'END' || fail "the heads are others"
{"organization":null,"path":null,"epoch":"ID","seq":3,"head":"TOKEN","at":"TIME"}
{"organization":"ID","path":"globex","epoch":"ID","seq":1,"head":"TOKEN","at":"TIME"}
{"organization":"ID","path":"northwind","epoch":"ID","seq":3,"head":"TOKEN","at":"TIME"}
{"organization":"ID","path":"northwind/contoso","epoch":"ID","seq":6,"head":"TOKEN","at":"TIME"}
END
as=ada@northwind.example
run audit northwind/contoso --head >"$scratch/head"
sed 's/,"at":.*//' "$scratch/head" >"$scratch/one"
sed 's/,"at":.*//' "$scratch/heads" | grep -qxFf "$scratch/one" || fail "--head and --head --all differ"
quiet account unblock eve@contoso.example --in northwind --reason back
quiet group create northwind/contoso Desk
walk 0 audit northwind/contoso --verify --against "$scratch/head" <<'END'
northwind/contoso  7 lines    good, 1 head compared
END
as=operator
walk 0 audit --verify --all --against "$scratch/heads" <<'END'
(the store)        3 lines    good, 1 head compared
globex             1 line     good, 1 head compared
northwind          4 lines    good, 1 head compared
northwind/contoso  7 lines    good, 1 head compared
END

# ---- tampered with ----
copy "$store" "$scratch/good.db"
as=ada@northwind.example
contoso="organization_id = (SELECT id FROM organization WHERE name = 'contoso')"
tampered "UPDATE audit SET target = 'Auditors member' WHERE $contoso AND seq = 4"
walk 1 audit northwind/contoso --verify <<'END'
northwind/contoso  3 lines  WRONG  line 4 was changed: its hash does not follow from the line before
END
walk 1 audit northwind/contoso --verify --json <<'END'
{
  "verdict": "wrong",
  "chains": [
    {
      "organization": "ID",
      "path": "northwind/contoso",
      "verdict": "changed",
      "text": "line 4 was changed: its hash does not follow from the line before",
      "seq": 4,
      "lines": 3,
      "from": 1,
      "accepted": 0,
      "compared": 0,
      "too_old": 0
    }
  ]
}
END
walk 0 audit northwind --verify <<'END'
northwind  4 lines    good
END
as=operator
walk 1 audit --verify --all <<'END'
(the store)        3 lines         good
globex             1 line          good
northwind          4 lines         good
northwind/contoso  3 lines  WRONG  line 4 was changed: its hash does not follow from the line before
END
as=ada@northwind.example
tampered "DELETE FROM audit WHERE $contoso AND seq = 4"
walk 1 audit northwind/contoso --verify <<'END'
northwind/contoso  3 lines  WRONG  line 4 is missing
END
tampered "UPDATE audit SET seq = 100 WHERE $contoso AND seq = 4" \
	"UPDATE audit SET seq = 4 WHERE $contoso AND seq = 5" \
	"UPDATE audit SET seq = 5 WHERE $contoso AND seq = 100"
walk 1 audit northwind/contoso --verify <<'END'
northwind/contoso  3 lines  WRONG  line 4 was written as line 5, and moved
END
tampered "DELETE FROM audit WHERE $contoso AND seq > 5"
walk 1 audit northwind/contoso --verify <<'END'
northwind/contoso  5 lines  WRONG  lines 6 to 7 are cut off at the end
END
tampered "UPDATE chain SET head = zeroblob(32) WHERE $contoso"
walk 1 audit northwind/contoso --verify <<'END'
northwind/contoso  7 lines  WRONG  the head is not that of the last line, 7: it was changed
END
# Cut, with the head set back: good in itself, and not against what was exported.
cut="UPDATE chain SET seq = 5, head = (SELECT hash FROM audit WHERE $contoso AND seq = 5)
	WHERE $contoso"
tampered "DELETE FROM audit WHERE $contoso AND seq > 5" "$cut"
walk 0 audit northwind/contoso --verify <<'END'
northwind/contoso  5 lines    good
END
walk 1 audit northwind/contoso --verify --against "$scratch/head" <<'END'
northwind/contoso  5 lines  WRONG  line 6 is cut off at the end
END
# The same, and written on.
quiet group create northwind/contoso Auditors
walk 1 audit northwind/contoso --verify --against "$scratch/head" <<'END'
northwind/contoso  6 lines  WRONG  line 6 is not the one whose head was exported: the chain was made anew
END

# ---- sealed ----
tampered "UPDATE audit SET target = 'Auditors member' WHERE $contoso AND seq = 4"
as=ada@northwind.example
before=$(content)
now=$(date +%s)
until [ "$(date +%s)" -gt "$now" ]; do :; done
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
walk 1 audit northwind/contoso --seal --before "$now" <<'END'
northwind/contoso  3 lines  WRONG  line 4 was changed: its hash does not follow from the line before
END
[ "$before" = "$(content)" ] || fail "a trail that is wrong was sealed"
store=$scratch/good.db
walk 0 audit northwind/contoso --seal --before 2020-01-01 <<'END'
nothing on the trail of "northwind/contoso" is from before TIME
END
walk 0 audit northwind/contoso --seal --before "$now" <<'END'
sealed the trail of "northwind/contoso" at line 7: 7 lines deleted
END
walk 0 audit northwind/contoso --verify --against "$scratch/head" <<'END'
northwind/contoso  1 line    good, from line 8, sealed below, 1 head older than what is left
END
walk 0 audit northwind/contoso <<'END'
8  TIME  ada@northwind.example  audit.seal  northwind/contoso    7 TOKEN
END

# ---- on the command line ----
before=$(content)
walk 64 audit northwind --run x <<'END'
dirbridge: "x" is no number of a run
  The lines of a run name it.
END
walk 64 audit northwind --since yesterday <<'END'
dirbridge: "yesterday" is no time
  Write 2026-11-24, "TIME" or TIME (UTC).
END
walk 64 audit northwind --since 2026-02-01 --until 2026-01-01 <<'END'
dirbridge: nothing is from "2026-02-01" to before "2026-01-01"
  --since is the earlier time, --until the later.
END
walk 64 audit northwind --verify --head <<'END'
dirbridge: --verify, --head, --seal and what chooses lines do not go together
END
walk 64 audit northwind --verify --person ada@northwind.example <<'END'
dirbridge: --verify, --head, --seal and what chooses lines do not go together
END
walk 64 audit northwind --all <<'END'
dirbridge: --all goes with --verify and --head
END
walk 64 audit northwind --all --verify <<'END'
dirbridge: --all goes with no organization
END
walk 64 audit northwind --against "$scratch/head" <<'END'
dirbridge: --against goes with --verify
END
walk 64 audit northwind --seal <<'END'
dirbridge: --seal and --before TIME go together
END
walk 64 audit northwind --before 2026-01-01 <<'END'
dirbridge: --seal and --before TIME go together
END
walk 64 audit northwind --seal --before 2098-01-01 <<'END'
dirbridge: "2098-01-01" is still to come
  Sealing deletes what is older: name a time in the past.
END
walk 64 audit northwind --verify --against "$scratch/nothing" <<'END'
dirbridge: heads "DIR/nothing": No such file or directory
  Name a file that holds what dirbridge audit --head printed.
END
walk 64 audit northwind --verify --against "$scratch/head" <<'END'
dirbridge: "DIR/head" holds no head of "northwind"
  Give it what was printed by: dirbridge audit --head
END
echo bogus >>"$scratch/head"
walk 64 audit northwind/contoso --verify --against "$scratch/head" <<'END'
dirbridge: "DIR/head", line 2, is no head
  Give it what was printed by: dirbridge audit --head
END
walk 64 audit northwind contoso <<'END'
dirbridge: "contoso" is too much
  Usage: dirbridge audit [ORG] [--person WHO] [--run N] [--since TIME] [--until TIME] [--verify] [--against FILE] [--head] [--all] [--seal --before TIME]
END
[ "$before" = "$(content)" ] || fail "something was written"

finish
