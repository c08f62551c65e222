#!/bin/sh
# SPDX-License-Identifier: MIT
# dirbridge(8) names every command, with its options, every rule and every exit code, and
# none that is not there.
. "$(dirname "$0")/lib.sh"

manual=$top/bridge/dirbridge.8

# The items of a section, of one kind: items SECTION MACRO
items()
{
	awk -v section="$1" -v macro="$2" '
		/^\.Sh / { inside = substr($0, 5) == section }
		inside && $1 == ".It" && $2 == macro { sub(/^\.It [A-Za-z]+ /, ""); print }' "$manual"
}

# The words of a command in a line of usage.
name_of()
{
	sed -E 's/^ +//; s/ ([A-Z[]|--).*//'
}

quiet --help
grep -E '^  [a-z]' "$scratch/raw" >"$scratch/usage"
[ "$(wc -l <"$scratch/usage")" -gt 20 ] || fail "--help shows too few commands"

items COMMANDS Ic | sed -E 's/ (Ar|Op|Oo|Fl) .*//' | sort -u >"$scratch/described"
name_of <"$scratch/usage" | sort >"$scratch/there"
diff -u "$scratch/there" "$scratch/described" ||
	fail "the manual's commands are not those of the table"

while read -r line; do
	name=$(echo "$line" | name_of)
	item=$(items COMMANDS Ic | grep -E "^$name( |\$)")
	for option in $(echo "$line" | grep -oE -e '--[a-z-]+'); do
		case $item in
		*"Fl -${option#--}"*) ;;
		*) fail "the manual's $name does not show $option" ;;
		esac
	done
done <"$scratch/usage"

# The code is the first text of its row.
awk '/^\t\[RULE_/ && !/RULE_NONE/ { row = 1 } row && match($0, /"[^"]+"/) {
	print substr($0, RSTART + 1, RLENGTH - 2); row = 0 }' "$top/bridge/rules/rules.c" |
	grep . | grep -vx allowed | sort >"$scratch/rules"
[ "$(wc -l <"$scratch/rules")" -gt 15 ] || fail "too few rules are found in the source"
printf '%s\n' no-group no-principal not-yours store-restored unknown-account >>"$scratch/rules"
items RULES Li | sort >"$scratch/described"
sort "$scratch/rules" | diff -u - "$scratch/described" ||
	fail "the manual's rules are not those of the judge"

for code in 0 1 2 3 4 5 64 78; do
	grep -qx ".It $code" "$manual" || fail "the manual does not name exit code $code"
done

finish
