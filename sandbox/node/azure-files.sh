#!/bin/sh
# Mounts the folder with the Azure Files shares where pods use it, and keeps it mounted until the process ends.
#
# usage: azure-files.sh SHARES POD_SHARES [BINDFS OPTION...]
#   SHARES      the folder with all shares
#   POD_SHARES  where to mount it
#   BINDFS      program that presents other owners and modes. Without it, or without FUSE in the kernel, a plain bind mount.
set -eu
shares=$1 pod_shares=$2
shift 2

# A killed FUSE process leaves a mount behind whose files cannot be accessed.
umount --lazy "$pod_shares" 2> /dev/null || true
mkdir -p "$pod_shares"
if [ $# -gt 0 ] && [ -e /dev/fuse ]; then
    exec "$@" "$shares" "$pod_shares"
fi
mount --bind "$shares" "$pod_shares"
exec sleep infinity
