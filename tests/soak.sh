#!/bin/sh
# Builds in a row and kills at random moments: nothing may be left. soak.sh BUILD [ROUNDS]
set -u
build=$1 rounds=${2:-100}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HWB_CACHE_DIR="$work/cache" HWB_HOME="$work/hwb"
"$build/hwb" build -q --wheel --no-index -f /usr/share/python-wheels -p /usr/bin/python3 -o "$work/out" "$top/tests/example" || exit 1
# Of this build alone, by its very files: other builds may run on the machine. What is inside a sandbox ends with its hwb-sandbox.
left() {
	ours=$(stat -Lc %d:%i "$build/hwb-sandbox" "$build/hwb-parse" "$build/hwb-unpack" "$build/hwb-net")
	stat -Lc %d:%i /proc/[0-9]*/exe 2>/dev/null | grep -cxF "$ours"
}
mounts=$(wc -l </proc/self/mounts)
round=0 bad=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	"$build/hwb" build -q --wheel --no-index -f /usr/share/python-wheels -p /usr/bin/python3 -o "$work/out" "$top/tests/example" >/dev/null 2>&1 &
	pid=$!
	sleep "0.$(awk -v r="$round" 'BEGIN { srand(r); printf "%03d", rand() * 400 }')"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
done
sleep 2
[ "$(left)" = 0 ] || { echo "processes left"; bad=1; }
[ "$(wc -l </proc/self/mounts)" = "$mounts" ] || { echo "mounts left"; bad=1; }
[ -z "$(find "$work/out" -name '.hwb-*.tmp' -newermt '-1 second')" ] || { echo "temporary files left"; bad=1; }
"$build/hwb" build -q --wheel --no-index -f /usr/share/python-wheels -p /usr/bin/python3 -o "$work/out" "$top/tests/example" || bad=1
"$build/hwb" log verify || bad=1
echo "$rounds kills, $bad bad"
exit "$bad"
