#!/bin/sh
# 200 builds, 8 at a time, then kill -9 at random moments: nothing may be left. soak.sh BUILD [BUILDS [KILLS]]
set -u
build=$(cd "$1" && pwd) builds=${2:-200} kills=${3:-100}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/out"
export HWB_CACHE_DIR="$work/cache" HWB_HOME="$work/hwb" TMPDIR="$work/tmp" build top work
bad=0

# One build into a folder of its own; $1 is its number.
one='"$build/hwb" build -q --wheel --no-index -f /usr/share/python-wheels -p /usr/bin/python3 -o "$work/out/$1" "$top/tests/example" >/dev/null'

# Of this build alone, by its very files: other builds may run on the machine. What is inside a sandbox ends with its hwb-sandbox.
ours=$(stat -Lc %d:%i "$build/hwb" "$build/hwb-sandbox" "$build/hwb-parse" "$build/hwb-unpack" "$build/hwb-net")
processes() { stat -Lc %d:%i /proc/[0-9]*/exe 2>/dev/null | grep -cxF "$ours"; }
# Descriptors of anybody that lead into our folders: the cache, its locks, the output, what is deleted and still held.
descriptors() { find /proc/[0-9]*/fd -lname "$work/*" 2>/dev/null | wc -l; }
mounts() { cut -d' ' -f5 /proc/self/mountinfo | sort; }
temporary() { find "$work/tmp" "$work/out" -mindepth 1 '(' -path "$work/tmp/*" -o -name '.hwb-*' ')'; }
# One a sandbox, as root; gone with it.
cgroups() { find /sys/fs/cgroup -type d -name '*hwb*' 2>/dev/null; }

expect() { # what, is, wanted
	[ "$2" = "$3" ] && return
	printf '%s: %s\n' "$1" "$2"
	bad=$((bad + 1))
}

# What was started may take a moment to be dead; what is still there then was left.
settle() {
	patience=100
	while [ "$patience" -gt 0 ] && [ "$(processes)" != 0 ]; do
		patience=$((patience - 1))
		sleep 0.1
	done
}

look() { # after what
	settle
	expect "$1, processes left" "$(processes)" 0
	expect "$1, descriptors left" "$(descriptors)" 0
	expect "$1, mounts left" "$(mounts | grep -vxF "$mounts_before")" ""
	expect "$1, temporary files left" "$(temporary)" ""
	expect "$1, cgroups left" "$(cgroups)" ""
}

mounts_before=$(mounts)
sh -c "$one" one first || exit 1 # fills the cache
# A warm build's time: kills fall evenly into it.
started=$(date +%s%N)
sh -c "$one" one first || exit 1
span=$((($(date +%s%N) - started) / 1000000))

seq "$builds" | xargs -P 8 -n 1 sh -c "$one" one || { echo "a build failed"; bad=$((bad + 1)); }
expect "builds in a row, wheels" "$(find "$work/out" -name '*.whl' -path "$work/out/[0-9]*" | wc -l)" "$builds"
look "$builds builds in a row"

round=0
while [ "$round" -lt "$kills" ]; do
	round=$((round + 1))
	"$build/hwb" build -q --wheel --no-index -f /usr/share/python-wheels -p /usr/bin/python3 -o "$work/out/killed" "$top/tests/example" >/dev/null 2>&1 &
	pid=$!
	sleep "$(awk -v r="$round$$" -v span="$span" 'BEGIN { srand(r); printf "%.3f", rand() * span / 1000 }')"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
done
settle
# A file that was being written when its writer was killed stays until the next build finds it.
sh -c "$one" one killed || bad=$((bad + 1))
look "$kills kills"
"$build/hwb" log verify || bad=$((bad + 1))
echo "$builds builds in a row, $kills kills within $span ms: $bad bad"
[ "$bad" = 0 ]
