# SPDX-License-Identifier: MIT
# Shared by the house's tests: where the sources are, and what to do without a tool.
# Every test runs from the top of the sources, writes nothing there, and names what it
# finds. $build is the directory it was started in.
# shellcheck shell=sh
set -u
export LC_ALL=C.UTF-8
# shellcheck disable=SC2034 # for those who source this
build=$(pwd)
cd "$(dirname "$0")/../.." || exit 99

# need TOOL: without it this test is skipped, or fails under REQUIRE_SERVERS=1.
need()
{
	command -v "$1" >/dev/null && return
	echo "SKIP: $1 is not installed; contrib/check installs it"
	[ "${REQUIRE_SERVERS:-0}" = 1 ] && exit 1
	exit 77
}

# C sources and headers that are ours.
c_files()
{
	find bridge connectors config contrib tests -name '*.[ch]' | sort
}

# Shell scripts that are ours, by their first line.
shell_files()
{
	find contrib tests .ci -type f ! -name '*.[cho]' ! -name '*.o' | sort |
		xargs awk 'FNR == 1 && /^#! ?\/bin\/(ba)?sh/ { print FILENAME } { nextfile }'
	find contrib tests .ci -type f -name '*.sh' -o -name '*.bash' | sort
}

# A scratch directory, $scratch, gone at the end.
make_scratch()
{
	scratch=$(mktemp -d) || exit 99
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 130' INT TERM HUP
}
