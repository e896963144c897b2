#!/usr/bin/env bash
# Prints where the tests may write: memory when there is plenty of it, else the usual
# place. They open some thousand databases, and waiting for a disk to confirm each
# commit would take a third of their time.
set -e
memory=/dev/shm
needed=$((6 * 1024 * 1024)) # KiB
if [ -w "$memory" ] && [ "$(stat -f -c %T "$memory")" = tmpfs ] &&
	[ "$(df --output=avail "$memory" | tail -1)" -gt "$needed" ] &&
	[ "$(awk '/^MemAvailable/ {print $2}' /proc/meminfo)" -gt "$needed" ]; then
	echo "$memory"
else
	echo "${TMPDIR:-/tmp}"
fi
