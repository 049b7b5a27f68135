#!/bin/sh
# Prints every command and long option of HWB, and every key of hwb.toml, that no man page names.
set -u
hwb=$1
top=$(cd "$(dirname "$0")/.." && pwd)
pages=$(cat "$top"/doc/man/*.scd | tr -d '\\')
# Keys of hwb.toml, from the tables that hold them.
for key in $(sed -n 's/^	{ "\([a-z]*\.[a-z-]*\)".*/\1/p' "$top/src/cli/settings_table.c") \
	$(sed -n 's/^	{ "\([a-z-]*\)", UNIT.*/limits.\1/p' "$top/src/base/limits.c"); do
	printf '%s' "$pages" | grep -qF -- "*$key*" || echo "key $key"
done
for command in $("$hwb" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	printf '%s' "$pages" | grep -q "hwb.* $command" || echo "command $command"
	for option in $("$hwb" "$command" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u); do
		printf '%s' "$pages" | grep -qF -- "$option" || echo "$command $option"
	done
done
