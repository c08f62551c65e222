#!/bin/sh
# SPDX-License-Identifier: MIT
# The store as a thing to be kept: saved, moved, brought to a newer schema, and noticed
# when an older copy of it was put back.
. "$(dirname "$0")/lib.sh"

people=$scratch/people.script
me=$(id -un)
ada=ada@northwind.example

write_source ''
cat >"$people" <<'END'
entry bo uid=bo,dc=contoso,dc=example
  objectClass: inetOrgPerson
  cn: Bo
  mail: bo@contoso.example
entry ops cn=Backup-Ops,dc=contoso,dc=example
  objectClass: groupOfNames
  cn: Backup-Ops
  member: uid=bo,dc=contoso,dc=example
END

# says CODE TEXT ARG...: exit code, and a text that standard output or error holds.
says()
{
	code=$1
	text=$2
	shift 2
	run "$@" >"$scratch/got" 2>&1 </dev/null
	got=$?
	[ "$got" = "$code" ] || fail "dirbridge $*: exit code $got, wanted $code"
	grep -qF -- "$text" "$scratch/got" || {
		fail "dirbridge $*: does not say: $text"
		cat "$scratch/got"
	}
}

# refuses CODE TEXT ARG...: the same, and the store stays as it is, byte for byte.
refuses()
{
	cksum "$store" "$store.epoch" >"$scratch/was" 2>&1
	says "$@"
	cksum "$store" "$store.epoch" >"$scratch/is" 2>&1
	cmp -s "$scratch/was" "$scratch/is" || fail "dirbridge $*: changed the store"
}

absent()
{
	for file in "$@"; do
		[ ! -e "$file" ] || fail "$file was left behind"
	done
}

# As the manual says.
restore()
{
	rm -f "$store-wal" "$store-shm"
	cp "$1" "$store"
}

epoch()
{
	cut -d ' ' -f 1 "$store.epoch"
}

# ---- before there is a store, and where there is something else ----
says 78 "No such file" store backup "$scratch/saved.db"
says 78 "No such file" store copy "$scratch/copy.db"
says 78 "No such file" store upgrade
says 78 "No such file" store upgrade --check
says 78 "No such file" store accept --reason "found it"
echo "this is no database at all, but text" >"$store"
refuses 78 "not a database" store backup "$scratch/saved.db"
refuses 78 "not a database" store copy "$scratch/copy.db"
refuses 78 "not a database" store upgrade
refuses 78 "not a database" store accept --reason "found it"
: >"$store"
refuses 78 "holds no console" store backup "$scratch/saved.db"
refuses 78 "holds no console" store upgrade --check
rm -f "$store"
absent "$scratch/saved.db" "$scratch/saved.db.partial" "$scratch/copy.db"

# ---- a console with something in it ----
quiet store init
quiet org create northwind --owner $ada --name Ada
quiet licence set northwind --until 2099-12-31
quiet principal allow $ada --user "$me"
as=$ada
quiet org create northwind/contoso
as=operator
quiet principal add sync@northwind.example --owner-of northwind/contoso
as=$ada
quiet apply contoso --yes
quiet group create northwind/contoso Auditors

# ---- how they are called ----
refuses 64 "something is missing" store backup
refuses 64 "is too much" store backup a b
refuses 64 "something is missing" store copy
refuses 64 "is too much" store upgrade now
refuses 64 "unknown option" store upgrade --force
refuses 64 "why is missing" store accept
refuses 64 "why is missing" store accept --reason " "
refuses 64 'needs a second word' store

# ---- the operator's: they hold keys ----
for principal in $ada sync@northwind.example nobody; do
	as=$principal
	why=not-operator
	[ "$principal" = $ada ] || why="may not act as"
	refuses 5 not-operator store backup "$scratch/saved.db"
	refuses 5 "$why" store copy "$scratch/copy.db"
	refuses 5 "$why" store accept --reason "it is mine"
	refuses 5 not-operator store upgrade
	refuses 5 not-operator store upgrade --check
done
absent "$scratch/saved.db" "$scratch/saved.db.partial" "$scratch/copy.db"
as=

