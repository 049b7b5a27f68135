#!/bin/sh
# Every test: run.sh BUILD ASAN VENV. Called by ./dev test, which has built both trees. TAP of all programs goes to
# BUILD/test-logs/; the last line is the sum of all cases.
set -u
build=$1 asan=$2 venv=$3
top=$(cd "$(dirname "$0")/.." && pwd)
logs=$build/test-logs
rm -rf "$logs"
mkdir -p "$logs"

# Where the minutes go, for whoever wants fewer of them.
took() { # name, when it began
	printf '   %s: %s s\n' "$1" "$(($(date +%s) - $2))" >&2
}

# Runs one thing that prints TAP; a program that fails without a "not ok" counts as one failure.
tap() { # name, command...
	name=$1 began=$(date +%s)
	shift
	printf '%s\n' "== $name" >&2
	"$@" >"$logs/$name.tap" 2>"$logs/$name.err" </dev/null
	status=$?
	grep '^not ok' "$logs/$name.tap" >&2
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$logs/$name.tap"; then
		echo "not ok - $name ended with status $status" | tee -a "$logs/$name.tap" >&2
		tail -5 "$logs/$name.err" >&2
	fi
	if ! grep -q '^ok\|^not ok' "$logs/$name.tap"; then
		echo "not ok - $name ran no test" | tee -a "$logs/$name.tap" >&2
	fi
	took "$name" "$began"
}

# Meson runs the unit tests side by side; its log holds their TAP.
units() { # name, folder
	began=$(date +%s)
	printf '%s\n' "== $1" >&2
	meson test -C "$2" --no-rebuild --timeout-multiplier 4 >"$logs/$1.err" 2>&1
	status=$?
	cp "$2/meson-logs/testlog.txt" "$logs/$1.tap"
	grep '^not ok' "$logs/$1.tap" >&2
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$logs/$1.tap"; then
		echo "not ok - $1: a test program died" | tee -a "$logs/$1.tap" >&2
		grep -E 'FAIL|ERROR|TIMEOUT' "$logs/$1.err" >&2
	fi
	took "$1" "$began"
}

# An ordinary user for the tests that must work without root.
user=
if [ "$(id -u)" = 0 ]; then
	user=hwbtest
	id "$user" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$user"
fi

tap lint sh "$top/tests/lint.sh" "$build"
units unit "$build"
units unit-asan "$asan"
# Jobs know nothing of one another; within one, what shares something is there one after the other: a cache, the engine, a user.
# Root and the ordinary user are attacked at the same time, each in a world of its own.
scenarios_asan_1() { tap scenarios-asan-1 python3 "$top/tests/cli/scenarios.py" "$asan/hwb" "$venv" --part 1/2; }
scenarios_asan_2() { tap scenarios-asan-2 python3 "$top/tests/cli/scenarios.py" "$asan/hwb" "$venv" --part 2/2; }
scenarios() { tap scenarios python3 "$top/tests/cli/scenarios.py" "$build/hwb" "$venv"; }
attacks() {
	tap hostile python3 "$top/tests/hostile/run.py" "$build/hwb"
	tap container python3 "$top/tests/cli/container.py" "$build/hwb" "$venv"
}
attacks_by_user() {
	[ -z "$user" ] || tap hostile-user python3 "$top/tests/hostile/run.py" "$build/hwb" $user --alone
	tap kernels python3 "$top/tests/hostile/run.py" "$asan/hwb" $user --kernels
}
wheels() {
	tap wheels-good "$venv/bin/python" "$top/tests/wheels/good.py" "$build/hwb" "$venv" "$build/wheel-cache"
	tap wheels-policy "$venv/bin/python" "$top/tests/wheels/policy.py" "$build/tests/unit/check/binaries-of" "$venv" "$build"/wheel-cache/*.whl
	tap wheels-peers "$venv/bin/python" "$top/tests/wheels/peers.py" "$build/hwb" "$venv"
	tap wheels "$venv/bin/python" "$top/tests/wheels/run.py" "$build/hwb" "$venv"
	tap wheels-metadata "$venv/bin/python" "$top/tests/wheels/metadata.py" "$build/hwb" "$venv"
	tap wheels-flip "$venv/bin/python" "$top/tests/wheels/flip.py" "$build/hwb" "$venv" 11
}
readme() { tap wheels-readme "$venv/bin/python" "$top/tests/wheels/readme.py" "$build/hwb" "$venv" "$build/readme-cache"; }
publishing() {
	tap publish python3 "$top/tests/publish/run.py" "$build/hwb" "$venv"
	tap publish-s3 python3 "$top/tests/publish/s3.py" "$build/hwb" "$venv"
	tap publish-builtin python3 "$top/tests/publish/builtin.py" "$build/hwb" "$venv"
	tap publish-fake python3 "$top/tests/publish/fake.py" "$venv"
}
identities() { tap publish-oidc python3 "$top/tests/publish/oidc.py" "$build/hwb" "$venv"; }
building() {
	tap finder python3 "$top/tests/hook/finder.py"
	tap frozen python3 "$top/tests/cli/frozen.py" "$build/hwb" "$venv"
	tap conformance python3 "$top/tests/cli/conformance.py" "$build/hwb" "$venv"
	tap report python3 "$top/tests/cli/report_schema.py" "$build/hwb" "$venv"
}
refusing() {
	tap forged python3 "$top/tests/cli/forged.py" "$build/hwb" "$venv"
	tap rules python3 "$top/tests/cli/security_rules.py" "$build/hwb" "$venv"
	tap egress python3 "$top/tests/cli/egress.py" "$build/hwb" "$venv"
	tap fetch python3 "$top/tests/cli/fetch.py" "$build/hwb" "$venv"
	tap https python3 "$top/tests/cli/scenario_https.py" "$build/hwb" "$venv"
}
telling() {
	tap sbom python3 "$top/tests/sbom/run.py" "$build/hwb" "$venv"
	tap scan-quiet python3 "$top/tests/scan/quiet.py" "$build/hwb" "$build/sdist-cache"
	tap scan-trees python3 "$top/tests/scan/trees.py" "$build/hwb"
	tap redaction python3 "$top/tests/cli/redaction.py" "$build/hwb" "$venv"
}
locking() {
	tap lock-pins "$venv/bin/python" "$top/tests/lock/pins.py" "$build/hwb" "$venv"
	tap lock-targets "$venv/bin/python" "$top/tests/lock/targets.py" "$build/tests/unit/lock/target-tags"
	tap vectors "$venv/bin/python" "$top/tests/vectors/compare_random.py" 1 100000 "$build/hwb" debug vectors
}

# The longest first. Most of what takes long waits for a limit or for a clock, so that two cores have work for four who take the next job.
jobs='scenarios_asan_1 scenarios_asan_2 attacks_by_user attacks scenarios wheels building publishing refusing telling identities readme locking'
work() {
	for job in $jobs; do
		mkdir "$logs/$job" 2>/dev/null && "$job"
	done
}
for _ in 1 2 3 4; do
	work &
done
wait

sum() { cat "$logs"/*.tap | grep -c "$1"; }
passed=$(cat "$logs"/*.tap | grep '^ok' | grep -vc '# SKIP')
skipped=$(cat "$logs"/*.tap | grep '^ok' | grep -c '# SKIP')
failed=$(sum '^not ok')
grep -h '# SKIP' "$logs"/*.tap | sort | uniq -c | head -20
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
