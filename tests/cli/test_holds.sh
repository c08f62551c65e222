#!/bin/sh
# SPDX-License-Identifier: MIT
# A plan is approved by the digest that was read, whole or with exceptions; one that has
# become another is not.
. "$(dirname "$0")/lib.sh"

write_source ''

digest()
{
	run plan contoso | sed -n '1s/.* plan \([0-9a-f]*\),.*/\1/p'
}

make_console

# The first plan, by its digest: that is what releases the configuration.
write_team 9 0
first=$(digest)
run run contoso >"$scratch/raw" 2>&1
grep -q 'first run of a configuration only plans' "$scratch/raw" ||
	fail "the first run does not say that it only plans"
run approve contoso --plan 00000000 --reason "read it" >"$scratch/raw" 2>&1
[ $? = 1 ] || fail "another plan's digest is taken"
grep -q 'Read it again' "$scratch/raw" || fail "it does not say what to do"
walk 0 approve contoso --plan "$first" --reason "read it" <<-END
	approved: 10
END
run plan contoso >"$scratch/raw" || fail "something is left to do"

# Five of nine are disabled at once: held, approved by the digest, one excepted.
write_team 9 5
run run contoso >"$scratch/raw" 2>&1
[ $? = 3 ] || fail "it is not held"
grep -q 'would remove 5 of 9 people' "$scratch/raw" || fail "the numbers are missing"
run holds contoso --json >"$scratch/holds"
[ "$(grep -c '"id"' "$scratch/holds")" = 5 ] || fail "not five are held"
keep=$(grep -B9 -A9 'p5@contoso' "$scratch/holds" | sed -n 's/.*"id": "\(.*\)".*/\1/p' | head -n 1)
plan=$(digest)
walk 0 approve contoso --plan "$plan" --except "$keep" --reason "they left" <<-END
	approved: 4
	carried out: 4
END
run holds contoso --json >"$scratch/holds"
[ "$(grep -c '"id"' "$scratch/holds")" = 1 ] || fail "not one is left"
grep -q "$keep" "$scratch/holds" || fail "it is not the one that was excepted"
walk 64 approve contoso --reason x <<-END
	dirbridge: which operations is missing
	  Give their ids as \`holds\` shows them, or --all, or the digest of a plan.
END
walk 64 approve contoso 12345 --reason x <<-END
	dirbridge: nothing is held under "12345"
	  See what is, by at least 6 digits: dirbridge holds contoso
END
walk 0 reject contoso "$(echo "$keep" | cut -c1-8)" --reason "stays" <<-END
	rejected: 1; not asked again while the directory says so
END
run run contoso >"$scratch/raw" 2>&1 || fail "what was rejected is asked again"
walk 0 holds contoso <<-END
	$(echo "$keep" | cut -c1-12)    cancel p5@contoso.example as member of northwind/contoso / Ops  rejected by ada@northwind.example  stays
	nothing else is held
END
finish
