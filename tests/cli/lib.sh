# SPDX-License-Identifier: MIT
# For tests that walk the built program: it stands in the directory they are started in.
# shellcheck shell=sh
set -u
export LC_ALL=C.UTF-8
unset NO_COLOR DIRBRIDGE_CONFIG
program=$(pwd)/dirbridge
# shellcheck disable=SC2034 # for those who source this
top=$(cd "$(dirname "$0")/../.." && pwd)
[ -x "$program" ] || {
	echo "$program is not built"
	exit 99
}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
store=$scratch/console.db
failed=0
as=

# What differs from one run to the next.
plain()
{
	sed -E -e "s|$scratch|DIR|g" -e "s/\"$(id -un)\"/\"USER\"/g" \
		-e 's/[0-9a-f]{64}/TOKEN/g' -e 's/\b[0-9a-f]{32}\b/ID/g' \
		-e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}(T[0-9:]{8}Z| [0-9]{2}:[0-9]{2})/TIME/g'
}

# run ARG...: the program on this test's store, as $as when that is set.
run()
{
	"$program" --store "$store" ${as:+--as "$as"} "$@"
}

# walk CODE ARG...: the exit code, and standard output and error together, are as given on
# standard input.
walk()
{
	code=$1
	shift
	cat >"$scratch/want"
	run "$@" >"$scratch/raw" 2>&1 </dev/null
	got=$?
	plain <"$scratch/raw" >"$scratch/got"
	[ "$got" = "$code" ] && cmp -s "$scratch/want" "$scratch/got" && return
	fail "dirbridge $*: exit code $got, wanted $code"
	diff -u "$scratch/want" "$scratch/got"
}

# For tests that look into the store, or tamper with it.
need_sqlite3()
{
	command -v sqlite3 >/dev/null && return
	echo "sqlite3 is missing"
	exit 99
}

# What the store holds, but for the count of its transactions.
content()
{
	sqlite3 "$store" .dump | grep -v "^INSERT INTO meta VALUES('sequence'," | cksum
}

# fail MESSAGE
fail()
{
	echo "$*"
	failed=1
}

finish()
{
	exit $failed
}

# quiet ARG...: it succeeds, whatever it says.
quiet()
{
	run "$@" >"$scratch/raw" 2>&1 </dev/null && return
	fail "dirbridge $*: exit code $?"
	cat "$scratch/raw"
}

# token ORG N: of the N-th pending invitation.
token()
{
	run invite list "$1" --tokens | sed -n "$2s/.* //p"
}

# write_team N DISABLED: the script of a directory, p1 to pN, of whom the first so many are
# disabled, in one group.
write_team()
{
	for i in $(seq "$1"); do
		printf 'entry p%s uid=p%s,dc=contoso,dc=example\n' "$i" "$i"
		printf '  objectClass: inetOrgPerson\n  cn: p%s\n' "$i"
		printf '  mail: p%s@contoso.example\n' "$i"
		[ "$i" -gt "$2" ] || printf '  employeeType: disabled\n'
	done >"$scratch/people.script"
	{
		printf 'entry ops cn=Backup-Ops,dc=contoso,dc=example\n'
		printf '  objectClass: groupOfNames\n  cn: Backup-Ops\n'
		for i in $(seq "$1"); do
			printf '  member: uid=p%s,dc=contoso,dc=example\n' "$i"
		done
	} >>"$scratch/people.script"
}

# write_source [LINES]: the configuration of a scripted source, which write_team fills; with
# more lines of it, or of its grants.
write_source()
{
	DIRBRIDGE_CONFIG=$scratch/dirbridge.yaml
	export DIRBRIDGE_CONFIG
	cat >"$DIRBRIDGE_CONFIG" <<-END
		store: sqlite:$store
		sources:
		  contoso:
		    organization: northwind/contoso
		    act_as: sync@northwind.example
		    type: script
		    file: $scratch/people.script
		    people: { email: mail, name: cn, disabled: "(employeeType=disabled)" }
		    grants:
		      - from: { name: "Backup-(.*)" }
		        to: { group: "\$1", role: member, create: true }
		$1
	END
}

# make_console: northwind of ada, who is this user as are the operator and sync, and contoso.
make_console()
{
	as=
	quiet store init
	quiet org create northwind --owner ada@northwind.example --name Ada
	quiet licence set northwind --until 2099-12-31
	quiet principal allow ada@northwind.example --user "$(id -un)" --as operator
	as=ada@northwind.example
	quiet org create northwind/contoso
	as=operator
	quiet principal add sync@northwind.example --owner-of northwind/contoso
	quiet principal allow sync@northwind.example --user "$(id -un)"
	as=ada@northwind.example
}
