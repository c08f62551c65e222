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
offers "pause plan principal" p
offers "assets create delete list rename show" org ""
offers "create" --as operator org c
offers "add list remove" link ""
offers "email erase" account e
offers "accept cancel decline list release resend send" invite ""
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
offers "$top/Makefile.am" import "$top/Makefile.a"
offers "$top/Makefile.am" export northwind --output "$top/Makefile.a"
offers "$top/Makefile.am" audit --verify --against "$top/Makefile.a"
offers "" export "$top/Makefile.a"
offers "--after --as" export northwind --a
offers "text json csv md" roster contoso --format ""
offers "" account email --in ""
offers "--with-owner" link add northwind Operators northwind/contoso --w
offers "pause plan principal" --json p

finish
