#!/bin/sh
# SPDX-License-Identifier: MIT
# However an address is written it is the same person, or it is none and says so: by hand,
# and in a directory.
. "$(dirname "$0")/lib.sh"

command -v sqlite3 >/dev/null || {
	echo "SKIP: sqlite3 is not installed"
	[ "${REQUIRE_SERVERS:-0}" = 1 ] && exit 1
	exit 77
}
later=$(($(date +%Y) + 1))-06-30
nl='
'
cr=$(printf '\r')
e_acute=$(printf '\303\251')
e_and_acute=$(printf 'E\314\201')
u_uml=$(printf '\303\274')
U_and_dots=$(printf 'U\314\210')
wide_x=$(printf '\357\275\230')
long=$(head -c 250 /dev/zero | tr '\0' x)

content()
{
	sqlite3 "$store" .dump | cksum
}

# same SPELLING COMMAND...: it is somebody who is invited already.
same()
{
	spelling=$1
	shift
	before=$(content)
	run "$@" "$spelling" --role member >"$scratch/raw" 2>&1 </dev/null
	got=$?
	[ "$got" = 5 ] || fail "dirbridge $* \"$spelling\": exit code $got"
	grep -q '^dirbridge: invite-duplicate: ' "$scratch/raw" || {
		fail "dirbridge $* \"$spelling\" is somebody else"
		cat "$scratch/raw"
	}
	[ "$before" = "$(content)" ] || fail "dirbridge $* \"$spelling\": changed the store"
}

# none SHOWN ARG...: the address is none, which the error says in one line that holds
# nothing of what could be taken for another; nothing has changed.
none()
{
	printf 'dirbridge: "%s" is no e-mail address\n' "$1" >"$scratch/want"
	echo "  It is NAME@DOMAIN, without spaces, of at most 254 bytes." >>"$scratch/want"
	shift
	before=$(content)
	run "$@" >"$scratch/got" 2>&1 </dev/null
	got=$?
	[ "$got" = 64 ] || fail "dirbridge $*: exit code $got"
	cmp -s "$scratch/want" "$scratch/got" || {
		fail "dirbridge $*"
		diff -u "$scratch/want" "$scratch/got"
	}
	run --json "$@" >"$scratch/got" 2>&1 </dev/null
	got=$?
	[ "$got" = 64 ] || fail "dirbridge --json $*: exit code $got"
	grep -qxF '    "class": "usage",' "$scratch/got" || {
		fail "dirbridge --json $*: another class"
		cat "$scratch/got"
	}
	[ "$before" = "$(content)" ] || fail "dirbridge $*: changed the store"
}

# ---- by hand: who is who ----
quiet store init
walk 0 org create northwind --owner " ADA@B${u_uml}cher.example$cr$nl" --name Ada <<END
made organization "northwind"
next: dirbridge licence set northwind --until DATE
      dirbridge principal allow ADA@B${u_uml}cher.example --user USER
END
quiet licence set northwind --until "$later"
quiet principal allow "Ada@b${u_uml}cher.example" --user "$(id -un)"
for as in ada@xn--bcher-kva.example ADA@XN--BCHER-KVA.example "ada@b${u_uml}cher.example" \
	"ada@B${U_and_dots}cher.EXAMPLE" " ada@xn--bcher-kva.example$nl"; do
	walk 0 org list northwind <<-END
		northwind  1 owner
	END
done
as=ada@xn--bcher-kva.example
quiet org create northwind/contoso
quiet group create northwind/contoso Operators
send="invite send northwind/contoso Operators"
for who in "Ren$e_acute@x.example" "kim@b${u_uml}cher.example" bo@contoso.example; do
	# shellcheck disable=SC2086 # words
	quiet $send "$who" --role member
done
walk 0 invite list northwind/contoso <<END
bo@contoso.example         member  Operators  by $as  now  until TIME
kim@xn--bcher-kva.example  member  Operators  by $as  now  until TIME
ren$e_acute@x.example             member  Operators  by $as  now  until TIME
END
# shellcheck disable=SC2086 # words
{
	same BO@CONTOSO.EXAMPLE $send
	same " bo@contoso.example" $send
	same "bo@contoso.example $cr$nl" $send
	same "bo@contoso.e${wide_x}ample" $send
	same "REN$e_and_acute@x.example" $send
	same "ren$e_acute@X.example" $send
	same KIM@XN--BCHER-KVA.example $send
	same "kim@b${U_and_dots}CHER.example" $send
}
sqlite3 "$store" "SELECT email FROM invitation; SELECT coalesce(email, '') FROM subject" \
	>"$scratch/raw"
if grep -q "$cr\|^ \| \$" "$scratch/raw"; then
	fail "a space or a line's end was kept"
fi

# ---- by hand: what is none ----
for bad in "b o@contoso.example" "bo@contoso .example" bo bo@ @contoso.example \
	bo@@contoso.example "bo@b${u_uml}cher..example" bo@-contoso.example \
	"$long@x.example" "bo@$long.example"; do
	# shellcheck disable=SC2086 # words
	none "$bad" $send "$bad" --role member
done
bcc="bo@contoso.example$cr${nl}Bcc: eve@x.example"
shown='bo@contoso.example\x0d\x0aBcc: eve@x.example'
# shellcheck disable=SC2086 # words
none "$shown" $send "$bcc" --role member
for verb in cancel resend release; do
	none "$shown" invite $verb northwind/contoso Operators "$bcc" --role member
