#!/bin/sh
# One run of lego in the work folder LEGO_PATH, and its results. Sourced by issuer.sh.

# lego is killed after this time. Azure's client library has no time limit (azcore, RetryOptions.TryTimeout), and an issuer that
# waits forever blocks the others. A hundred names, each with its propagation, need less.
: "${ORDER_TIMEOUT_SECONDS:=14400}"

# A line for each issued certificate: its name, the digest of its renewal trigger, and its lifetime in seconds.
issuances=$LEGO_PATH/certificates/issued

# The trigger is arbitrary text.
trigger=none
[ -z "${RENEWAL_TRIGGER:-}" ] || trigger=$(printf %s "$RENEWAL_TRIGGER" | sha256sum | cut -c 1-32)

renewal_is_forced() {
    [ "$trigger" != none ] && ! grep -qF "$LEGO_CERT_NAME $trigger " "$issuances" 2>/dev/null
}

# Empty where there is no certificate.
checksum() {
    [ ! -f "$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt" ] || sha256sum <"$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt"
}

# When the certificate expires, in seconds since 1970. 0 where there is none.
expiry() {
    expires_at=$("$LEGO" certificates list --json | sed -n "s/.*\"name\":\"$LEGO_CERT_NAME\"[^}]*\"expirationDate\":\"\([-0-9]* [:0-9]*\).*/\1/p")
    date -u -d "${expires_at:-1970-01-01 00:00:00}" +%s
}

# Lifetime of the certificate in seconds. 0 where it is not known.
lifetime() {
    if [ -f "$issuances" ]; then
        awk -v name="$LEGO_CERT_NAME" '$1 == name { lifetime = $3 } END { print lifetime + 0 }' "$issuances"
    else
        echo 0
    fi
}

record_issuance() {
    echo "$LEGO_CERT_NAME $trigger $(($(expiry) - $(date +%s)))" >>"$issuances"
}

# choose_options FAILURES
choose_options() {
    if renewal_is_forced; then export LEGO_RENEW_FORCE=true; else unset LEGO_RENEW_FORCE; fi
    # With ARI the order names the certificate that it replaces (RFC 9773, 5). An authority that does not know that certificate
    # refuses the order.
    if [ "$1" -gt 0 ] && grep -sqE 'acme:error:(malformed|alreadyReplaced)' "$LEGO_PATH/log"; then
        export LEGO_ARI_DISABLE=true
    else
        unset LEGO_ARI_DISABLE
    fi
}

# run_lego FAILURES
#   FAILURES  failed attempts since the last success
# Runs lego, and renews the lease meanwhile. Returns lego's status.
run_lego() {
    choose_options "$1"
    "$LEGO" run >"$LEGO_PATH/log" 2>&1 &
    ordering=$!
    deadline=$(($(uptime_seconds) + ORDER_TIMEOUT_SECONDS))
    killed=false
    while kill -0 "$ordering" 2>/dev/null; do
        pause 1
        beat_lease
        if [ "$(uptime_seconds)" -ge "$deadline" ]; then
            kill -9 "$ordering" 2>/dev/null && killed=true
        fi
    done
    status=0
    wait "$ordering" || status=$?
    ordering=
    # In the format of lego, for failure_reason.
    [ "$killed" = false ] ||
        echo "level=ERROR msg=Error error=\"lego was killed after $ORDER_TIMEOUT_SECONDS seconds.\"" >>"$LEGO_PATH/log"
    cat "$LEGO_PATH/log"
    return "$status"
}

failure_reason() {
    sed -n 's/.*level=ERROR[^ ]* msg=Error error=//p' "$LEGO_PATH/log" | tail -n 1 | sed 's/\\"/"/g; s/^"//; s/"$//'
}

# lego 5.2 writes an account to disk before it registers it, and takes every account on disk for a registered one. So only
# registered accounts are kept, and an account that the authority does not know is deleted.
keep_account() {
    for key in "$LEGO_PATH"/accounts/*/*/*.key; do
        [ -f "$key" ] || continue
        grep -q '"registration": {' "${key%/*}/account.json" || rm -rf "${key%/*}"
    done
    if grep -q urn:ietf:params:acme:error:accountDoesNotExist "$LEGO_PATH/log"; then
        say "The authority does not know the account. The next attempt registers a new one."
        rm -rf "$LEGO_PATH/accounts"
        rm -f "$CERTIFICATE_STORE/issuer/accounts.tar"
    fi
    pack accounts
}
