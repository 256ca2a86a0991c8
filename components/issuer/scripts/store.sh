#!/bin/sh
# Reads and writes the certificate store. Sourced by issuer.sh.
#
# CERTIFICATE_STORE/issuer/{accounts,certificates}.tar  lego's folders, for issuers only
# CERTIFICATE_STORE/certificates/<name>.pem             a certificate: chain (leaf first), then key
# CERTIFICATE_STORE/certificates/<name>.json            result of the last attempt
# CERTIFICATE_STORE/certificate.pem                     the certificate that was issued last
# CERTIFICATE_STORE/challenges                          web root for HTTP-01

# replace_file NEW FILE
# SMB refuses to replace a file while somebody reads it.
replace_file() {
    for _ in 1 2 3 4 5; do
        mv -f "$1" "$2" && return 0
        pause 1
    done
    return 1
}

# write_file FILE <CONTENTS
write_file() {
    cat >"$1.$ISSUER_ID.new" && replace_file "$1.$ISSUER_ID.new" "$1"
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
    new=$CERTIFICATE_STORE/issuer/.$1.$ISSUER_ID.new
    (umask 077 && tar -C "$LEGO_PATH" -cf "$new" "$1") && replace_file "$new" "$CERTIFICATE_STORE/issuer/$1.tar"
}

# Creates the folders. Deletes incomplete files and challenges of issuers that were killed: this issuer holds the lease, so no other
# one is writing.
prepare_store() {
    rm -f "$CERTIFICATE_STORE"/certificate.pem.*.new "$CERTIFICATE_STORE"/certificates/*.new "$CERTIFICATE_STORE"/issuer/.*.new
    mkdir -p "$CERTIFICATE_STORE/challenges" "$CERTIFICATE_STORE/certificates" "$CERTIFICATE_STORE/issuer"
    rm -f "$CERTIFICATE_STORE"/challenges/.well-known/acme-challenge/*
}

# publish new|again
# `new`: the certificate was just issued, so it is also the last one.
publish() {
    issued=$LEGO_PATH/certificates/$LEGO_CERT_NAME
    published=$CERTIFICATE_STORE/certificates/$LEGO_CERT_NAME.pem
    last=$CERTIFICATE_STORE/certificate.pem
    cat "$issued.crt" "$issued.key" >"$LEGO_PATH/certificate.pem" || return 1
    if ! cmp -s "$LEGO_PATH/certificate.pem" "$published"; then
        write_file "$published" <"$LEGO_PATH/certificate.pem" || return 1
    fi
    if [ "$1" = new ] || [ ! -e "$last" ]; then
        write_file "$last" <"$LEGO_PATH/certificate.pem" || return 1
    fi
}
