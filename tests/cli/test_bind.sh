#!/bin/sh
# SPDX-License-Identifier: MIT
# A directory was made anew, and every person of it has another anchor: a list binds them
# all, or nobody, and then nothing is left to do.
. "$(dirname "$0")/lib.sh"

write_source ''
make_console
as=sync@northwind.example
write_team 3 0
quiet apply contoso --yes
for n in 1 2 3; do
	run invite accept "$(token northwind/contoso 1)" >/dev/null 2>&1 ||
		fail "p$n does not accept"
done
as=ada@northwind.example
sed 's/^entry p\([0-9]\)/entry n\1/' "$scratch/people.script" >"$scratch/new"
mv "$scratch/new" "$scratch/people.script"
run plan contoso >"$scratch/raw"
grep -q 'belongs to somebody else' "$scratch/raw" || fail "new anchors are no conflict"

# One line is wrong: nobody is bound, and the line is named.
cat >"$scratch/list" <<END
# who, and the anchor in the new directory
p1@contoso.example 6e31

p2@contoso.example   6e32
p3@contoso.example
END
walk 64 account bind contoso --file "$scratch/list" --reason "a new directory" <<'END'
dirbridge: DIR/list:5: write an e-mail address and an anchor
END
sed -i 's/^p3.*/p9@contoso.example 6e33/' "$scratch/list"
walk 5 account bind contoso --file "$scratch/list" --reason "a new directory" <<'END'
dirbridge: DIR/list:5: unknown-account: "ada@northwind.example" knows nobody as "p9@contoso.example" here
  Check the spelling, or invite them: dirbridge invite send
END
run plan contoso >"$scratch/raw"
[ "$(grep -c 'belongs to somebody else' "$scratch/raw")" = 3 ] || fail "somebody was bound"
sed -i 's/^p9/p3/' "$scratch/list"
walk 0 account bind contoso --file "$scratch/list" --reason "a new directory" <<'END'
bound: 3; see what follows with: dirbridge plan contoso
END
run plan contoso >"$scratch/raw" || fail "something is left to do"
grep -q '3 unchanged' "$scratch/raw" || fail "not all are as they were"
walk 64 account bind contoso p1@contoso.example --file "$scratch/list" --reason x <<'END'
dirbridge: who is to be bound to what is said twice
  Give an e-mail address and an anchor, or --file FILE with a line of both for each.
END
finish
