#!/bin/sh
# Orders the certificate of a service by ACME (RFC 8555), renews it, and publishes it in the certificate store.
#
# lego orders, and decides when the certificate is due: when a third of its lifetime is left, half of it where the lifetime is ten
# days or less, or when the authority says so (ARI, RFC 9773). Otherwise it does nothing. This script allows one issuer at a
# time, runs lego again and again, and publishes the result, each file by one rename.
#
# usage: issuer.sh
# environment: the variables of lego (LEGO_…, see environment.ts), and
#   CERTIFICATE_STORE      the mounted certificate store, writable (components/front/store.ts)
#   CERTIFICATE_AUTHORITY  PEM roots for the authority's own server, besides the public ones. Unset: the public ones only.
#   RENEWAL_TRIGGER        each value that the certificate was not yet renewed for renews it once. Unset: none.
#   LONGEST_PAUSE_SECONDS, FIRST_RETRY_SECONDS  see pace.sh
#   LEASE_SECONDS          see lease.sh
#   ORDER_TIMEOUT_SECONDS  see order.sh
#
# Needs a writable temporary folder, lego 5 in PATH or as /lego, and a POSIX shell with tar, awk and sed.
set -eu
umask 022

ISSUER_ID=$(cat /proc/sys/kernel/random/uuid)
LEGO=$(command -v lego || echo /lego)
# The work folder. lego writes its files in place, so a file in here can be incomplete after a crash; files in the store cannot.
LEGO_PATH=$(mktemp -d)
export LEGO_PATH
pausing=
ordering=

say() {
    echo "$(date -u +%FT%TZ) $*"
}

# Seconds since the machine started: not affected by a wrong clock.
uptime_seconds() {
    cut -d . -f 1 /proc/uptime
}

# pause SECONDS
pause() {
    sleep "$1" &
    pausing=$!
    wait "$pausing" || true
    pausing=
}

scripts=$(dirname "$0")
# shellcheck source=lease.sh
. "$scripts/lease.sh"
# shellcheck source=order.sh
. "$scripts/order.sh"
# shellcheck source=pace.sh
. "$scripts/pace.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"

stop() {
    trap '' TERM INT
    for process in $pausing $ordering; do
        kill "$process" 2>/dev/null || true
    done
    release_lease
    rm -rf "$LEGO_PATH"
    exit 0
}
trap stop TERM INT

if [ -n "${CERTIFICATE_AUTHORITY:-}" ]; then
    printf '%s\n' "$CERTIFICATE_AUTHORITY" >"$LEGO_PATH/authority.pem"
    export LEGO_CA_CERTIFICATES="$LEGO_PATH/authority.pem" LEGO_CA_SYSTEM_CERT_POOL=true
fi

# Makes sure that a certificate which is not due is published. Sets `reason` where that fails.
attempt() {
    for folder in accounts certificates; do
        if ! unpack "$folder"; then
            reason="$folder.tar cannot be read from the certificate store."
            return 1
        fi
    done
    prepare_store
    previous=$(checksum)
    outcome=0
    run_lego "$failures" || outcome=$?
    keep_account || say "The account cannot be written to the certificate store."
    if [ "$outcome" != 0 ]; then
        reason=$(failure_reason)
        read_certificate
        [ -z "$previous" ] || publish again
        return 1
    fi
    kind=again
    if [ "$(checksum)" != "$previous" ]; then
        kind=new
        record_issuance
        keep_certificate
    fi
    read_certificate
    if ! publish "$kind"; then
        reason="The certificate cannot be written to the certificate store."
        return 1
    fi
    [ "$kind" = again ] ||
        say "A new certificate for $LEGO_DOMAINS is in the store. It expires on $(date -u -d "@$expires" +%FT%TZ)."
}

read_certificate() {
    expires=$(expiry)
    lifetime=$(lifetime)
}

# The certificate has been issued, so it is not ordered again: waits until the store accepts it.
keep_certificate() {
    until pack certificates; do
        say "The certificate was issued but cannot be written to the certificate store. Check whether the store is full or read-only."
        beat_lease
        pause 10
    done
}

# report STATE REASON
# Writes the result of the last attempt for people.
report() {
    escaped=$(printf %s "$2" | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')
    write_file "$CERTIFICATE_STORE/certificates/$LEGO_CERT_NAME.json" <<END_OF_REPORT
{"state": "$1", "names": "$LEGO_DOMAINS", "expires": "$(date -u -d "@$expires" +%FT%TZ)", "attempted": "$(date -u +%FT%TZ)", "failures": $failures, "nextInSeconds": $seconds, "reason": "$escaped"}
END_OF_REPORT
}

failures=0
failing_since=0
expires=0
lifetime=0
while :; do
    if ! take_lease; then
        pause $((LEASE_SECONDS / 6 + 1))
        continue
    fi
    state=valid
    reason=
    failing=0
    if attempt; then
        failures=0
    else
        state=failing
        [ "$failures" -gt 0 ] || failing_since=$(uptime_seconds)
        failing=$(($(uptime_seconds) - failing_since))
        failures=$((failures + 1))
    fi
    seconds=$(next_pause "$lifetime" $((expires - $(date +%s))) "$failures" "$failing")
    [ "$state" = valid ] || say "Attempt $failures failed, the next one is in $seconds seconds: $reason"
    report "$state" "$reason" || say "The report cannot be written to the certificate store."
    release_lease
    pause "$seconds"
done
