#!/bin/sh
# Orders the certificate of a service by ACME (RFC 8555), renews it, and publishes it in the certificate store.
#
# lego orders, and decides when the certificate is due: when a third of its lifetime is left, half of it where the lifetime is ten
# days or less, or when the authority says so (ARI, RFC 9773). Otherwise it does nothing. This script allows one issuer at a
# time, runs lego again and again, and publishes the result, each file by one rename. The certificate has all names that the authority
# can validate; the others are tried again.
#
# usage: issuer.sh
# environment: the variables of lego (LEGO_…, see environment.ts), and
#   CERTIFICATE_STORE      the mounted certificate store, writable (components/front/store.ts)
#   CERTIFICATE_AUTHORITY  PEM roots for the authority's own server, besides the public ones. Unset: the public ones only.
#   RENEWAL_TRIGGER        each value that the certificate was not yet renewed for renews it once. Unset: none.
#   LONGEST_PAUSE_SECONDS, FIRST_RETRY_SECONDS  see pace.sh
#   LEASE_SECONDS          see lease.sh
#   HEARTBEAT_FILE         a file that is written at least every 30 seconds, for a liveness probe. Unset: none.
#   ORDER_TIMEOUT_SECONDS  see order.sh
#
# Needs a writable temporary folder, lego 5 in PATH or as /lego, and a POSIX shell with tar, awk and sed.
set -eu
umask 022

# Azure's login library (azidentity) would ask another service than the metadata service of container groups where these are set.
unset IDENTITY_ENDPOINT IDENTITY_HEADER IDENTITY_SERVER_THUMBPRINT MSI_ENDPOINT

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

# The longest time between two heartbeats.
beat_seconds=30

# pause SECONDS
# Meanwhile writes the heartbeat.
pause() {
    remaining=$1
    while [ "$remaining" -gt 0 ]; do
        [ -z "${HEARTBEAT_FILE:-}" ] || echo 2>/dev/null >"$HEARTBEAT_FILE" || true
        part=$remaining
        [ "$part" -le "$beat_seconds" ] || part=$beat_seconds
        sleep "$part" &
        pausing=$!
        wait "$pausing" || true
        pausing=
        remaining=$((remaining - part))
    done
}

scripts=$(dirname "$0")
# shellcheck source=lease.sh
. "$scripts/lease.sh"
# shellcheck source=store.sh
. "$scripts/store.sh"
# shellcheck source=names.sh
. "$scripts/names.sh"
# shellcheck source=order.sh
. "$scripts/order.sh"
# shellcheck source=pace.sh
. "$scripts/pace.sh"

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
    if ! prepare_store; then
        reason="The certificate store cannot be written."
        return 1
    fi
    previous=$(checksum)
    ordered=true
    order "$failures" || ordered=false
    ! lease_is_lost || return 1
    keep_account || lease_is_lost || say "The account cannot be written to the certificate store."
    if [ "$ordered" = false ]; then
        read_certificate
        [ -z "$previous" ] || publish || true
        return 1
    fi
    if [ "$(checksum)" != "$previous" ]; then
        record_issuance
        keep_certificate || return 1
    else
        previous=none
    fi
    read_certificate
    if ! publish; then
        reason="The certificate cannot be written to the certificate store."
        return 1
    fi
    [ "$previous" = none ] ||
        say "A new certificate for $LEGO_DOMAINS is in the store. It expires on $(date -u -d "@$expires" +%FT%TZ)."
}

read_certificate() {
    expires=$(expiry "$LEGO_CERT_NAME")
    lifetime=$(lifetime "$LEGO_CERT_NAME")
}

# The certificate has been issued, so it is not ordered again: waits until the store accepts it. Fails when the lease is lost.
keep_certificate() {
    until pack certificates; do
        ! lease_is_lost || return 1
        say "The certificate was issued but cannot be written to the certificate store. Check whether the store is full or read-only."
        beat_lease || true
        pause 10
    done
}

# report STATE REASON
# Writes the result of the last attempt for people.
report() {
    escaped=$(printf %s "$2" | tr '\n' ' ' | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g')
    write_file "$CERTIFICATE_STORE/certificates/$LEGO_CERT_NAME.json" <<END_OF_REPORT
{"state": "$1", "names": "$all_names", "missing": "$(echo "$missing" | first_words)", "expires": "$(date -u -d "@$expires" +%FT%TZ)", "attempted": "$(date -u +%FT%TZ)", "failures": $failures, "nextInSeconds": $seconds, "reason": "$escaped"}
END_OF_REPORT
}

# conclude STATUS
# After an attempt of this status: plans the next one, and reports.
conclude() {
    if [ "$1" = 0 ]; then
        failures=0
        refusals=0
        seconds=$(next_pause "$lifetime" $((expires - $(date +%s))) 0 0)
        plan_missing "$lifetime"
        state=valid
        [ -z "$missing" ] || state=incomplete
        reason=$missing
    elif access_is_refused "$reason" && [ "$refusals" -lt "$most_refusals" ]; then
        refusals=$((refusals + 1))
        state=failing
        seconds=$FIRST_RETRY_SECONDS
        say "Azure does not give access to the DNS zone yet (attempt $refusals): a new role takes up to ten minutes to work. The next attempt is in $seconds seconds: $reason"
    else
        [ "$failures" -gt 0 ] || failing_since=$(uptime_seconds)
        failures=$((failures + 1))
        state=failing
        seconds=$(next_pause "$lifetime" $((expires - $(date +%s))) "$failures" $(($(uptime_seconds) - failing_since)))
        say "Attempt $failures failed, the next one is in $seconds seconds: $reason"
    fi
    report "$state" "$reason" || lease_is_lost || say "The report cannot be written to the certificate store."
}

failures=0
refusals=0
failing_since=0
expires=0
lifetime=0
while :; do
    if ! take_lease; then
        pause $((LEASE_SECONDS / 6 + 1))
        continue
    fi
    reason=
    seconds=1
    status=0
    attempt || status=$?
    lease_is_lost || conclude "$status"
    release_lease
    pause "$seconds"
done
