# SPDX-License-Identifier: MIT
# The codes of the store itself; the last part of test_codes.sh, since nothing can be
# changed any more.
# shellcheck shell=sh disable=SC2034,SC2154 # names of lib_codes.sh

cp "$store" "$scratch/older.db"
sqlite3 "$scratch/older.db" 'PRAGMA journal_mode=DELETE' >/dev/null
as=$ada
quiet group create northwind/contoso Later
rm -f "$store-wal" "$store-shm"
cp "$scratch/older.db" "$store"
is=$(sqlite3 "$store" "SELECT value FROM meta WHERE name = 'sequence'")
for command in "org create northwind/emea" "group create northwind/contoso Later" \
	"invite send northwind/contoso Operators bea@contoso.example --role member"; do
	# shellcheck disable=SC2086 # words
	refuse store-restored $command <<END
store-restored: store "DIR/console.db" is older than what was last written: change $is of $((is + 1))
Plan, to see what would change; then say that it is right: dirbridge store accept
END
done
before=$(digest_store)
run apply contoso --yes >"$scratch/raw" 2>&1
[ $? = 5 ] || fail "store-restored: apply: another exit code"
grep -q '^dirbridge: store-restored: ' "$scratch/raw" ||
	fail "store-restored: apply does not say so"
[ "$before" = "$(digest_store)" ] || fail "store-restored: applying changed something"
quiet roster northwind/contoso
