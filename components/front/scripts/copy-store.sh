#!/bin/sh
# Copies from the certificate store what a front reads, every two seconds, until it is killed.
#
# usage: copy-store.sh STORE COPY
#   STORE  the mounted certificate store (components/front/store.ts)
#   COPY   folder for the copy: certificates as COPY/<file>, challenges as COPY/challenges/<token>. The file COPY/.copied
#          appears after the first pass that could read every certificate.
#
# A share can be unreadable for seconds or minutes. Then only this process waits: HAProxy reads the copy.
set -eu
store=$1
copy=$2
challenges=$store/challenges/.well-known/acme-challenge
interval_seconds=2

# A certificate with its key has some kB. A challenge is a token and the thumbprint of a key (RFC 8555, 8.1).
max_certificate_bytes=65536
max_challenge_bytes=512

# Fails when the store cannot be read.
copy_certificates() {
    ls "$store" >/dev/null || return 1
    unreadable=0
    for file in "$store/certificate.pem" "$store"/certificates/*.pem; do
        [ -f "$file" ] || continue
        head -c "$max_certificate_bytes" "$file" >"$copy/.new" || { unreadable=1; continue; }
        cmp -s "$copy/.new" "$copy/${file##*/}" || mv -f "$copy/.new" "$copy/${file##*/}"
    done
    return "$unreadable"
}

copy_challenges() {
    for file in "$challenges"/*; do
        [ -f "$file" ] || continue
        head -c "$max_challenge_bytes" "$file" >"$copy/.new" || continue
        mv -f "$copy/.new" "$copy/challenges/${file##*/}"
    done
    for file in "$copy"/challenges/*; do
        [ -e "$challenges/${file##*/}" ] || rm -f "$file"
    done
}

mkdir -p "$copy/challenges"
while :; do
    if copy_certificates 2>/dev/null; then
        touch "$copy/.copied"
    fi
    copy_challenges 2>/dev/null || true
    sleep "$interval_seconds"
done
