#!/bin/sh
# libFuzzer on every target, SECONDS each (default 60): new inputs stay in build-fuzz/corpus, crashes are printed.
set -eu
seconds=${1:-60}
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build-fuzz
[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" "$top" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false >&2
targets=$(sed -n "/^fuzz_targets/,/]/p" "$top/tests/fuzz/meson.build" | sed 's/^fuzz_targets = //' | tr -d "[]' \n" | tr ',' ' ')
failed=0
for target in $targets; do
	ninja -C "$build" "tests/fuzz/fuzz-$target" >&2
	mkdir -p "$build/corpus/$target"
	echo "fuzzing $target for $seconds s"
	"$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=0 -verbosity=0 \
		"$build/corpus/$target" "$top/tests/fuzz/corpus/$target" || failed=$((failed + 1))
done
echo "$failed targets with findings"
[ "$failed" = 0 ]
