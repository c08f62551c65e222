#!/bin/sh
# SPDX-License-Identifier: MIT
# Words, options, configuration and errors: what every command shares.
. "$(dirname "$0")/lib.sh"

walk 0 --version <<END
dirbridge $(sed -n 's/^AC_INIT(\[dirbridge\], \[\(.*\)\], \[\].*/\1/p' "$top/configure.ac")
END
walk 64 <<'END'
dirbridge: no command is given
  See: dirbridge --help
END
walk 64 bogus <<'END'
dirbridge: there is no command "bogus"
  See: dirbridge --help
END
walk 64 org crate <<'END'
dirbridge: there is no command "org crate"
  Did you mean: dirbridge org create
END
walk 64 link x <<'END'
  link add HOME NAME TARGET [--with-owner]
      make a group active in an organization below its home
  link remove HOME NAME TARGET
      end a link, from either side
  link list ORG
      show the links that lead to an organization, or from it
dirbridge: there is no command "link x"
END
walk 64 principal <<'END'
  principal add NAME --owner-of PATH...
      appoint a service principal (operator)
  principal remove NAME --owner-of PATH
      take Owner from a service principal (operator)
  principal allow NAME --user USER
      let an operating-system user act as a principal (operator)
  principal disallow NAME --user USER
      no longer let an operating-system user do so (operator)
  principal list
      show principals and who may act as them
dirbridge: "principal" needs a second word
END
walk 64 --bogus org list <<'END'
dirbridge: unknown option "--bogus"
  See: dirbridge --help
END
walk 64 org list -x <<'END'
dirbridge: unknown option "-x"
  Usage: dirbridge org list [PATH]
END
walk 64 org list --as <<'END'
dirbridge: option "--as" needs a value
  Usage: dirbridge org list [PATH]
END
walk 64 org list --json=yes <<'END'
dirbridge: option "--json" takes no value
  Usage: dirbridge org list [PATH]
END
walk 64 group show northwind <<'END'
dirbridge: something is missing
  Usage: dirbridge group show ORG NAME
END
walk 64 org list a b <<'END'
dirbridge: "b" is too much
  Usage: dirbridge org list [PATH]
END
walk 78 org list <<'END'
dirbridge: store "DIR/console.db": No such file or directory
  Make one with: dirbridge store init
END

# Global options stand before the command or after it; --json errors are JSON.
quiet store init
quiet --as operator org list
quiet org list --as operator
cat >"$scratch/json" <<'END'
{
  "error": {
    "class": "refused",
    "code": "org-isolated",
    "text": "org-isolated: \"operator\" owns no organization \"nowhere\"",
    "hint": "Check the path, or act as somebody who owns it (--as)."
  }
}
END
walk 5 --json roster nowhere <"$scratch/json"
walk 5 roster nowhere --json <"$scratch/json"

# What comes from outside is escaped.
walk 5 roster "$(printf 'a\033[31m\nb')" <<'END'
dirbridge: org-isolated: "operator" owns no organization "a\x1b[31m\x0ab"
  Check the path, or act as somebody who owns it (--as).
END

# Help names every command, and the usage of one.
quiet --help
grep -q '^  group add ORG NAME WHO --role' "$scratch/raw" ||
	fail "--help does not show group add"
! grep -q connector "$scratch/raw" || fail "--help shows what is internal"
quiet group add --help
grep -q '^usage: dirbridge group add ' "$scratch/raw" ||
	fail "group add --help does not show its usage"

# The store of the configuration, from -c or the environment.
without_store()
{
	"$program" "$@" >"$scratch/raw" 2>&1 && return
	fail "dirbridge $*: exit code $?"
	cat "$scratch/raw"
}
printf 'store: sqlite:%s\nsources: {}\n' "$store" >"$scratch/dirbridge.yaml"
without_store -c "$scratch/dirbridge.yaml" org list
DIRBRIDGE_CONFIG=$scratch/dirbridge.yaml
export DIRBRIDGE_CONFIG
without_store org list
printf 'bogus: 1\n' >>"$scratch/dirbridge.yaml"
"$program" org list >"$scratch/raw" 2>&1
if [ $? != 78 ] || ! grep -q 'dirbridge.yaml:3:1: ' "$scratch/raw"; then
	fail "an error in the configuration does not show as one"
	cat "$scratch/raw"
fi

# Nothing is lost in silence when standard output is full.
if [ -e /dev/full ]; then
	run principal list >/dev/full 2>"$scratch/raw"
	if [ $? != 1 ] || ! grep -q 'cannot write' "$scratch/raw"; then
		fail "a full standard output goes unnoticed"
	fi
fi

finish
