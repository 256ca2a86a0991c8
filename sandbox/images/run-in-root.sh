#!/bin/sh
# Runs a command in the root file system of an image, with its own mounts: an empty /tmp and /run, and the host's /dev and
# /proc. Runs in a new mount namespace, so the mounts disappear with the process. The process id stays the same, so that a
# signal reaches the command.
#
# usage: run-in-root.sh ROOT USER FOLDER COUNT [SOURCE TARGET]... COMMAND...
#   USER           uid:gid of the command
#   FOLDER         working folder of the command, inside of ROOT
#   COUNT          number of pairs SOURCE TARGET: SOURCE on the host is mounted at TARGET inside of ROOT
set -eu
root=$1 user=$2 folder=$3 count=$4
shift 4

# A mount of ROOT on itself instead of an overlay, which not every file system supports.
mount --bind "$root" "$root"
mkdir -p "$root/dev" "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
while [ "$count" -gt 0 ]; do
    mkdir -p "$root$2"
    mount --bind "$1" "$root$2"
    shift 2
    count=$((count - 1))
done
# shellcheck disable=SC2016 # The inner shell expands these.
exec chroot --userspec "$user" "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
