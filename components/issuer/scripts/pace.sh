#!/bin/sh
# The pause between two attempts. Sourced by issuer.sh.
#
# shellcheck disable=SC2034 # It shares variables with the other scripts.

# Attempts without access to the zone that are not counted as failures: half an hour. Each of them creates an order, of which authorities
# allow some hundreds in three hours.
most_refusals=60

# access_is_refused REASON
# Whether lego failed because Azure refused access to the DNS zone or did not list it. No validation was tried then, so the authority
# counts no failure.
access_is_refused() {
    case $1 in
    *AuthorizationFailed* | *"could not find zone (from discovery)"*) return 0 ;;
    *) return 1 ;;
    esac
}

# next_pause LIFETIME LEFT FAILURES FAILING
#   LIFETIME  lifetime of the certificate in seconds. 0: not known.
#   LEFT      seconds until the certificate expires. 0 or less: there is no valid certificate.
#   FAILURES  failed attempts since the last success
#   FAILING   seconds since the first of them
# Prints seconds.
#
# The pause is a twentieth of LEFT, so attempts get more frequent as expiry approaches. Authorities count failed attempts (Let's
# Encrypt: five an hour for a name), so it is at least 15 minutes, except for certificates that live less than five hours.
#
# Without a valid certificate it is a twentieth of FAILING. A constant pause would make Let's Encrypt pause the name within two
# weeks (1,152 failures without a success) until a person asks to resume it.
#
# The pause is extended at random by up to a quarter, so that services that started together do not stay synchronous.
next_pause() {
    lifetime=$1 left=$2 failures=$3 failing=$4
    least=900
    [ "$lifetime" -le 0 ] || [ $((lifetime / 20)) -ge "$least" ] || least=$((lifetime / 20))
    [ "$left" -gt 0 ] || left=$failing
    longest=$((left / 20))
    [ "$longest" -ge "$least" ] || longest=$least
    [ "$longest" -le "$LONGEST_PAUSE_SECONDS" ] || longest=$LONGEST_PAUSE_SECONDS
    seconds=$longest
    if [ "$failures" -gt 0 ]; then
        seconds=$FIRST_RETRY_SECONDS
        [ "$seconds" -le "$least" ] || seconds=$least
        times=1
        while [ "$times" -lt "$failures" ] && [ "$seconds" -lt "$longest" ]; do
            seconds=$((seconds * 2))
            times=$((times + 1))
        done
        [ "$seconds" -le "$longest" ] || seconds=$longest
    fi
    random=$((0x$(cut -c 1-4 /proc/sys/kernel/random/uuid)))
    seconds=$((seconds * (65536 + random / 4) / 65536))
    [ "$seconds" -ge 1 ] || seconds=1
    echo "$seconds"
}
