#!/bin/sh
# The gates of STYLE.md as TAP: include layers, sizes, one file a library, shell, man pages, hardening of the programs.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
number=0 failed=0

gate() { # sentence, output of a search (empty is good)
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
	else
		failed=$((failed + 1))
		printf '%s\n' "$2" | head -20 | sed 's/^/# /'
		echo "not ok $number - $1"
	fi
}
skip() {
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}
sources() { find src tools tests -path tests/example -prune -o '(' -name '*.c' -o -name '*.h' ')' -print | sort; }

gate "no file has more than 800 lines" "$(sources | xargs wc -l | awk '$1 > 800 && $2 != "total"')"
gate "no header has more than 150 lines" "$(sources | grep "^src/.*h$" | xargs wc -l | awk '$1 > 150 && $2 != "total"')"
gate "no function has more than 80 lines" "$(sources | xargs awk '
	FNR == 1 { start = 0 }
	/^[a-z].*[^;]$/ && !/= \{$/ { start = FNR; name = $0 }
	/^}/ { if (start && FNR - start > 82) print FILENAME ":" start ": " FNR - start " lines: " name; start = 0 }')"
gate "includes go only up src/LAYERS" "$(awk '
	FNR == NR { rank[$1] = FNR; next }
	{ split($1, p, "/"); split($3, q, "[\"/]"); from = p[2]; to = q[2]
		if (from == "cli" || from == "programs" || from == to || !(to in rank) || !(from in rank)) next
		if (rank[to] > rank[from]) print $1 ": " $3 }' src/LAYERS - <<END
$(find src -name '*.[ch]' | sort | while read -r f; do grep '^#include "' "$f" | sed "s|^|$f |"; done)
END
)"
gate "every system library is named in one file" "$(grep -lE '#include <(jansson|curl/|openssl/|archive|pcre2|libdeflate|zlib|seccomp|nettle)' -r src tools | while read -r f; do
	grep -oE '#include <(jansson|curl/|openssl/|archive\.|pcre2|libdeflate|zlib|seccomp|nettle/sha2)' "$f" | sort -u; done | sort | uniq -d)"
gate "no platform conditions inside functions" "$(grep -rnE '^#if(def)? .*(linux|__linux__|__APPLE__|_WIN32)' src)"
gate "only cli and programs print or exit" "$(grep -rnE '\b(printf|puts|fputs|perror|exit)\(' src --include='*.c' | grep -vE '^src/(cli|programs)/|_exit\(|sys\.exit|snprintf|buf_printf|arena_printf|^src/base/ban')"
gate "a diag, which may be NULL, is written by base/status.c alone" "$(grep -rnE '\bd->(code|line|column) = ' src | grep -v '^src/base/status\.c')"
gate "no line is longer than 180" "$(sources | xargs awk 'length($0) > 180 { print FILENAME ":" FNR ": " length($0) }')"
gate "no trailing blanks" "$(sources | xargs grep -nE '[ 	]+$' | head -5)"
# Other versions lay out differently: the gate is for that of Debian 12.
if clang-format --version 2>/dev/null | grep -q "version 14\."; then
	gate "every file is laid out by .clang-format" "$(sources | xargs clang-format -n 2>&1 | grep warning | cut -d: -f1 | sort -u)"
else
	skip "every file is laid out by .clang-format" "clang-format 14 is not installed"
fi
if command -v shellcheck >/dev/null; then
	gate "the completion for bash passes shellcheck" "$(shellcheck -S warning -s bash completions/hwb.bash 2>&1)"
	gate "shell scripts pass shellcheck" "$(shellcheck -S warning -s sh dev .ci/run tests/*.sh tests/fuzz/run.sh tests/unit/format/toml_test.sh 2>&1)"
else
	skip "shell scripts pass shellcheck" "shellcheck is not installed"
fi
for program in hwb hwb-parse hwb-unpack hwb-net hwb-seal hwb-sandbox; do
	file=$build/$program
	[ -f "$file" ] || { gate "$program exists" "missing"; continue; }
	head=$(readelf -hldW "$file" 2>/dev/null)
	bad=
	printf '%s' "$head" | grep -q 'Type: *DYN' || bad="$bad not-PIE"
	printf '%s' "$head" | grep -q 'GNU_RELRO' || bad="$bad no-RELRO"
	printf '%s' "$head" | grep -E 'GNU_STACK' | grep -q 'RWE' && bad="$bad executable-stack"
	[ "$program" = hwb-sandbox ] || printf '%s' "$head" | grep -qE 'BIND_NOW|Flags:.* NOW' || bad="$bad lazy-binding"
	gate "$program is hardened" "$bad"
done
gate "no shipped program knows the seams of the tests" "$(cd "$build" && grep -l HWB_TEST_MASK hwb hwb-parse hwb-unpack hwb-net hwb-seal hwb-sandbox)"
gate "hwb-sandbox links nothing" "$(readelf -dW "$build/hwb-sandbox" | grep NEEDED)"
gate "hwb links neither curl nor archive nor pcre nor libcrypto" "$(readelf -dW "$build/hwb" | grep -E 'NEEDED.*(curl|archive|pcre|crypto)')"
if command -v scdoc >/dev/null && command -v mandoc >/dev/null; then
	gate "man pages are clean" "$(for page in doc/man/*.scd; do scdoc <"$page" | mandoc -Tlint -W error 2>&1 | grep -vE 'referenced manual not found|lower case character' | sed "s|^|$page: |"; done)"
	gate "the page of findings is clean" "$(python3 tools/findings.py man data/findings.toml | scdoc | mandoc -Tlint -W error 2>&1 | grep -vE 'referenced manual not found|lower case character')"
	gate "README.md names every man page, and so does hwb(1)" "$(for page in doc/man/*.scd hwb-findings.7.scd; do
		page=$(basename "$page" .scd) && page="${page%.*}(${page##*.})"
		grep -qF "$page" README.md || [ "$page" = "hwb(1)" ] || echo "README.md: $page"
		tr -d '*' <doc/man/hwb.1.scd | grep -qF "$page" || echo "hwb(1): $page"; done)"
	gate "every command and option is in a man page" "$(sh tests/man_options.sh "$build/hwb" 2>&1)"
else
	skip "man pages are clean" "scdoc or mandoc is not installed"
fi
echo "1..$number"
[ "$failed" = 0 ]
