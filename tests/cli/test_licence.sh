#!/bin/sh
# SPDX-License-Identifier: MIT
# What `licence show` and `org show` say of a licence that ends.
. "$(dirname "$0")/lib.sh"

# ends_in DAYS: a licence that ends within so many days.
ends_in()
{
	as=operator quiet licence set northwind --until \
		"$(date -u -d "+$1 days -1 hour" '+%Y-%m-%d %H:%M')"
}

# org: the lines of `org show` about the licence.
org()
{
	run org show northwind/contoso >"$scratch/raw" 2>&1 ||
		fail "org show: exit code $?"
	plain <"$scratch/raw" | grep -E "licence|^!|^  Ask" >"$scratch/got"
	cat >"$scratch/want"
	cmp -s "$scratch/want" "$scratch/got" || {
		fail "org show northwind/contoso"
		diff -u "$scratch/want" "$scratch/got"
	}
}

quiet store init
quiet org create northwind --owner ada@northwind.example
quiet principal allow ada@northwind.example --user "$(id -un)"
as=ada@northwind.example
walk 0 licence show northwind <<'END'
"northwind" has no licence
! "northwind" has no Enterprise licence: nothing is added
  Ask the operator for one: dirbridge licence set. Removals go on.
END
ends_in 400
as=ada@northwind.example
quiet org create northwind/contoso
walk 0 licence show northwind <<'END'
"northwind" is licensed (enterprise) until TIME: valid
END
org <<'END'
  licence  enterprise until TIME: valid
END

ends_in 61
as=ada@northwind.example
walk 0 licence show northwind <<'END'
"northwind" is licensed (enterprise) until TIME: valid
END
for days in 60 7; do
	ends_in $days
	as=ada@northwind.example
	walk 0 licence show northwind <<END
"northwind" is licensed (enterprise) until TIME: valid
! the licence of "northwind" ends on TIME, in $days days
  Ask the operator to renew it: dirbridge licence set. Without it nothing is added after 30 days of grace.
END
done
org <<'END'
  licence  enterprise until TIME: valid
! the licence of "northwind" ends on TIME, in 7 days
  Ask the operator to renew it: dirbridge licence set. Without it nothing is added after 30 days of grace.
END
run --json licence show northwind | grep -q '"code": "licence-7"' ||
	fail "licence show --json has no finding"
run --json org show northwind/contoso | grep -q '"code": "licence-7"' ||
	fail "org show --json has no finding"
finish
