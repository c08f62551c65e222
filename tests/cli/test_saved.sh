#!/bin/sh
# SPDX-License-Identifier: MIT
# A plan in a file is carried out as it was read, or refused: edited, of another store or
# source, too old, or where what it stands on has moved. Nothing is changed then.
. "$(dirname "$0")/lib.sh"

dump()
{
	sqlite3 "$store" .dump
}

# refused CODE TEXT FILE: apply --plan ends so, says that and what to do, and nothing is
# changed.
refused()
{
	dump >"$scratch/before"
	run apply --plan "$3" --yes >"$scratch/raw" 2>&1
	got=$?
	[ "$got" = "$1" ] || fail "$3: exit code $got, wanted $1"
	grep -q "$2" "$scratch/raw" || {
		fail "$3: it does not say: $2"
		cat "$scratch/raw"
	}
	grep -q 'Plan again\|plan again\|Make one' "$scratch/raw" ||
		fail "$3: it does not say what to do"
	dump | cmp -s - "$scratch/before" || fail "$3: something was changed"
}

write_source ''
write_team 3 0
make_console

# The first plan, of a source that was never applied: it releases the configuration.
run plan contoso -o "$scratch/first" >"$scratch/raw" || [ $? = 2 ] ||
	fail "the first plan is not saved"
grep -q "apply --plan $scratch/first" "$scratch/raw" || fail "it does not say how to go on"
[ "$(stat -c %a "$scratch/first")" = 600 ] || fail "others can read the plan"
run plan contoso -o "$scratch/same" >/dev/null
sed '1d;$d' "$scratch/first" >"$scratch/a"
sed '1d;$d' "$scratch/same" >"$scratch/b"
cmp -s "$scratch/a" "$scratch/b" || fail "same input, but not the same plan"

# Edited: one byte in the header, in a group, a person, an operation; a line out, twice,
# moved, added; cut short.
lines=$(wc -l <"$scratch/first")
for line in $(seq 2 $((lines - 1))); do
	sed "${line}s/p1@/p9@/; ${line}s/\"Ops\"/\"Oops\"/; ${line}s/\"do\"/\"skip\"/" \
		"$scratch/first" >"$scratch/edited"
	cmp -s "$scratch/first" "$scratch/edited" ||
		refused 5 plan-edited "$scratch/edited"
	sed "${line}d" "$scratch/first" >"$scratch/edited"
	refused 5 plan-edited "$scratch/edited"
	sed "${line}p" "$scratch/first" >"$scratch/edited"
	refused 5 plan-edited "$scratch/edited"
done
sed '1s/"now":/"now":1/' "$scratch/first" >"$scratch/edited"
refused 5 plan-edited "$scratch/edited"
head -n -1 "$scratch/first" >"$scratch/edited"
refused 5 plan-edited "$scratch/edited"
head -c -1 "$scratch/first" >"$scratch/edited"
refused 5 plan-edited "$scratch/edited"
{ cat "$scratch/first" && echo '{}'; } >"$scratch/edited"
refused 5 plan-edited "$scratch/edited"
echo hello >"$scratch/edited"
refused 78 'no saved plan' "$scratch/edited"
: >"$scratch/edited"
refused 78 'no saved plan' "$scratch/edited"
sed '1s/"dirbridge-plan":1/"dirbridge-plan":2/' "$scratch/first" >"$scratch/edited"
refused 78 'newer dirbridge' "$scratch/edited"
run apply --plan "$scratch/none" --yes >"$scratch/raw" 2>&1
[ $? = 64 ] || fail "a file that is not there"
run plan contoso -o "$scratch/no/plan" >"$scratch/raw" 2>&1
[ $? = 64 ] || fail "a folder that is not there"
run apply contoso --plan "$scratch/first" --yes >"$scratch/raw" 2>&1
[ $? = 64 ] || fail "a source and a plan"

# Another store, which knows the same names.
here=$store
store=$scratch/other.db
as=
make_console
refused 5 plan-foreign "$scratch/first"
store=$here

# Carried out as it was read, though the directory says something else by now.
write_team 9 0
run apply --plan "$scratch/first" --yes >"$scratch/raw" 2>&1 || {
	fail "the saved plan is not carried out"
	cat "$scratch/raw"
}
grep -q '+ p2@contoso.example .*in "Backup-Ops"' "$scratch/raw" ||
	fail "it is not shown as it was read"
[ "$(run invite list northwind/contoso | wc -l)" = 3 ] || fail "not three were invited"
refused 1 'Nothing was changed' "$scratch/first"
run plan contoso >"$scratch/raw"
grep -q '6 to add' "$scratch/raw" || fail "the next pull does not find the rest"

# What an operation stands on has moved: by hand, by another run; by the configuration.
run plan contoso -o "$scratch/plan" >/dev/null
quiet apply contoso --yes
refused 1 'Nothing was changed' "$scratch/plan"
write_team 9 1
run plan contoso -o "$scratch/plan" >/dev/null
as=sync@northwind.example
quiet invite cancel northwind/contoso Ops p1@contoso.example --role member
as=ada@northwind.example
refused 1 'Nothing was changed' "$scratch/plan"
write_team 9 2
run plan contoso -o "$scratch/plan" >/dev/null
write_source '    removal: suspend'
refused 1 'the configuration has changed' "$scratch/plan"
write_source ''
finish
