#!/bin/sh
# Prints every command and long option of HWB that no man page names.
set -u
hwb=$1
top=$(cd "$(dirname "$0")/.." && pwd)
pages=$(cat "$top"/doc/man/*.scd | tr -d '\\')
for command in $("$hwb" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	printf '%s' "$pages" | grep -q "hwb.* $command" || echo "command $command"
	for option in $("$hwb" "$command" --help | grep -oE -- '--[a-z][a-z-]*' | sort -u); do
		printf '%s' "$pages" | grep -qF -- "$option" || echo "$command $option"
	done
done
