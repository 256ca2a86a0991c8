#!/bin/sh
# Reads and writes the certificate store. Sourced by issuer.sh.
#
# CERTIFICATE_STORE/issuer/{accounts,certificates}.tar  lego's folders, for issuers only
# CERTIFICATE_STORE/certificates/<name>.pem             a certificate: chain (leaf first), then key
# CERTIFICATE_STORE/certificates/<name>.json            result of the last attempt
# CERTIFICATE_STORE/certificate.pem                     the certificate that was issued last
# CERTIFICATE_STORE/challenges                          web root for HTTP-01
# CERTIFICATE_STORE/lease/<number>                      see lease.sh
#
# Files are written in the folder of the lease and renamed from there, and deleted by a rename to there. So readers never see an
# incomplete file, and an issuer that has lost the lease changes nothing.
#
# shellcheck disable=SC2154 # It shares variables with the other scripts.

# Where lego writes HTTP-01 challenges. lego does not know about the lease, so they are copied from here.
webroot=$LEGO_PATH/webroot
challenges=.well-known/acme-challenge

# publish_file FILE
# Renames the file of the same name in the folder of the lease. SMB refuses to replace a file while somebody reads it.
publish_file() {
    new=$lease_folder/${1##*/}
    for _ in 1 2 3 4 5; do
        error=$(mv -f "$new" "$1" 2>&1) && return 0
        # The lease is lost.
        [ -e "$new" ] || return 1
        say "$error"
        pause 1
    done
    return 1
}

# write_file FILE <CONTENTS
write_file() {
    { cat >"$lease_folder/${1##*/}"; } 2>/dev/null && publish_file "$1"
}

# delete_file FILE
delete_file() {
    [ -e "$1" ] || return 0
    mv -f "$1" "$lease_folder/deleted" 2>/dev/null && rm -f "$lease_folder/deleted"
}

# unpack FOLDER
# Fails when the archive cannot be read. A damaged archive is reported and ignored: the distinction keeps the issuer from ordering
# again while a share is unreachable.
unpack() {
    archive=$CERTIFICATE_STORE/issuer/$1.tar
    rm -rf "${LEGO_PATH:?}/$1"
    [ -f "$archive" ] || return 0
    cp "$archive" "$LEGO_PATH/$1.tar" || return 1
    tar -C "$LEGO_PATH" -xf "$LEGO_PATH/$1.tar" && return 0
    say "$1.tar in the certificate store is damaged. It will be replaced."
    rm -rf "${LEGO_PATH:?}/$1"
}

# pack FOLDER
pack() {
    [ -d "$LEGO_PATH/$1" ] || return 0
    (umask 077 && tar -C "$LEGO_PATH" -cf "$lease_folder/$1.tar" "$1") 2>/dev/null &&
        publish_file "$CERTIFICATE_STORE/issuer/$1.tar"
}

# Creates the folders. Deletes challenges of issuers that were killed, and incomplete files of issuers of earlier versions.
prepare_store() {
    mkdir -p "$CERTIFICATE_STORE/challenges/$challenges" "$CERTIFICATE_STORE/certificates" "$CERTIFICATE_STORE/issuer"
    for file in "$CERTIFICATE_STORE"/certificate.pem.*.new "$CERTIFICATE_STORE"/certificates/*.new "$CERTIFICATE_STORE"/issuer/.*.new; do
        delete_file "$file" || return 1
    done
    rm -rf "$webroot"
    mkdir -p "$webroot/$challenges"
    publish_challenges
}

# Makes the challenges in the store those that lego has written.
publish_challenges() {
    for file in "$webroot/$challenges"/*; do
        published=$CERTIFICATE_STORE/challenges/$challenges/${file##*/}
        if [ -s "$file" ] && ! cmp -s "$file" "$published"; then
            write_file "$published" <"$file" || return 1
        fi
    done
    for published in "$CERTIFICATE_STORE/challenges/$challenges"/*; do
        [ -e "$webroot/$challenges/${published##*/}" ] || delete_file "$published" || return 1
    done
}

# Publishes the certificate, unless the store already has it.
publish() {
    cat "$LEGO_PATH/certificates/$LEGO_CERT_NAME.crt" "$LEGO_PATH/certificates/$LEGO_CERT_NAME.key" >"$LEGO_PATH/certificate.pem" || return 1
    publish_certificate "$CERTIFICATE_STORE/certificates/$LEGO_CERT_NAME.pem" || return 1
    last=$CERTIFICATE_STORE/certificate.pem
    if [ "$(last_issued)" = "$LEGO_CERT_NAME" ] || [ ! -e "$last" ]; then
        publish_certificate "$last"
    fi
}

# publish_certificate FILE
publish_certificate() {
    cmp -s "$LEGO_PATH/certificate.pem" "$1" || write_file "$1" <"$LEGO_PATH/certificate.pem"
}
