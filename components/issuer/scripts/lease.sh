#!/bin/sh
# The lease: allows one issuer at a time to order. Revisions of a service share the store, and two orders for one certificate
# would count twice against the rate limits of the authority. Sourced by issuer.sh.
#
# The lease is the folder with the highest number in CERTIFICATE_STORE/lease: creating a folder succeeds for one process only,
# on SMB too. The lease is free when the folder has a file `released`, or when the file `beat` has not changed for
# LEASE_SECONDS by the uptime of the machine that waits. Clocks are not compared, so a wrong clock cannot block the lease forever.
#
# An issuer that does not run for longer than LEASE_SECONDS (a paused machine, a slow share) loses the lease without noticing.
# So the folder of the lease is also a fence: every change of the store is one rename from or to this folder (store.sh), and who
# takes the lease first deletes the folders of all earlier leases. A rename of an earlier holder then fails, because one of its
# two paths is gone. There is no check that could be outdated when the rename happens.

# Number of the folder that this issuer holds, and its path. The number is empty when it holds none.
lease=
lease_folder=
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
        rmdir "$CERTIFICATE_STORE/lease/$taken" 2>/dev/null || true
        return 1
    fi
    if ! delete_earlier_leases "$taken"; then
        say "The folder of the previous lease cannot be deleted yet: its holder may still have a file open."
        observed=none
        rmdir "$CERTIFICATE_STORE/lease/$taken" 2>/dev/null || true
        return 1
    fi
    lease=$taken
    lease_folder=$CERTIFICATE_STORE/lease/$lease
    beats=0
    beat_lease || ! lease_is_lost || release_lease
    [ -n "$lease" ]
}

# delete_earlier_leases NUMBER
# Fails as long as one of them exists: an SMB server keeps a file that a paused machine has open.
delete_earlier_leases() {
    for folder in "$CERTIFICATE_STORE"/lease/*; do
        number=${folder##*/}
        case $number in
            *[!0-9]*) continue ;;
        esac
        [ "$number" -lt "$1" ] || continue
        # The holder may create a file between the deletion of the files and that of the folder.
        rm -rf "$folder" 2>/dev/null || rm -rf "$folder" 2>/dev/null || true
        [ ! -e "$folder" ] || return 1
    done
}

# Renews the lease. Fails when its folder is gone, and when the store cannot be written.
beat_lease() {
    beats=$((beats + 1))
    echo "$ISSUER_ID, $(date -u +%FT%TZ), $beats" >"$lease_folder/beat"
} 2>/dev/null

# Whether another issuer has taken over. Fails while the store cannot be read.
lease_is_lost() {
    [ "$(newest_lease)" -gt "$lease" ]
}

# Gives the lease back. Says so when another issuer has taken over before.
release_lease() {
    [ -n "$lease" ] || return 0
    # Not a redirection of ":", whose failure ends the shell (POSIX, "Special Built-In Utilities").
    if lease_is_lost || ! touch "$lease_folder/released" 2>/dev/null; then
        ! lease_is_lost || say "Another issuer has taken over the lease, because this one did not renew it for too long. This one writes nothing more, and waits for the lease."
    fi
    lease=
}
