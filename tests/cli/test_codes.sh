#!/bin/sh
# SPDX-License-Identifier: MIT
# Every code of the manual is provoked: what is said, the exit code, the same code in JSON,
# and a store in which nothing has changed. A code that no case provokes fails the test.
. "$(dirname "$0")/lib.sh"
. "$top/tests/cli/lib_codes.sh"

make_console
. "$top/tests/cli/codes_console.sh"
. "$top/tests/cli/codes_links.sh"
. "$top/tests/cli/codes_source.sh"
. "$top/tests/cli/codes_store.sh"

# ---- none is left out, and none is unknown ----
sed -n '/^\.Sh RULES/,/^\.Sh EXIT/{/^\.It Li /s/.* //p;}' "$top/bridge/dirbridge.8" |
	sort >"$scratch/codes"
[ "$(wc -l <"$scratch/codes")" -gt 35 ] || fail "the manual has hardly any code"
sort -u "$scratch/provoked" | comm -3 "$scratch/codes" - >"$scratch/rest"
[ -s "$scratch/rest" ] && {
	fail "of the manual and never provoked; and, indented, the other way round:"
	cat "$scratch/rest"
}
finish
