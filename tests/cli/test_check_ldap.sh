#!/bin/sh
# SPDX-License-Identifier: MIT
# What only the LDAP connector can see in its settings: named when the configuration is
# read, all at once, each with its place.
. "$(dirname "$0")/lib.sh"

# check_config CODE: of the file on standard input, against what is in DIR/said.
check_config()
{
	cat >"$scratch/dirbridge.yaml"
	"$program" -c "$scratch/dirbridge.yaml" check >"$scratch/raw" 2>&1 </dev/null
	got=$?
	plain <"$scratch/raw" >"$scratch/got"
	[ "$got" = "$1" ] || fail "check: exit code $got, wanted $1"
	cmp -s "$scratch/said" "$scratch/got" || {
		fail "check says something else"
		diff -u "$scratch/said" "$scratch/got"
	}
}

cat >"$scratch/said" <<'END'
dirbridge: DIR/dirbridge.yaml:6:10: "ldaps//typo" is no LDAP URL
dirbridge: DIR/dirbridge.yaml:7:17: bind.method external takes neither bind.dn nor bind.password
dirbridge: DIR/dirbridge.yaml:15:7: a URL holds no account; use bind.dn and bind.password for it
dirbridge: DIR/dirbridge.yaml:16:7: "ldap://a/dc=x" names more than a server
dirbridge: DIR/dirbridge.yaml:18:7: base "dc=x??(foo": filter "(foo", position 5: an operator such as "=" is missing
dirbridge: DIR/dirbridge.yaml:19:7: base "not a dn?subtree": scope "subtree" is not sub, one or base
dirbridge: DIR/dirbridge.yaml:20:11: bind.dn and bind.password go together
dirbridge: DIR/dirbridge.yaml:21:10: tls.cert and tls.key go together
  Every setting is described in dirbridge.yaml(5).
END
check_config 78 <<END
store: sqlite:$store
profiles:
  unused: { type: ldap, url: "ldaps//nobody uses it" }
  used:
    type: ldap
    url: "ldaps//typo"
    bind: { dn: "cn=a", method: external }
sources:
  a: { profile: used, organization: n, act_as: s, base: dc=a, grants: [] }
  b:
    organization: n
    act_as: s
    type: ldap
    url:
    - "ldap://user:hunter2@a"
    - "ldap://a/dc=x"
    base:
    - "dc=x??(foo"
    - "not a dn?subtree"
    bind: { dn: "cn=a" }
    tls: { key: k.pem }
    grants: []
END

# What has a problem of its own gets no second one.
cat >"$scratch/said" <<'END'
dirbridge: DIR/dirbridge.yaml:9:21: "bind.method" must be one of simple, external, not "simpel", did you mean "simple"?
dirbridge: DIR/dirbridge.yaml:10:18: "tls.cert" must not be empty
  Every setting is described in dirbridge.yaml(5).
END
check_config 78 <<END
store: sqlite:$store
sources:
  a:
    organization: n
    act_as: s
    type: ldap
    url: ldap://a
    base: dc=a
    bind: { method: simpel }
    tls: { cert: "", key: k.pem }
    grants: []
END

cat >"$scratch/said" <<'END'
configuration OK: 1 source
END
LDAPKEEPALIVE_IDLE=60
export LDAPKEEPALIVE_IDLE
check_config 0 <<END
store: sqlite:$store
sources:
  a:
    organization: n
    act_as: s
    type: ldap
    url: [ldap://a, "ldaps://b:636/", ldapi://%2frun%2fldapi]
    base: ['dc=a\3f?one?(mail=*)', dc=b]
    bind: { dn: cn=a, password: env:PW }
    grants: []
END
finish
