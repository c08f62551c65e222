#!/bin/sh
# SPDX-License-Identifier: MIT
# Whatever is wrong with one source, check tells of all of them, and of every problem.
. "$(dirname "$0")/lib.sh"

DIRBRIDGE_CONFIG=$scratch/dirbridge.yaml
export DIRBRIDGE_CONFIG

# source_of NAME TYPE LINE: another one of the configuration.
source_of()
{
	cat <<END
  $1:
    organization: northwind/$1
    act_as: sync@northwind.example
    type: $2
    $3
    grants: []
END
}

# A source that fails in a way of its own.
failing()
{
	echo "probe fail $2 it is $2" >"$scratch/$1.script"
	source_of "$1" script "file: $scratch/$1.script"
}

cat >"$scratch/people.ldif" <<'END'
dn: dc=contoso,dc=example
objectClass: domain
entryUUID: 00000000-0000-4000-8000-000000000001
END
cat >"$scratch/main" <<END
store: sqlite:$store
include: ["tenant*.yaml"]
sources:
END
{
	cat "$scratch/main"
	source_of contoso ldif "file: $scratch/people.ldif"
	source_of globex ldap 'url: "ldap://127.0.0.1:1"
    base: dc=globex
    tls: { mode: none }'
	failing umbrella incomplete
} >"$DIRBRIDGE_CONFIG"
cat >"$scratch/tenant.yaml" <<'END'
sources:
  initech:
    organization: northwind/initech
    act_as: sync@northwind.example
    type: ldif
    file: people.ldif
    grant: []
END

problems()
{
	cat <<END
DIR/tenant.yaml:2:3: "grants" is missing
DIR/tenant.yaml:7:5: there is no setting "grant", did you mean "grants"?
END
}

problems | walk 78 check
problems | walk 78 check initech
problems | walk 78 check contoso
walk 78 check contosso <<'END'
dirbridge: there is no source "contosso", did you mean "contoso"?
  It may be in one of the included files that have errors; dirbridge check names them.
END
{
	problems
	cat <<'END'
contoso → northwind/contoso
  identity               ldif:dc=contoso,dc=example
  people are known by    entryUUID
  server                 LDIF file DIR/people.ldif
  can look up one entry  yes
globex → northwind/globex
  ! connect to "globex": cannot reach "ldap://127.0.0.1:1": connection refused
    Check url, that the server runs, and what lies between.
initech → northwind/initech
  ! source "initech" cannot be used: DIR/tenant.yaml:2:3: "grants" is missing (and 1 more)
umbrella → northwind/umbrella
  identity               script
  people are known by    text
  server                 script DIR/umbrella.script
  can look up one entry  yes
  ! connect to "umbrella": it is incomplete
END
} | walk 78 check --connect
{
	problems
	cat <<'END'
initech → northwind/initech
  ! source "initech" cannot be used: DIR/tenant.yaml:2:3: "grants" is missing (and 1 more)
END
} | walk 78 check initech --connect
walk 78 check --connect --json <<'END'
{
  "problems": [
    "DIR/tenant.yaml:2:3: \"grants\" is missing",
    "DIR/tenant.yaml:7:5: there is no setting \"grant\", did you mean \"grants\"?"
  ],
  "sources": [
    {
      "source": "contoso",
      "directory": "",
      "organization": "northwind/contoso",
      "facts": {
        "identity": "ldif:dc=contoso,dc=example",
        "anchor": "entryUUID",
        "server": "LDIF file DIR/people.ldif",
        "lookup": "yes"
      },
      "findings": [],
      "error": null
    },
    {
      "source": "globex",
      "directory": "",
      "organization": "northwind/globex",
      "facts": {},
      "findings": [],
      "error": {
        "class": "later",
        "code": null,
        "text": "connect to \"globex\": cannot reach \"ldap://127.0.0.1:1\": connection refused",
        "hint": "Check url, that the server runs, and what lies between."
      }
    },
    {
      "source": "initech",
      "directory": "",
      "organization": "northwind/initech",
      "facts": {},
      "findings": [],
      "error": {
        "class": "configuration",
        "code": null,
        "text": "source \"initech\" cannot be used: DIR/tenant.yaml:2:3: \"grants\" is missing (and 1 more)",
        "hint": null
      }
    },
    {
      "source": "umbrella",
      "directory": "",
      "organization": "northwind/umbrella",
      "facts": {
        "identity": "script",
        "anchor": "text",
        "server": "script DIR/umbrella.script",
        "lookup": "yes"
      },
      "findings": [],
      "error": {
        "class": "incomplete",
        "code": null,
        "text": "connect to \"umbrella\": it is incomplete",
        "hint": null
      }
    }
  ]
}
END

# Who must act first gives the exit code, whichever source comes first.
# first CODE CLASS...: of sources that fail in these ways.
first()
{
	code=$1
	shift
	cp "$scratch/main" "$DIRBRIDGE_CONFIG"
	for class; do
		failing "$class" "$class" >>"$DIRBRIDGE_CONFIG"
	done
	run check --connect >"$scratch/raw" 2>&1
	got=$?
	[ "$got" = "$code" ] || fail "check of $*: exit code $got, wanted $code"
	[ "$(grep -c '! connect to' "$scratch/raw")" = $# ] || {
		fail "check of $*: does not tell of each"
		cat "$scratch/raw"
	}
}
sed -i '/^include/d' "$scratch/main"
first 4 incomplete
first 1 incomplete later
first 1 incomplete retry
first 64 incomplete later usage
first 78 configuration incomplete later usage

# One of them alone.
source_of contoso ldif "file: $scratch/people.ldif" >>"$DIRBRIDGE_CONFIG"
walk 0 check contoso --connect <<'END'
configuration OK: 5 sources
contoso → northwind/contoso
  identity               ldif:dc=contoso,dc=example
  people are known by    entryUUID
  server                 LDIF file DIR/people.ldif
  can look up one entry  yes
END

finish
