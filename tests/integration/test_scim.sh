#!/bin/sh
# SPDX-License-Identifier: MIT
# Three real SCIM servers, from npm packages below $SCIM_MODULES, in the folders express4,
# express5 and better-auth (contrib/check installs them there). Each runs in its folder.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"

modules=${SCIM_MODULES:-}
if [ -z "$modules" ] || ! command -v node >/dev/null; then
	echo "no SCIM servers: SCIM_MODULES is not set, or there is no node"
	[ "${REQUIRE_SERVERS:-0}" = 1 ] && exit 1
	exit 77
fi
server=
stop()
{
	[ -z "$server" ] || kill "$server" 2>/dev/null
	[ -z "$server" ] || wait "$server" 2>/dev/null
	server=
}
trap 'stop; rm -rf "$scratch"' EXIT

# start FOLDER SCRIPT USERS GROUPS: $url is where it serves.
start()
{
	stop
	mkdir -p "$scratch/$1"
	cp "$top/tests/integration/scim/$2" "$scratch/$1/$2"
	ln -sfn "$modules/$1/node_modules" "$scratch/$1/node_modules"
	rm -f "$scratch/$1/says"
	mkfifo "$scratch/$1/says"
	(cd "$scratch/$1" && SCIM_USERS=$3 SCIM_GROUPS=$4 exec node "$2" >says 2>err) &
	server=$!
	read -r url <"$scratch/$1/says" || {
		cat "$scratch/$1/err"
		exit 1
	}
}

# tls_files: two authorities, a server's certificate, a client's.
tls_files()
{
	mkdir "$scratch/tls" && cd "$scratch/tls" || exit 99
	for name in ca other; do
		openssl req -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.pem \
			-days 2 -subj "/CN=$name" 2>/dev/null || exit 99
	done
	for name in server client; do
		openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr \
			-subj "/CN=$name" 2>/dev/null &&
			echo 'subjectAltName=IP:127.0.0.1' >ext &&
			openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
				-out $name.pem -days 2 -extfile ext 2>/dev/null || exit 99
	done
	pin=sha256//$(openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der |
		openssl dgst -sha256 -binary | base64)
	cd "$OLDPWD" || exit 99
}

# secure CA CLIENT PIN: the configuration reaches the server by TLS, with these.
secure()
{
	configure secret
	sed -i "s|tls: { mode: none }|tls: { ca: tls/$1.pem, cert: tls/$2.pem, key: tls/$2.key, pin: \"$3\" }|" \
		"$scratch/dirbridge.yaml"
}

# configure TOKEN
configure()
{
	cat >"$scratch/dirbridge.yaml" <<-END
		store: sqlite:$store
		sources:
		  contoso:
		    organization: northwind/contoso
		    act_as: sync@northwind.example
		    type: scim
		    url: $url
		    tls: { mode: none }
		    allow_local: yes
		    auth: { token: "env:SCIM_TOKEN" }
		    grants:
		      - from: { name: "(.+)" }
		        to: { group: "\$1", create: true }
	END
	export SCIM_TOKEN="$1"
}

# shows CODE TEXT COMMAND...: a command of the program shows this.
shows()
{
	want=$1
	text=$2
	shift 2
	"$program" -c "$scratch/dirbridge.yaml" "$@" >"$scratch/out" 2>&1 </dev/null
	got=$?
	[ "$got" = "$want" ] && grep -qF -- "$text" "$scratch/out" && return
	echo "dirbridge $*: exit code $got, wanted $want, and \"$text\":"
	head -n 40 "$scratch/out"
	exit 1
}

# change METHOD PATH [BODY]
change()
{
	curl -sSf -o /dev/null -X "$1" -H "Authorization: Bearer $SCIM_TOKEN" \
		-H 'Content-Type: application/scim+json' ${3:+-d "$3"} "$url$2" || exit 1
}

start express4 scimmy.mjs 2000 200
configure secret
run store init >/dev/null &&
	run org create northwind --owner ada@northwind.example --name Ada >/dev/null &&
	run licence set northwind --until 2099-12-31 >/dev/null &&
	run principal allow ada@northwind.example --user "$(id -un)" >/dev/null &&
	as=ada@northwind.example run org create northwind/contoso >/dev/null &&
	as=operator run principal add sync@northwind.example --owner-of northwind/contoso >/dev/null ||
	exit 1
shows 0 "read 2000 people and 200 groups" apply contoso --yes --as ada@northwind.example
change PATCH /Groups/group-7 '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"user-6\"]"}]}'
change PATCH /Users/user-12 '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}'
shows 0 "0 to add, 2 to remove" run contoso --as ada@northwind.example

start express5 scimmy.mjs 2000 200
configure secret
shows 4 "again and again" look contoso

start better-auth better-auth.mjs 400 40
configure secret-secret-secret-secret-secret-1
shows 0 "400 people, 40 groups" look contoso

tls_files
export SCIM_TLS="$scratch/tls"
start express4 scimmy.mjs 20 2
secure ca client "$pin"
shows 0 "20 people, 2 groups" look contoso
secure other client "$pin"
shows 78 "is not trusted" look contoso
secure ca client sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
shows 78 "is not trusted" look contoso
secure ca other "$pin"
shows 1 "does not answer" look contoso
