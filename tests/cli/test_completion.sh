#!/bin/bash
# SPDX-License-Identifier: MIT
# What bash offers is what the program has: commands, options, words of an option.
. "$(dirname "$0")/lib.sh"
. "$top/contrib/completions/dirbridge.bash"

# offers WANTED WORD...: with the words typed, the last one in part.
offers()
{
	wanted=$1
	shift
	COMP_WORDS=(dirbridge "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_dirbridge "$program" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	[ "$wanted" = "${COMPREPLY[*]}" ] ||
		fail "dirbridge $*: offers \"${COMPREPLY[*]}\", wanted \"$wanted\""
}

offers "$("$program" --help | sed -nE 's/^  ([a-z]+).*/\1/p' | sort -u | xargs)" ""
offers "plan principal" p
offers "create list" org ""
offers "create" --as operator org c
offers "accept cancel decline list send" invite ""
offers "--config --connect" check --con
offers "--role" group add --r
offers "member owner" group add contoso Operators bo --role ""
offers "owner" group add contoso Operators bo --role o
offers "text json" plan contoso --format ""
offers "" roster contoso --at ""
offers "" roster ""
offers "" northwind/contoso ""
offers "" "a[/" ""
offers "" --as ""
offers "$top/Makefile.am" -c "$top/Makefile.a"
offers "plan principal" --json p

finish
