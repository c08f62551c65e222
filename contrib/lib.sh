# SPDX-License-Identifier: MIT
# Shared by the scripts of contrib, which set -eu and $top, the checkout, before.
# shellcheck shell=sh
: "${top:?}"

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# as_root COMMAND...: as it is for root, by sudo for others.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "\"$*\" needs root, and there is no sudo"
	fi
}

# packages PURPOSE...: names from contrib/packages, one a line.
packages()
{
	for purpose; do
		sed -n "s/^$purpose: *//p" "$top/contrib/packages"
	done | tr -s ' ' '\n'
}

# The packages of these purposes that are not installed.
missing_packages()
{
	for package in $(packages "$@"); do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || printf '%s ' "$package"
	done
}

# install_packages PURPOSE...: what is missing, if anything is. Call make_tmp before.
install_packages()
{
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	say "installing $missing"
	forbid_services
	# shellcheck disable=SC2086 # one word a package
	{ apt update && apt install --no-install-recommends $missing; } ||
		die "cannot install $missing"
	allow_services
}

policy=/usr/sbin/policy-rc.d
policy_is_ours=

# A service that a package brings (slapd) must not start by itself: a policy says no,
# for as long as the installation takes.
forbid_services()
{
	[ ! -e "$policy" ] || return 0
	policy_is_ours=yes
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
}

allow_services()
{
	[ -z "$policy_is_ours" ] || as_root rm -f "$policy"
	policy_is_ours=
}

apt()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# What git knows or would add, or everything when there is no git.
list_sources()
{
	if [ -e .git ] && command -v git >/dev/null; then
		git -c safe.directory="$top" ls-files -z --cached --others --exclude-standard
	else
		find . -type f ! -path './build*/*' ! -name '*.[oa]' ! -name Makefile \
			! -name config.status -print0
	fi
}

# copy_sources DIR: this checkout, without what an earlier build in it has left, and with
# a configure. Nothing is written to the checkout itself.
copy_sources()
(
	mkdir -p "$1" && cd "$top" &&
		list_sources | tar --null --ignore-failed-read -T - -cf - | tar -C "$1" -xf - &&
		cd "$1" && find . -name '*.c' | sed 's/\.c$//' | xargs rm -f && autoreconf -fi
)

# A directory, $tmp, that is removed at the end together with every process that was
# started with DIRBRIDGE_TMP in its environment. A script's own clean_up() runs first.
make_tmp()
{
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/dirbridge.XXXXXX")
	chmod 755 "$tmp" # a server that drops root must reach its files
	DIRBRIDGE_TMP=$tmp
	export DIRBRIDGE_TMP
	trap 'leave $?' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM
}

clean_up()
{
	:
}

leave()
{
	trap - EXIT
	trap '' HUP INT PIPE TERM
	set +e # nothing from here on changes how it ended
	clean_up
	end_processes TERM
	tries=50
	while [ "$tries" != 0 ] && [ -n "$(processes_left)" ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	end_processes KILL
	while [ "$tries" = 0 ] && [ -n "$(processes_left)" ]; do
		sleep 0.1
	done
	allow_services
	chmod -R u+w "$tmp" # distcheck makes its copy read-only
	rm -rf "$tmp"
	exit "$1"
}

end_processes()
{
	for pid in $(processes_left); do
		kill -"$1" "$pid" 2>/dev/null || :
	done
}

# Ids of the processes that were started under $tmp and still run.
processes_left()
{
	(
		unset DIRBRIDGE_TMP
		grep -lsz "^DIRBRIDGE_TMP=$tmp\$" /proc/[0-9]*/environ |
			sed 's|/proc/||; s|/environ||'
	)
}