# ---- backup ----
refuses 64 "more than one principal" store copy "$scratch/copy.db"
refuses 0 "saved store" store backup "$scratch/any.db"
as=operator
refuses 78 "No such file" store backup "$scratch/nowhere/saved.db"
refuses 78 "Not a directory" store backup "$people/saved.db"
refuses 0 "saved store \"$store\" to \"$scratch/monday.db\"" store backup "$scratch/monday.db"
refuses 78 "File exists" store backup "$scratch/monday.db"
refuses 78 "File exists" store backup "$store"
refuses 0 '"bytes": ' store backup "$scratch/second.db" --json
[ "$(stat -c %a "$scratch/monday.db")" = 600 ] || fail "others can read the backup"
absent "$scratch/monday.db.partial" "$scratch/monday.db.epoch"

# ---- copy ----
refuses 78 "is there already" store copy "$scratch/monday.db"
refuses 78 "is there already" store copy "sqlite:$store"
refuses 78 "is there already" store copy "$people"
refuses 78 "Its directory must be there" store copy "$scratch/nowhere/copy.db"
refuses 78 "not built in" store copy postgresql://db/console
refuses 0 "$(grep -c '^	TABLE(' "$top/bridge/store/copy.c") tables, " \
	store copy "sqlite:$scratch/copy.db"
