#!/bin/sh
# What hwb does, in two builds: a real package, and one that tries to steal. demo.sh HWB
set -eu
hwb=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HWB_CACHE_DIR="$work/cache" HWB_HOME="$work/hwb"

echo "== 1. a real package: the newest markupsafe sdist of the index, a C extension"
if "$hwb" build --wheel -o "$work/out" markupsafe; then
	ls -l "$work/out"
else
	echo "== no network: the example of this repository instead, with the setuptools that Debian ships"
	"$hwb" build --wheel --no-index -f /usr/share/python-wheels -o "$work/out" "$top/tests/example"
fi

echo
echo "== 2. a hostile package: what it tried, and what it got"
mkdir "$work/evil"
cp "$top"/tests/hostile/backend*.py "$top"/tests/hostile/probe*.py "$work/evil"
cat >"$work/evil/pyproject.toml" <<'END'
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "hostile"
version = "1.0"
END
cat >"$work/evil/decoy.json" <<END
{"home": "${HOME:-/root}", "source": "$work/evil", "user": "you", "port": 22, "port6": 22, "abstract": "x", "pid": $$, "marker": "77", "boot_id": "",
 "out_there": "203.0.113.1", "metadata": "169.254.169.254", "key": 1, "queue": "x", "scratch": "/tmp", "read_only": "/usr", "walked": "/",
 "sockets": ["/var/run/docker.sock", "/run/docker.sock", "/run/dbus/system_bus_socket"], "closed": ["/usr", "/etc", "$work/evil"],
 "places": ["/tmp"], "own": ["/tmp", "/build", "/out", "/dev/shm", "/proc"], "environment": "/env"}
END
PYPI_TOKEN=pypi-very-secret "$hwb" build --wheel --no-index -v --limit disk=32M -C mode=probes -o "$work/out" "$work/evil" 2>&1 |
	sed -n 's/.*PROBE \([0-9]*\) /\1 /p' | while read -r number outcome; do
	case $number in
	1) what="read your ssh key" ;;
	2) what="read .pypirc, .netrc, .aws, .docker" ;;
	3) what="read /etc/shadow" ;;
	6) what="read the environment (PYPI_TOKEN is not in it)" ;;
	8) what="look into other processes" ;;
	16) what="attach with ptrace" ;;
	18) what="leave a daemon behind (it is dead now)" ;;
	25) what="make a user namespace" ;;
	28) what="mount something" ;;
	46) what="reach a server on this machine" ;;
	47) what="reach the internet" ;;
	49) what="resolve a name" ;;
	53) what="find docker's or dbus' socket" ;;
	63) what="write to /usr, /etc, the source" ;;
	66) what="fill the disk" ;;
	*) continue ;;
	esac
	printf '  %-52s %s\n' "$what" "$outcome"
done
echo
"$hwb" log verify
