#!/bin/sh
# The lease: allows one issuer at a time to order. Revisions of a service share the store, and two orders for one certificate
# would count twice against the rate limits of the authority. Sourced by issuer.sh.
#
# The lease is the folder with the highest number in CERTIFICATE_STORE/lease: creating a folder succeeds for one process only,
# on SMB too. The lease is free when the folder has a file `released`, or when the file `beat` has not changed for
# LEASE_SECONDS by the uptime of the machine that waits. Clocks are not compared, so a wrong clock cannot block the lease forever.

# Number of the folder that this issuer holds. Empty: it holds none.
lease=
observed=none
observed_since=0

newest_lease() {
    newest=0
    for folder in "$CERTIFICATE_STORE"/lease/*; do
        number=${folder##*/}
        case $number in
            *[!0-9]*) ;;
            *) [ "$number" -le "$newest" ] || newest=$number ;;
        esac
    done
    echo "$newest"
}

# lease_is_free NUMBER
lease_is_free() {
    [ "$1" -gt 0 ] || return 0
    [ ! -e "$CERTIFICATE_STORE/lease/$1/released" ] || return 0
    uptime=$(uptime_seconds)
    beat=$(cat "$CERTIFICATE_STORE/lease/$1/beat" 2>/dev/null) || true
    if [ "$observed" != "$1 $beat" ]; then
        observed="$1 $beat"
        observed_since=$uptime
    fi
    [ $((uptime - observed_since)) -ge "$LEASE_SECONDS" ] || return 1
    say "Another issuer holds the lease but has not renewed it for $LEASE_SECONDS seconds ($beat). Taking over."
}

# Succeeds when this issuer holds the lease.
take_lease() {
    mkdir -p "$CERTIFICATE_STORE/lease" || return 1
    current=$(newest_lease)
    lease_is_free "$current" || return 1
    taken=$((current + 1))
    mkdir "$CERTIFICATE_STORE/lease/$taken" 2>/dev/null || return 1
    # Between the two steps above, others may have taken and given back this lease and later ones.
    if [ "$(newest_lease)" != "$taken" ]; then
        rmdir "$CERTIFICATE_STORE/lease/$taken"
        return 1
    fi
    lease=$taken
    beats=0
    beat_lease
    for folder in "$CERTIFICATE_STORE"/lease/*; do
        [ "${folder##*/}" -ge "$lease" ] || rm -rf "$folder" || true
    done
}

# Renews the lease.
beat_lease() {
    beats=$((beats + 1))
    echo "$ISSUER_ID, $(date -u +%FT%TZ), $beats" >"$CERTIFICATE_STORE/lease/$lease/beat" || true
} 2>/dev/null

release_lease() {
    # Not a redirection of ":", whose failure ends the shell (POSIX, "Special Built-In Utilities").
    [ -z "$lease" ] || touch "$CERTIFICATE_STORE/lease/$lease/released" || true
    lease=
} 2>/dev/null
