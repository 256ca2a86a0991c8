#!/bin/sh
# Runs lego in the work folder LEGO_PATH, and reads its results. Sourced by issuer.sh.
#
# shellcheck disable=SC2034,SC2154 # It shares variables with the other scripts.

# lego is killed after this time. Azure's client library has no time limit (azcore, RetryOptions.TryTimeout), and an issuer that
# waits forever blocks the others. A hundred names, each with its propagation, need less.
: "${ORDER_TIMEOUT_SECONDS:=14400}"

# A line for each issued certificate: its name, the digest of its renewal trigger, and its lifetime in seconds.
issuances=$LEGO_PATH/certificates/issued

# The trigger is arbitrary text.
trigger=none
[ -z "${RENEWAL_TRIGGER:-}" ] || trigger=$(printf %s "$RENEWAL_TRIGGER" | sha256sum | cut -c 1-32)

# Without this, lego adds the names of the stored certificate to the order.
export LEGO_FORCE_CERT_DOMAINS=true
[ -z "${LEGO_HTTP:-}" ] || export LEGO_HTTP_WEBROOT="$webroot"

renewal_is_forced() {
    [ "$trigger" != none ] && ! grep -qF "$LEGO_CERT_NAME $trigger " "$issuances" 2>/dev/null
}

# Empty where there is no certificate.
checksum() {
    [ ! -f "$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt" ] || sha256sum <"$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt"
}

# expiry CERTIFICATE
# When it expires, in seconds since 1970. 0 where there is none.
expiry() {
    expires_at=$("$LEGO" certificates list --json | sed -n "s/.*\"name\":\"$1\"[^}]*\"expirationDate\":\"\([-0-9]* [:0-9]*\).*/\1/p")
    date -u -d "${expires_at:-1970-01-01 00:00:00}" +%s
}

# names_of CERTIFICATE
# A list of its names. Empty where there is none.
names_of() {
    "$LEGO" certificates list --json | sed -n "s/.*\"name\":\"$1\",\"domains\":\[\([^]]*\)\].*/\1/p" | tr -d '"'
}

# lifetime CERTIFICATE
# Its lifetime in seconds. 0 where it is not known.
lifetime() {
    if [ -f "$issuances" ]; then
        awk -v name="$1" '$1 == name { lifetime = $3 } END { print lifetime + 0 }' "$issuances"
    else
        echo 0
    fi
}

# Name of the certificate that was issued last. Empty where that is not known.
last_issued() {
    [ ! -f "$issuances" ] || awk 'END { print $1 }' "$issuances"
}

# Name of the certificate that the fronts serve: the one of these names, otherwise the last one.
served_certificate() {
    if [ -f "$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt" ]; then echo "$LEGO_CERT_NAME"; else last_issued; fi
}

record_issuance() {
    echo "$LEGO_CERT_NAME $trigger $(($(expiry "$LEGO_CERT_NAME") - $(date +%s)))" >>"$issuances"
}

# choose_options FAILURES
#   FAILURES  failed attempts since the last success
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

# order FAILURES
# Runs lego for all names, and after a failure again without the names that the failure is about, as long as that is allowed. Sets
# LEGO_DOMAINS to the names of the certificate, `missing` for the others, and `reason` where it fails.
order() {
    choose_options "$1"
    LEGO_DOMAINS=$(first_names)
    if [ "$LEGO_DOMAINS" = "$all_names" ]; then
        all_tried=true
        missing=
    else
        all_tried=false
    fi
    until run_lego; do
        reason=$(failure_reason)
        ! lease_is_lost || return 1
        refused=$(echo "$reason" | refused_names "$LEGO_DOMAINS")
        [ -n "$refused" ] || return 1
        removed=$(echo "$refused" | first_words)
        LEGO_DOMAINS=$(without "$LEGO_DOMAINS" "$removed")
        [ -n "$LEGO_DOMAINS" ] || return 1
        if ! may_do_without "$removed" "$1"; then
            reason="The certificate is not renewed without $removed yet, because the one that is served has that name. $reason"
            return 1
        fi
        missing="${missing:+$missing
}$refused"
    done
}

# Runs lego. Meanwhile renews the lease and publishes the challenges. Kills lego when the lease is lost. Returns lego's status.
run_lego() {
    export LEGO_DOMAINS
    "$LEGO" run >"$LEGO_PATH/log" 2>&1 &
    ordering=$!
    deadline=$(($(uptime_seconds) + ORDER_TIMEOUT_SECONDS))
    killed=
    while kill -0 "$ordering" 2>/dev/null; do
        pause 1
        if ! beat_lease && lease_is_lost; then
            kill -9 "$ordering" 2>/dev/null && killed="because the lease is lost"
            continue
        fi
        publish_challenges || true
        if [ "$(uptime_seconds)" -ge "$deadline" ]; then
            kill -9 "$ordering" 2>/dev/null && killed="after $ORDER_TIMEOUT_SECONDS seconds"
        fi
    done
    lego_status=0
    wait "$ordering" || lego_status=$?
    ordering=
    # In the format of lego, for failure_reason.
    [ -z "$killed" ] || echo "level=ERROR msg=Error error=\"lego was killed $killed.\"" >>"$LEGO_PATH/log"
    cat "$LEGO_PATH/log"
    rm -f "$webroot/$challenges"/*
    publish_challenges || true
    return "$lego_status"
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
        delete_file "$CERTIFICATE_STORE/issuer/accounts.tar"
    fi
    pack accounts
}
