# SPDX-License-Identifier: MIT
# For test_codes.sh and its parts: a refusal is its message, its exit code, the same code in
# JSON, and a store in which nothing has changed.
# shellcheck shell=sh disable=SC2034,SC2154 # for those who source this; names of lib.sh
command -v sqlite3 >/dev/null || {
	echo "SKIP: sqlite3 is not installed"
	[ "${REQUIRE_SERVERS:-0}" = 1 ] && exit 1
	exit 77
}
ada=ada@northwind.example
bo=bo@contoso.example
kim=kim@contoso.example
here=$(id -un)
: >"$scratch/provoked"

# All that the store holds.
digest_store()
{
	sqlite3 "$store" .dump | cksum
}

# What people can do, without what a run remembers of a directory.
digest_console()
{
	sqlite3 "$store" '.dump organization security_group group_link group_claim account
		account_claim role giver invitation mail' | cksum
}

# refuse CODE ARG...: what is said is given on standard input, without "dirbridge: ".
refuse()
{
	code=$1
	shift
	sed '1s/^/dirbridge: /; 2s/^/  /' >"$scratch/want"
	before=$(digest_store)
	run "$@" >"$scratch/raw" 2>&1 </dev/null
	got=$?
	plain <"$scratch/raw" >"$scratch/got"
	[ "$got" = 5 ] || fail "$code: dirbridge $*: exit code $got"
	cmp -s "$scratch/want" "$scratch/got" || {
		fail "$code: dirbridge $*"
		diff -u "$scratch/want" "$scratch/got"
	}
	run --json "$@" >"$scratch/got" 2>&1 </dev/null
	got=$?
	[ "$got" = 5 ] || fail "$code: dirbridge --json $*: exit code $got"
	grep -qxF "    \"code\": \"$code\"," "$scratch/got" || {
		fail "$code: dirbridge --json $*: another code"
		cat "$scratch/got"
	}
	hint=$(sed -n '2s/^  //p' "$scratch/want")
	[ -n "$hint" ] || fail "$code: dirbridge $*: no hint says what to do"
	grep -qF "\"hint\": \"$hint\"" "$scratch/got" || {
		fail "$code: dirbridge --json $*: another hint"
		cat "$scratch/got"
	}
	[ "$before" = "$(digest_store)" ] || fail "$code: dirbridge $*: something changed"
	echo "$code" >>"$scratch/provoked"
}

# planned CODE EXIT VERDICT TEXT: the plan of contoso has an operation of this verdict with
# the code; the plan on screen says TEXT; planning leaves the store alone, and applying it
# changes nothing of what people can do.
planned()
{
	before=$(digest_store)
	run plan contoso --format json >"$scratch/raw" 2>&1
	got=$?
	[ "$got" = "$2" ] || fail "$1: plan: exit code $got, wanted $2"
	tr -d ' \n' <"$scratch/raw" | sed 's/{"after"/\n&/g' |
		grep "\"code\":\"$1\"" | grep -q "\"verdict\":\"$3\"" || {
		fail "$1: no operation of the plan has it with the verdict $3"
		cat "$scratch/raw"
	}
	run plan contoso -v >"$scratch/raw" 2>&1
	grep -qF "$4" "$scratch/raw" || {
		fail "$1: the plan does not say: $4"
		cat "$scratch/raw"
	}
	[ "$before" = "$(digest_store)" ] || fail "$1: planning changed something"
	before=$(digest_console)
	run apply contoso --yes >"$scratch/raw" 2>&1
	got=$?
	[ "$got" = "$5" ] || {
		fail "$1: apply: exit code $got, wanted $5"
		cat "$scratch/raw"
	}
	[ "$before" = "$(digest_console)" ] || fail "$1: applying changed something"
	echo "$1" >>"$scratch/provoked"
}

# join ORG GROUP WHO ROLE: invited, and accepted.
join()
{
	quiet invite send "$1" "$2" "$3" --role "$4"
	quiet invite accept "$(run invite list "$1" --tokens | sed -n "/^$3 /s/.* //p")"
}

# The console of all parts: two roots of ada's, one of somebody else's; bo owns Backup.
make_console()
{
	later=$(($(date +%Y) + 1))-06-30
	as=operator
	quiet store init
	for root in northwind globex; do
		quiet org create "$root" --owner "$ada" --name Ada
	done
	quiet org create initech --owner gil@initech.example
	quiet licence set northwind --until "$later"
	quiet principal allow "$ada" --user "$here"
	quiet principal add sync@northwind.example --owner-of northwind
	as=$ada
	for path in contoso fabrikam contoso/lab; do
		quiet org create northwind/$path
	done
	quiet group create northwind Infra
	quiet group create northwind/contoso Operators
	quiet group create northwind/contoso Backup
	join northwind/contoso Operators "$bo" member
	join northwind/contoso Operators "$kim" member
	quiet group add northwind/contoso Backup "$bo" --role owner
	quiet group remove northwind/contoso Backup "$ada" --role owner
	for who in $bo $kim; do
		as=operator
		quiet principal allow "$who" --user "$here"
	done
	as=$ada
}