digest=$(sed -n 's/.* digest \([0-9a-f]*\)$/\1/p' "$scratch/got")
[ ${#digest} = 64 ] || fail "no digest: $(cat "$scratch/got")"
refuses 0 "\"digest\": \"$digest\"" store copy "$scratch/again.db" --json
rows=$(sed -n 's/.*"rows": \([0-9]*\),/\1/p' "$scratch/got")
[ "$rows" -gt 40 ] || fail "too few rows were copied: $rows"
as=$ada
run roster northwind/contoso --json | grep -v '^  "at"' >"$scratch/here"
for copy in monday copy again; do
	"$program" --store "$scratch/$copy.db" --as $ada roster northwind/contoso --json |
		grep -v '^  "at"' | cmp -s - "$scratch/here" || fail "$copy.db has another roster"
done
"$program" --store "$scratch/copy.db" --as $ada group create northwind/contoso New >/dev/null ||
	fail "the copy cannot be used"

# ---- an older copy is put back ----
run export northwind --events >"$scratch/events"
run invite list northwind/contoso --tokens >"$scratch/raw"
token=$(sed -n '1s/.* //p' "$scratch/raw")
quiet group create northwind/contoso Night
run audit northwind/contoso --head >"$scratch/heads"
run export northwind --events | tail -n 1 >"$scratch/lost"
before=$(epoch)
as=operator
quiet store backup "$scratch/tuesday.db"
restore "$scratch/monday.db"

noticed="is older than what was last written: change"
as=$ada
refuses 0 "bo@contoso.example" roster northwind/contoso
refuses 0 "nothing is held" holds contoso
refuses 0 "good" audit northwind/contoso --verify
refuses 0 '"northwind"' export northwind
refuses 0 "$noticed" plan contoso
grep -qF "only planned with until a person accepts it" "$scratch/got" ||
	fail "the plan does not say that it is only a plan"
grep -qF "dirbridge store accept" "$scratch/got" || fail "the plan does not say what to do"
refuses 0 '"code":"store-restored"' plan contoso --format json
mv "$people" "$people.away" # no directory is asked in vain
refuses 5 "store-restored: store \"$store\" $noticed" apply contoso --yes
refuses 5 store-restored run contoso
refuses 5 store-restored approve contoso --plan 12345678 --reason "read it"
mv "$people.away" "$people"
refuses 5 store-restored approve contoso --all --reason "read it"
refuses 5 store-restored reject contoso --all --reason "read it"
refuses 5 store-restored expect contoso --people 1..9 --reason "fewer"
refuses 5 store-restored group create northwind/contoso Night
refuses 5 store-restored org create northwind/fabrikam
refuses 5 store-restored account block $ada --in northwind --reason "lost laptop"
refuses 5 store-restored invite accept "$token"
refuses 5 store-restored invite decline "$token"
refuses 5 store-restored audit northwind --seal --before 2020-01-01
as=operator
refuses 5 store-restored licence set northwind --until 2098-12-31
refuses 5 store-restored principal allow $ada --user nobody
refuses 5 store-restored import "$scratch/events"
refuses 5 '"code": "store-restored"' group create northwind/contoso Night --json
refuses 5 store-restored store copy "$scratch/hidden.db"
refuses 0 "saved store" store backup "$scratch/as-it-is.db"
refuses 0 "has schema 2, as it should" store upgrade
absent "$scratch/hidden.db"

# ---- until a person says that it is right ----
as=$ada
says 5 not-operator store accept --reason "monday is right"
[ "$(epoch)" = "$before" ] || fail "somebody else has accepted it"
refuses 5 store-restored group create northwind/contoso Dawn
as=operator
refuses 64 "why is missing" store accept
says 0 "noticed: store \"$store\" $noticed" store accept --reason "monday is right"
after=$(epoch)
[ "$before" != "$after" ] || fail "no new epoch has begun"
says 0 "monday is right" audit
grep -qF "store.accept" "$scratch/got" || fail "it is not on the audit trail"
grep -qF "$before -> $after" "$scratch/got" || fail "the audit trail does not name the epochs"
says 0 good audit --verify
says 0 "as it should" store upgrade --check
as=$ada
says 0 "applied: 0 done" apply contoso --yes
quiet group create northwind/contoso Dawn

# ---- what is told apart by it ----
run export northwind --events >"$scratch/got"
head -n "$(wc -l <"$scratch/events")" "$scratch/got" | cmp -s - "$scratch/events" ||
	fail "events from before have other ids now"
tail -n 1 "$scratch/got" >"$scratch/new"
id_of()
{
	sed 's/^{"id":"\([^"]*\)".*/\1/' "$1"
}
[ "$(id_of "$scratch/lost" | cut -d - -f 2,3)" = "$(id_of "$scratch/new" | cut -d - -f 2,3)" ] ||
	fail "the new event is not where the lost one was"
[ "$(id_of "$scratch/lost" | cut -d - -f 1)" = "$before" ] || fail "the lost event has no epoch"
[ "$(id_of "$scratch/new" | cut -d - -f 1)" = "$after" ] || fail "the new event has another epoch"
run audit northwind/contoso --head | grep -q "\"epoch\": *\"$after\"" ||
	fail "the audit head has another epoch"
grep -qF "$before" "$scratch/heads" || fail "the head of before has another epoch"
says 1 "from before the store was restored" audit northwind/contoso --verify \
	--against "$scratch/heads"

# ---- nothing was noticed, and it is accepted all the same; another copy is put back ----
as=operator
says 0 '"noticed": null' store accept --reason "to begin anew" --json
restore "$scratch/tuesday.db"
refuses 5 "is of another epoch" principal allow $ada --user nobody
says 0 "is of another epoch" store accept --reason "tuesday, after all" --json
quiet principal allow $ada --user nobody
restore "$scratch/as-it-is.db"
rm "$store.epoch" # nothing to compare with: nobody is kept from work by a lost file
quiet principal allow $ada --user nobody
echo rubbish >"$store.epoch"
refuses 5 "it holds something else" principal allow $ada --user nobody

# ---- an older schema ----
rm -f "$store" "$store.epoch" "$store-wal" "$store-shm"
"$(dirname "$program")/tests/cli/old_store" "$store" "$me" || fail "no old store"
as=operator
refuses 78 "older than this program's" principal list
refuses 78 "dirbridge store upgrade" org create globex --owner gil@globex.example
refuses 78 "older than this program's" store copy "$scratch/copy.old"
refuses 0 "saved store" store backup "$scratch/old.db"
as=$ada
refuses 5 not-operator store upgrade
as=operator
refuses 2 "has schema 1, to be upgraded to 2" store upgrade --check
refuses 2 '"upgraded": false' store upgrade --check --json
says 0 '"from": 1' store upgrade --json
says 0 "has schema 2, as it should" store upgrade --check
says 0 "has schema 2, as it should" store upgrade
restore "$scratch/old.db" # once more, from what was saved before
says 0 "from schema 1 to 2" store upgrade
refuses 5 "is of another epoch" principal allow $ada --user "$me"
says 0 "is of another epoch" store accept --reason "the upgrade was tried before"
quiet principal allow $ada --user "$me"
as=$ada
says 0 bo@contoso.example roster northwind/contoso
grep -qi kim@contoso.example "$scratch/got" || fail "the invitation was lost"
quiet group create northwind/contoso Night
says 0 good audit northwind/contoso --verify
quiet invite accept "$(token northwind/contoso 1)" --name Kim
says 0 Kim@Contoso.example group show northwind/contoso Operators

finish
