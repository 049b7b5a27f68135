#!/bin/sh
# The toml-test suite as TAP: toml_test.sh DECODER CASES...
# Each of CASES is a folder made by `toml-test copy [-toml 1.0|1.1] DIR`, or the toml-test program itself (then 1.0 and 1.1 are run).
# The decoder refuses what only 1.1 allows when it is called with --strict-1.0, as the cases of 1.0 want. Folders need python3,
# which compares the decoder's JSON with the expected one by value.
set -u

if [ $# -lt 2 ]; then
	echo "usage: $0 DECODER CASES..." >&2
	exit 2
fi
decoder=$1
shift
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

compare='
import json, math, re, sys

def clean(kind, text):
    if kind == "float":
        value = float(text)
        return "nan" if math.isnan(value) else value
    if kind.startswith(("date", "time")):
        text = text.upper().replace(" ", "T").replace("+00:00", "Z").replace("-00:00", "Z")
        # fractions count to the millisecond
        return re.sub(r"\.(\d+)", lambda m: ("." + m[1][:3].rstrip("0")).rstrip("."), text)
    return int(text) if kind == "integer" else text

def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        if set(a) == {"type", "value"} and isinstance(a["type"], str) and a.keys() == b.keys():
            return a["type"] == b["type"] and clean(a["type"], a["value"]) == clean(b["type"], b["value"])
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return False

for line in sys.stdin:
    want, got = line.rstrip("\n").split("\t")
    try:
        with open(want, encoding="utf-8") as w, open(got, encoding="utf-8") as g:
            print("same" if same(json.load(w), json.load(g)) else "differs")
    except ValueError as e:
        print(e)
'

n=0
failed=0

# report ok|"not ok" NAME: one line of TAP; what the decoder said goes before a failure.
report() {
	n=$((n + 1))
	if [ "$1" != ok ]; then
		failed=$((failed + 1))
		sed 's/^/# /' "$work/said"
	fi
	echo "$1 $n - $2"
}

# decode FILE GOT: runs the decoder, leaves its output in GOT and its words in $work/said.
decode() {
	if [ -n "$strict" ]; then
		"$decoder" "$strict" <"$1" >"$2" 2>"$work/said"
	else
		"$decoder" <"$1" >"$2" 2>"$work/said"
	fi
}

run_folder() {
	strict=
	version=1.1
	if [ -d "$1/invalid/spec-1.0.0" ]; then
		strict=--strict-1.0
		version=1.0
	fi
	find "$1/invalid" -name '*.toml' | sort >"$work/cases"
	while IFS= read -r file; do
		decode "$file" "$work/got"
		status=$?
		result="not ok"
		[ $status -eq 1 ] && [ -s "$work/said" ] && result=ok
		report "$result" "TOML $version ${file#"$1/"}"
	done <"$work/cases"

	find "$1/valid" -name '*.toml' | sort >"$work/cases"
	i=0
	while IFS= read -r file; do
		i=$((i + 1))
		decode "$file" "$work/got.$i" || cp "$work/said" "$work/got.$i"
		printf '%s\t%s\n' "${file%.toml}.json" "$work/got.$i"
	done <"$work/cases" >"$work/pairs"
	python3 -c "$compare" <"$work/pairs" >"$work/verdicts"
	i=0
	while IFS= read -r verdict; do
		i=$((i + 1))
		{ echo "$verdict" && cat "$work/got.$i"; } >"$work/said"
		result="not ok"
		[ "$verdict" = same ] && result=ok
		report "$result" "TOML $version $(sed -n "${i}s|^$1/||p" "$work/cases")"
	done <"$work/verdicts"
}

# The program prints "    PASS  valid/x" and "    FAIL  valid/x", and under a failure indented words.
run_program() {
	for version in 1.0 1.1; do
		strict=
		[ $version = 1.0 ] && strict=" --strict-1.0"
		"$1" test -v -color never -toml "$version" -timeout 10s -decoder "$decoder$strict" >"$work/log" 2>&1
		sed -n -E 's/^ *(PASS|FAIL) +((valid|invalid)\/[^ ]+).*/\1 \2/p' "$work/log" >"$work/cases"
		grep -v '^ *PASS' "$work/log" | head -n 200 >"$work/said"	# the words of the first failures
		while read -r outcome name; do
			result=ok
			[ "$outcome" = FAIL ] && result="not ok"
			report "$result" "TOML $version $name"
			[ "$outcome" = PASS ] || : >"$work/said"
		done <"$work/cases"
	done
}

for cases in "$@"; do
	before=$n
	if [ -d "$cases" ]; then
		run_folder "$cases"
	else
		run_program "$cases"
	fi
	if [ "$n" -lt $((before + 500)) ]; then	# the suite has over 600: fewer means that it did not run
		echo "only $((n - before)) cases in '$cases'" >"$work/said"
		report "not ok" "the suite in $cases is whole"
	fi
done
echo "1..$n"
[ "$failed" -eq 0 ]
