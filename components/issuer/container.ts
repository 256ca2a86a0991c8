import { CERTIFICATES_FOLDER, CHALLENGES_FOLDER, LAST_CERTIFICATE_FILE, STORE_FOLDER } from "../front/store";
import { LEASE } from "./lease";

/**
 * What the issuer's container runs, with `issuerEnvironment` in its environment and the store, writable, at `STORE_FOLDER`. It
 * needs a `/tmp` that can be written to, and lego 5 with a POSIX shell and tar: the official image has both (`/lego` and busybox).
 *
 * lego decides and orders: it knows when the certificate is due (a third of the lifetime is left, half of it where that is ten days
 * or less, or when the authority says so: ARI, RFC 9773), and does nothing when it is not. The script gives it the store, one
 * issuer at a time, and puts into the store what comes of it, each file by one rename.
 */
export const issuerContainerCommand: readonly string[] = [
    "/bin/sh",
    "-c",
    `set -u
umask 022
store=${STORE_FOLDER}
name=$LEGO_CERT_NAME
lego=$(command -v lego || echo /lego)
me=$(cat /proc/sys/kernel/random/uuid)
lease=
child=
failures=0
failing=0
lifetime=0
expires=0

say() {
    echo "$(date -u +%FT%TZ) $*"
}
${LEASE}
# lego writes into a folder of its own, and over what is there: what is cut off there must not be what is left.
work=$(mktemp -d)
export LEGO_PATH="$work"

if [ -n "\${CERTIFICATE_AUTHORITY:-}" ]; then
    printf '%s\\n' "$CERTIFICATE_AUTHORITY" >"$work/authority.pem"
    export LEGO_CA_CERTIFICATES="$work/authority.pem" LEGO_CA_SYSTEM_CERT_POOL=true
fi

# Arbitrary text, so by its digest.
trigger=none
[ -z "\${RENEWAL_TRIGGER:-}" ] || trigger=$(printf %s "$RENEWAL_TRIGGER" | sha256sum | cut -c 1-32)

stop() {
    trap '' TERM INT
    [ -z "$child" ] || kill "$child" 2>/dev/null
    release_lease
    rm -rf "$work"
    exit 0
}
trap stop TERM INT

pause() {
    sleep "$1" &
    child=$!
    wait "$child"
    child=
}

# SMB refuses to put a file in the place of one that somebody is reading.
put() {
    for try in 1 2 3 4 5; do
        mv -f "$1" "$2" && return 0
        pause 1
    done
    return 1
}

# put_new FILE, with what is to be in it on standard input
put_new() {
    cat >"$1.$me.new" && put "$1.$me.new" "$1"
}

# What cannot be read now may be whole: only what has been read is judged.
take_out() {
    rm -rf "$work/$1"
    [ -f "$store/issuer/$1.tar" ] || return 0
    if ! cp "$store/issuer/$1.tar" "$work/$1.tar"; then
        reason="$1.tar cannot be read from the certificate store."
        return 1
    fi
    tar -C "$work" -xf "$work/$1.tar" && return 0
    say "$1.tar in the store is damaged, and is made anew."
    rm -rf "$work/$1"
}

put_back() {
    [ -d "$work/$1" ] || return 0
    (umask 077 && tar -C "$work" -cf "$store/issuer/.$1.$me.new" "$1") && put "$store/issuer/.$1.$me.new" "$store/issuer/$1.tar"
}

# A line for each certificate that was issued: its name, what it was renewed for, and its lifetime.
issued="$work/certificates/issued"

renewal_is_forced() {
    [ "$trigger" != none ] && ! grep -qF "$name $trigger " "$issued" 2>/dev/null
}

checksum() {
    [ ! -f "$work/certificates/$name.crt" ] || sha256sum <"$work/certificates/$name.crt"
}

look_at_certificate() {
    expires=$("$lego" certificates list --json | sed -n "s/.*\\"name\\":\\"$name\\"[^}]*\\"expirationDate\\":\\"\\([-0-9]* [:0-9]*\\).*/\\1/p")
    expires=$(date -u -d "\${expires:-1970-01-01 00:00:00}" +%s)
    lifetime=$(awk -v name="$name" '$1 == name { lifetime = $3 } END { print lifetime }' "$issued" 2>/dev/null)
    lifetime=\${lifetime:-0}
}

# Azure's library has no time limit of its own (azcore, RetryOptions.TryTimeout), and who waits for ever holds the store for
# ever. A hundred names, each with its propagation, are done in this.
most_seconds=14400

run_lego() {
    if renewal_is_forced; then export LEGO_RENEW_FORCE=true; else unset LEGO_RENEW_FORCE; fi
    # With renewal information goes which certificate is replaced (RFC 9773, 5), and an authority may know nothing of that one.
    if [ "$failures" -gt 0 ] && grep -sqE 'acme:error:(malformed|alreadyReplaced)' "$work/log"; then
        export LEGO_ARI_DISABLE=true
    else
        unset LEGO_ARI_DISABLE
    fi
    "$lego" run >"$work/log" 2>&1 &
    child=$!
    running=$child
    uptime_seconds
    latest=$((uptime + most_seconds))
    while kill -0 "$running" 2>/dev/null; do
        pause 1
        child=$running
        beat_lease
        uptime_seconds
        [ "$uptime" -lt "$latest" ] || kill -9 "$running" 2>/dev/null
    done
    child=
    wait "$running"
    outcome=$?
    # As lego would say it.
    [ "$uptime" -lt "$latest" ] || echo "level=ERROR msg=Error error=\"lego had not ended after $most_seconds seconds.\"" >>"$work/log"
    cat "$work/log"
    return "$outcome"
}

# lego (5.2) writes an account down before it registers it, and believes of what is written down that the authority knows it. So only
# accounts that are registered are kept, and an authority that does not know one any more gets a new one.
keep_account() {
    for key in "$work"/accounts/*/*/*.key; do
        [ -f "$key" ] || continue
        grep -q '"registration": {' "\${key%/*}/account.json" || rm -rf "\${key%/*}"
    done
    if grep -q urn:ietf:params:acme:error:accountDoesNotExist "$work/log"; then
        say "The authority does not know the account. It gets a new one."
        rm -rf "$work/accounts"
        rm -f "$store/issuer/accounts.tar"
    fi
    put_back accounts
}

# What has been issued is not ordered again because the store has no room for it.
keep_certificate() {
    until put_back certificates; do
        say "The certificate has been issued and cannot be stored. Is the certificate store full, or read-only?"
        beat_lease
        pause 10
    done
}

publish() {
    certificate="$store/${CERTIFICATES_FOLDER}/$name.pem"
    cat "$work/certificates/$name.crt" "$work/certificates/$name.key" >"$work/certificate.pem" || return 1
    if ! cmp -s "$work/certificate.pem" "$certificate"; then put_new "$certificate" <"$work/certificate.pem" || return 1; fi
    # The last one that was issued, by whichever revision.
    if [ "$1" = new ] || [ ! -e "$store/${LAST_CERTIFICATE_FILE}" ]; then
        put_new "$store/${LAST_CERTIFICATE_FILE}" <"$work/certificate.pem" || return 1
    fi
}

# Whether there is, in the end, a certificate that is not due.
attempt() {
    take_out accounts && take_out certificates || return 1
    # Nobody else is ordering: what is here was left behind by somebody who was killed.
    rm -f "$store/${LAST_CERTIFICATE_FILE}".*.new "$store/${CERTIFICATES_FOLDER}"/*.new "$store"/issuer/.*.new
    mkdir -p "$store/${CHALLENGES_FOLDER}" "$store/${CERTIFICATES_FOLDER}" "$store/issuer"
    rm -f "$store/${CHALLENGES_FOLDER}"/.well-known/acme-challenge/*
    before=$(checksum)
    run_lego || outcome=failed
    keep_account || say "The account cannot be stored."
    if [ "$outcome" = failed ]; then
        reason=$(sed -n 's/.*level=ERROR[^ ]* msg=Error error=//p' "$work/log" | tail -n 1 | sed 's/\\\\"/"/g; s/^"//; s/"$//')
        look_at_certificate
        [ -z "$before" ] || publish again
        return 1
    fi
    kind=again
    if [ "$(checksum)" != "$before" ]; then
        kind=new
        look_at_certificate
        echo "$name $trigger $((expires - $(date +%s)))" >>"$issued"
        keep_certificate
    fi
    look_at_certificate
    if ! publish "$kind"; then
        reason="The certificate cannot be written to the certificate store."
        return 1
    fi
    [ "$kind" = again ] || say "A new certificate for $LEGO_DOMAINS is in the store. It expires on $(date -u -d "@$expires" +%FT%TZ)."
}

# Seconds until the next look. A twentieth of what the certificate has left, so it is asked for more often as expiry nears:
# but no more than four times an hour where lifetimes are counted in days, because authorities count attempts that fail (Let's
# Encrypt: five an hour for a name). Where nothing is left, a twentieth of the time that it has failed for: a name that never
# leads here would else be paused within two weeks, until a person asks for it (Let's Encrypt: 1,152 failures without a success).
# Each is up to a quarter longer, so that services that started together do not stay together.
next_pause() {
    least=900
    [ "$lifetime" -le 0 ] || [ $((lifetime / 20)) -ge "$least" ] || least=$((lifetime / 20))
    left=$((expires - $(date +%s)))
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
}

# For people: what became of the last attempt.
report() {
    reason=$(printf %s "$2" | tr -d '\\000-\\037' | sed 's/\\\\/\\\\\\\\/g; s/"/\\\\"/g')
    put_new "$store/${CERTIFICATES_FOLDER}/$name.json" <<END_OF_REPORT
{"state": "$1", "names": "$LEGO_DOMAINS", "expires": "$(date -u -d "@$expires" +%FT%TZ)", "attempted": "$(date -u +%FT%TZ)", "failures": $failures, "nextInSeconds": $seconds, "reason": "$reason"}
END_OF_REPORT
}

while :; do
    if ! take_lease; then
        pause $((LEASE_SECONDS / 6 + 1))
        continue
    fi
    if attempt; then
        failures=0
        failing=0
        next_pause
        report valid ""
    else
        uptime_seconds
        [ "$failures" -gt 0 ] || failing_since=$uptime
        failing=$((uptime - failing_since))
        failures=$((failures + 1))
        next_pause
        say "Attempt $failures failed, the next one is in $seconds seconds: $reason"
        report failing "$reason"
    fi
    release_lease
    pause "$seconds"
done
`,
];
