#!/bin/sh
# SPDX-License-Identifier: MIT
# The walk for an MSP: the commands are those of the chapter in dirbridge(8), and what they
# print is what the chapter shows, and msp.transcript beside this file.
. "$(dirname "$0")/lib.sh"

transcript=$top/tests/cli/msp.transcript

# shellcheck disable=SC2317 # the chapter's commands call it
dirbridge()
{
	"$program" --store "$store" "$@"
}

# What the chapter shows, as mandoc prints it.
chapter()
{
	awk '/^\.Sh / { inside = $0 == ".Sh A WALK FOR AN MSP" }
		/^\.Ed/ { shown = 0 }
		inside && shown
		/^\.Bd/ { shown = 1 }' "$top/bridge/dirbridge.8" | sed 's/\\e/\\/g'
}

masked()
{
	plain | sed -E -e 's/\b[0-9a-f]{16}\b/DIGEST/g' \
		-e 's|"DIR/console.db"|"/var/lib/dirbridge/console.db"|' -e 's/"USER"/"ops"/'
}

# Run what was gathered, if anything was.
play()
{
	[ -n "$commands" ] || return
	eval "$commands" </dev/null || echo "(exit status $?)"
	commands=
}

# The commands of a transcript, each before what it prints now.
play_all()
{
	commands=
	while IFS= read -r line; do
		case $line in
		'$ '*)
			play
			commands=${line#??}
			echo "$line"
			;;
		'> '*)
			commands=$commands'
'${line#??}
			echo "$line"
			;;
		esac
	done
	play
}

chapter >"$scratch/chapter"
[ "$(grep -c '^\$ dirbridge ' "$scratch/chapter")" -gt 30 ] ||
	fail "the manual's chapter shows too few commands"
play_all <"$scratch/chapter" >"$scratch/raw" 2>&1
masked <"$scratch/raw" >"$scratch/got"
diff -u "$transcript" "$scratch/got" || fail "the walk prints something else"
masked <"$scratch/chapter" | diff -u "$transcript" - ||
	fail "the manual's chapter shows something else"

finish
