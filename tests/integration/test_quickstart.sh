#!/bin/sh
# SPDX-License-Identifier: MIT
# The tour of contrib/quickstart, twice in a row: it shows what it promises, ends well, and
# leaves no process behind; nor does it when it is interrupted.
# It starts in the directory that the program was built in.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
"$top/contrib/slapd" check || exit $?
export QUICKSTART_NO_INSTALL=1 QUICKSTART_PROGRAM="$PWD/dirbridge" NO_COLOR=1
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' HUP INT TERM

fail()
{
	echo "test_quickstart: $*"
	[ ! -f "$dir/out" ] || cat "$dir/out"
	exit 1
}

nothing_runs()
{
	if grep -lsz "^slapd\$" /proc/[0-9]*/cmdline | while read -r file; do
		tr '\0' ' ' <"$file" | grep -F "$dir/"
	done | grep .; then
		fail "$1, and a server is left"
	fi
}

# once NTH: what stays the same from tour to tour. Those whose DN is not ASCII are in their
# groups (F54): tanaka is "cn=田中 太郎", joerg.mueller is "cn=Müller\, Jörg".
once()
{
	"$top/contrib/quickstart" "$dir/tour" >"$dir/out" 2>&1 || fail "tour $1 leaves with $?"
	while read -r line; do
		grep -qF -- "$line" "$dir/out" || fail "tour $1 does not show: $line"
	done <<-'END'
		configuration OK: 1 source
		people are known by    entryUUID
		secured by             TLS
		read 300 people and 40 groups
		301 to add, 0 to remove, 1 held, 0 refused, 0 deferred
		two entries have one address
		through "Infra-Network-Edge", "Infra-Network", "Infra" (rule 1)
		+ tanaka@contoso.example   owner    invite    owner of "Backup-東京" (rule 1)
		+ joerg.mueller@contoso.example    member   invite    in "Backup-Köln & Söhne" (rule 1)
		applied: 301 done, 1 held, 0 refused, 0 deferred
		"eve@contoso.example" has 1 role more in "northwind"
		0 to add, 0 to remove, 1 held, 0 refused, 0 deferred
		revoke    disabled in the directory since
		revoke    no longer in the directory group
		keeps access through "Linux"
		renamed or moved, nothing changes: "cn=Clara Vogel
		+ noor@contoso.example     member   invite    in "Backup-Ops West" (rule 1)
		1 to add, 2 to remove, 1 held, 0 refused, 0 deferred
		applied: 3 done, 1 held, 0 refused, 0 deferred
		6 with access, 276 invited
		bo@contoso.example      Bo Nilsson     member of Linux
		What next?
	END
	! grep '^dirbridge: ' "$dir/out" || fail "tour $1 shows an error"
	nothing_runs "tour $1 has ended"
}

once 1
once 2

# Interrupted when the directory is up and the store is being made.
"$top/contrib/quickstart" "$dir/tour" >"$dir/out" 2>&1 &
pid=$!
tries=300
until grep -q 'store init' "$dir/out"; do
	tries=$((tries - 1))
	[ "$tries" != 0 ] || fail "the third tour does not get to the store"
	sleep 0.1
done
kill -TERM "$pid"
wait "$pid"
[ $? = 143 ] || fail "an interrupted tour does not say so"
nothing_runs "the tour was interrupted"
