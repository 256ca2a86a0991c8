#!/bin/sh
# Writes files into a folder and runs a command there. For containers that get their files by their command only.
#
# usage: sh -c "$(cat run-files.sh)" NAME [FILE TEXT]... -- COMMAND [ARGUMENT]...
#   NAME  name of the folder, below $TMPDIR or /tmp. A restarted container writes the same files again.
set -eu
folder=${TMPDIR:-/tmp}/$0
mkdir -p "$folder"
cd "$folder"
while [ "$1" != -- ]; do
    printf '%s' "$2" >"$1"
    shift 2
done
shift
exec "$@"
