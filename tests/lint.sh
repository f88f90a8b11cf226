#!/bin/sh
# lint.sh: the house rules that a grep can hold (DESIGN 1 to 6).  One line a finding; exit 1 when there is any.
set -u
cd "$(dirname "$0")/.." || exit 2
found=$(mktemp)
trap 'rm -f "$found"' EXIT

say() { # say RULE < lines of grep -n
	while IFS= read -r line; do printf '%s: %s\n' "$1" "$line"; done >>"$found"
}
code() { git ls-files -co --exclude-standard -- "$@" | while IFS= read -r f; do [ -f "$f" ] && printf '%s\n' "$f"; done; }
c_files=$(code 'gateway/*.[ch]' 'db/*.[ch]' 'flows/*.[ch]')

# ---- arrows point down only
grep -nE '^#include "(gateway|db|tests)/' $(code 'flows/*.[ch]') | say 'flows/ knows no floor above it'
grep -nE '^#include "(gateway|tests)/' $(code 'db/*.[ch]') | say 'db/ knows no floor above it'
grep -nE '^#include "tests/' $c_files | say 'the house does not know its tests'
grep -nE '^#include "flows/[a-z_]+\.h"' $(code 'flows/text/*.[ch]') | grep -v '"flows/err.h"' | say 'flows/text/ is the ground floor'
grep -nE '^#include "[^/"]+"' $c_files | say 'includes are written from the root'

# ---- each outside library has one door
door() { # door HEADER FILES-THAT-MAY (extended regular expression)
	grep -nE "^#include <$1" $c_files | grep -vE "^($2):" | say "<$1> has another door"
}
# gateway/libraries.c asks each library for its version, for `wasl doctor` and `wasl version`.
any='|gateway/libraries\.c'
door 'microhttpd\.h' "gateway/http[a-z_]*\.[ch]$any"
door 'curl/' "gateway/sender[a-z_]*\.[ch]$any"
door 'sqlite3\.h' "db/[a-z_]+\.[ch]$any"
door 'sodium' "db/vault\.c|gateway/auth\.c$any"
door 'pcre2\.h' "flows/text/pattern\.c$any"
door 'utf8proc\.h' "flows/text/[a-z_0-9]+\.[ch]$any"
door 'xlsxwriter' "gateway/sheet\.c$any"
door 'zip\.h' "gateway/parcel\.c$any"
door 'openssl/' "gateway/(mac|sender)[a-z_]*\.c$any"
grep -nE '^#include <jansson\.h' $(code 'db/*.[ch]' 'flows/*.[ch]') | grep -vE '^flows/load[a-z_]*\.[ch]:' | say '<jansson.h> has another door'

# ---- words that are not said
grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atoll|atof|gets|alloca|setjmp|longjmp|system|popen|rand|strncpy)\(' $c_files |
	say 'a function that is not used here'
grep -nE '#include <(ctype|locale|wctype|wchar)\.h>' $c_files | say 'no locale and no ctype on text'
grep -nE '\b(TODO|FIXME|XXX|HACK)\b' $c_files $(code 'Makefile' '*.md' '*.sh' '*.py' 'flows/definitions/*') | grep -v '^tests/lint.sh' | say 'a word that sounds unfinished'
grep -nE '"[^"]*\b(SELECT|INSERT|UPDATE|DELETE)\b[^"]*%' $c_files | grep -vE '^db/(reader|db)\.c:' | grep -v '%%' | say 'SQL is not made with printf'
grep -nE 'sqlite3_exec\(' $c_files | grep -vE '^db/(db|reader|backup)\.c:' | say 'statements have names (db/sql.h)'
grep -nE 'typedef +(struct|union)' $c_files | grep -v '(' | say 'no typedef of a struct'
grep -nE '//' $(code 'gateway/*.c' 'db/*.c' 'flows/*.c') | grep -vE '"[^"]*//|://|/\*.*//|\* .*//' | say 'comments are /* */'

# ---- shape
for f in $c_files; do
	awk -v f="$f" 'length($0) > 132 { printf "%s:%d: %d columns\n", f, FNR, length($0) }' "$f"
done | say 'a line is too long'
grep -nE '[ 	]+$' $c_files $(code '*.sql' '*.sh' '*.py' 'Makefile' '*.md') | say 'white space at the end of a line'
for f in $(code 'gateway/*.h' 'db/*.h' 'flows/*.h'); do
	head -c 2 "$f" | grep -q '^/\*' || printf '%s:1: no head comment\n' "$f"
done | say 'a header says first what it is'
for f in $c_files; do
	n=$(wc -l <"$f")
	[ "$n" -le 600 ] || printf '%s: %d lines\n' "$f" "$n"
done | say 'a file has one subject'
# A function: from a line that begins with "{" to one that begins with "}".
for f in $(code 'gateway/*.c' 'db/*.c' 'flows/*.c'); do
	awk -v f="$f" '/^\{/ { from = FNR } /^\}/ && from { if (FNR - from > 70) printf "%s:%d: %d lines\n", f, from, FNR - from; from = 0 }' "$f"
done | say 'a function fits a screen'

# A schema's version is its place in the list: a gap would be filled one day, and move all that stands behind it.
ls db/migrations/*.sql | awk '{ split($0, part, "/"); if (substr(part[3], 1, 4) + 0 != NR) printf "%s: number %d is expected\n", $0, NR }' |
	say 'migrations are numbered without a gap'

python3 tests/faults/faults_test.py --lint | say 'a seeded fault has lost its place'

if [ -s "$found" ]; then
	cat "$found"
	exit 1
fi
echo 'lint: nothing found'
