/**
 * The commands that messages advise, complete or as parts of a pipeline. FILE is the user's file, NEW the result. A test runs each of them
 * on a file with the fault (test/unit/pki/wrapping/advice.test.ts), so messages must not contain other commands.
 */
export const COMMANDS = {
    fromUtf16: "iconv -f UTF-16 -t UTF-8",
    fromUtf16Le: "iconv -f UTF-16LE -t UTF-8",
    fromUtf16Be: "iconv -f UTF-16BE -t UTF-8",
    fromBase64: "openssl base64 -d",
    /** For lines of more than 76 characters. */
    fromBase64Line: "openssl base64 -d -A",
    toBase64: "openssl base64 -A -in FILE",
    certificateFromDer: "openssl x509 -inform DER",
    certificatesFromPkcs7: "openssl pkcs7 -print_certs",
    certificatesFromPkcs7Der: "openssl pkcs7 -inform DER -print_certs",
    /** For all certificates of a file; openssl x509 writes only the first. */
    rewriteCertificates: "openssl crl2pkcs7 -nocrl -certfile FILE | openssl pkcs7 -print_certs -out NEW",
    /** Creates a file that only its owner can read. */
    plainKey: "openssl pkey -out NEW",
    plainKeyFromDer: "openssl pkey -inform DER -out NEW",
    checkKey: "openssl pkey -check -noout -in FILE",
    fromOpenSsh: 'ssh-keygen -p -N "" -m PKCS8 -f COPY',
    fromJks:
        "keytool -importkeystore -srckeystore FILE -srcstoretype JKS -destkeystore NEW.pfx -deststoretype PKCS12",
    fromJceks:
        "keytool -importkeystore -srckeystore FILE -srcstoretype JCEKS -destkeystore NEW.pfx -deststoretype PKCS12",
    checkPfx: "openssl pkcs12 -info -noout -in FILE",
    openPfx: "openssl pkcs12 -in FILE -nodes -out all.pem",
    createPfx:
        "openssl pkcs12 -export -in all.pem -out NEW.pfx -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256",
} as const;
