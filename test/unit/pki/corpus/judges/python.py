"""Checks whether a Python client would accept each certificate chain. Reads questions as JSON from standard input. Writes for each
an empty string, the reason of the refusal, or null when it cannot check the chain, to standard output."""

import json
import ssl
import sys
import tempfile

if sys.version_info < (3, 10) or ssl.OPENSSL_VERSION_INFO < (3, 0):
    sys.exit(77)


def judge(asked: dict, folder: str) -> "str | None":
    if not asked["present"] or not asked["key"]:
        return None
    # Serve whatever OpenSSL can: the client is asked, not the server.
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    with open(f"{folder}/chain.pem", "w") as file:
        file.write(asked["chain"])
    with open(f"{folder}/key.pem", "w") as file:
        file.write(asked["key"])
    try:
        server.load_cert_chain(f"{folder}/chain.pem", f"{folder}/key.pem")
    except ssl.SSLError as error:
        return f"the server: {error}"
    client = ssl.create_default_context(cadata=asked["roots"])
    # The default from Python 3.13 on.
    client.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        shake_hands(client, server, asked["hostname"])
    except ssl.SSLCertVerificationError as error:
        return error.verify_message or str(error)
    except (ssl.SSLError, ValueError) as error:
        return str(error)
    return ""


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, hostname: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=hostname),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = ends
    for _ in range(20):
        still = []
        for end in waiting:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                still.append(end)
        waiting = still
        if not waiting:
            return
    raise ssl.SSLError("the handshake does not end")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps([judge(one, folder) for one in json.load(sys.stdin)]))


main()