done
none "$shown" invite accept "$(token northwind/contoso 1)" --email "$bcc"
none "$shown" account email "$as" "$bcc" --in northwind
none "$shown" account erase "$bcc"
none "$shown" --as operator org create globex --owner "$bcc"

# ---- in a directory ----
uuid()
{
	printf 'entryUUID: 00000000-0000-4000-8000-%012d\n' "$1"
}

# entry N ADDRESS: the person pN; what LDIF cannot hold as it is stands in base64.
entry()
{
	printf 'dn: uid=p%s,dc=contoso,dc=example\nobjectClass: inetOrgPerson\n' "$1"
	uuid "$1"
	printf 'cn: p%s\nmail:: %s\n\n' "$1" "$(printf '%s' "$2" | base64 -w 0)"
}

# directory N...: all of them are in one group, before their entries.
directory()
{
	printf 'dn: dc=contoso,dc=example\nobjectClass: domain\n'
	uuid 100
	printf '\ndn: cn=Operators,dc=contoso,dc=example\nobjectClass: groupOfNames\n'
	uuid 101
	printf 'cn: Operators\n'
	printf 'member: uid=p%s,dc=contoso,dc=example\n' "$@"
	echo
}

# people PATTERN WORD N: so many lines of the plan's people have the word.
people()
{
	[ "$(grep -c -- "$1" "$scratch/plan")" = "$2" ] || {
		fail "the plan has not $2 lines like: $1"
		cat "$scratch/plan"
	}
}

DIRBRIDGE_CONFIG=$scratch/dirbridge.yaml
export DIRBRIDGE_CONFIG
cat >"$DIRBRIDGE_CONFIG" <<END
store: sqlite:$store
sources:
  contoso:
    organization: northwind/contoso
    act_as: sync@northwind.example
    type: ldif
    file: $scratch/people.ldif
    people: { email: mail, name: cn }
    grants:
      - from: { name: Operators }
        to: { group: Operators, role: member }
END
as=operator
quiet principal add sync@northwind.example --owner-of northwind/contoso
as=ada@xn--bcher-kva.example
quiet group add northwind/contoso Operators sync@northwind.example --role owner
for i in 1 1 1; do
	quiet invite accept "$(token northwind/contoso "$i")"
done

# Who is known in another spelling gets what is wanted, and no invitation.
{
	directory 1 2 3
	entry 1 " BO@Contoso.example$cr$nl"
	entry 2 "REN$e_and_acute@x.example"
	entry 3 "Kim@B${u_uml}CHER.example"
} >"$scratch/people.ldif"
run plan contoso -v >"$scratch/plan" 2>&1
people ' member   join ' 3
people ' invite ' 0
quiet apply contoso --yes
run plan contoso -v >"$scratch/plan" 2>&1 || fail "something is left to do"
people '; 3 unchanged$' 1

# Whatever is done to them by hand, they are found.
mixed="KIM@B${U_and_dots}cher.EXAMPLE"
walk 0 group add northwind/contoso Operators "$mixed" --role owner <<END
"$mixed" is owner of "Operators" in "northwind/contoso"
END
walk 0 account block " $mixed" --in northwind --reason lost <<END
" $mixed" is blocked in "northwind"
END
walk 0 account unblock kim@xn--bcher-kva.example --in northwind --reason found <<END
"kim@xn--bcher-kva.example" is not blocked in "northwind"
END
run audit northwind/contoso --person "$mixed" >"$scratch/raw" 2>&1
grep -q 'invitation.accept' "$scratch/raw" || fail "the trail does not know the person"
run audit northwind --person "$mixed" >"$scratch/raw" 2>&1
grep -q 'account.block' "$scratch/raw" || fail "the trail does not know who was blocked"
run look contoso --person "b${u_uml}cher" >"$scratch/raw" 2>&1
grep -q '^uid=p3,' "$scratch/raw" || fail "look does not find the address as it is written"

# Two spellings are one address: who of the two it is, a person decides.
{
	directory 1 2 3 4 5
	entry 1 bo@contoso.example
	entry 2 "ren$e_acute@x.example"
	entry 3 "kim@b${u_uml}cher.example"
	entry 4 LEA@xn--bcher-kva.example
	entry 5 "lea@b${u_uml}cher.example"
} >"$scratch/people.ldif"
run plan contoso -v >"$scratch/plan" 2>&1
[ $? = 3 ] || fail "it is not held"
people ' hold      two entries have one address$' 1
people '"p[45]", anchor ' 2
people ' invite ' 0

# What is none is named where it stands, and the others go on.
{
	directory 1 2 3 11 12 13 14 15
	entry 1 bo@contoso.example
	entry 2 "ren$e_acute@x.example"
	entry 3 "kim@b${u_uml}cher.example"
	entry 11 "$bcc"
	entry 12 "b o@contoso.example"
	entry 13 "$long@x.example"
	entry 14 bo@@contoso.example
	entry 15 "bo@b${u_uml}cher..example"
} >"$scratch/people.ldif"
before=$(content)
run plan contoso -v >"$scratch/plan" 2>&1 || fail "something is to do"
people '! p1[1-5] *keep      the entry could not be understood$' 5
people '" is no e-mail address$' 5
people '"bo@contoso.example\\x0d\\x0aBcc: eve@x.example" is no' 1
people "\"$(printf '%s' "$long" | cut -c1-64)\" is no" 1
people '; 3 unchanged$' 1
[ "$before" = "$(content)" ] || fail "planning changed the store"
finish
