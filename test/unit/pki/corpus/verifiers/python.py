"""Checks whether a Python client accepts certificate chains. Reads a JSON array from standard input and writes a JSON array of
verdicts to standard output: an empty string, the reason of the refusal, or null when the chain cannot be checked."""

import json
import ssl
import sys
import tempfile

if sys.version_info < (3, 10) or ssl.OPENSSL_VERSION_INFO < (3, 0):
    sys.exit(77)


def verify(scenario: dict, folder: str) -> "str | None":
    if not scenario["present"] or not scenario["key"]:
        return None
    # The test is about the client, so the server accepts all ciphers.
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    with open(f"{folder}/chain.pem", "w") as file:
        file.write(scenario["chain"])
    with open(f"{folder}/key.pem", "w") as file:
        file.write(scenario["key"])
    try:
        server.load_cert_chain(f"{folder}/chain.pem", f"{folder}/key.pem")
    except ssl.SSLError as error:
        return f"the server: {error}"
    client = ssl.create_default_context(cadata=scenario["roots"])
    # The default since Python 3.13.
    client.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        handshake(client, server, scenario["hostname"])
    except ssl.SSLCertVerificationError as error:
        return error.verify_message or str(error)
    except (ssl.SSLError, ValueError) as error:
        return str(error)
    return ""


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, hostname: str) -> None:
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
    raise ssl.SSLError("the handshake does not finish")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps([verify(one, folder) for one in json.load(sys.stdin)]))


main()
