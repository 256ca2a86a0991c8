"""Connects repeatedly over TLS, sends one request over each connection, and reports how many sessions were resumed.

usage: python.py ADDRESS PORT NAME AUTHORITY VERSION CONNECTIONS
"""

import http.client
import json
import socket
import ssl
import sys
import time

address, port, name, authority, version, connections = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.minimum_version = context.maximum_version = ssl.TLSVersion[f"TLSv{version.replace('.', '_')}"]


def connect(session):
    """Returns whether the session was resumed, and the session for the next connection."""
    connection = socket.create_connection((address, int(port)), timeout=20)
    with context.wrap_socket(connection, server_hostname=name, session=session) as tls:
        tls.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        response = http.client.HTTPResponse(tls)
        response.begin()
        # Session tickets of TLS 1.3 arrive after the handshake.
        response.read()
        if response.status != 200:
            sys.exit(f"status {response.status}")
        return tls.session_reused, tls.session


session, resumed, started = None, 0, time.monotonic()
for _ in range(int(connections)):
    reused, session = connect(session)
    resumed += reused
print(json.dumps({"connections": int(connections), "resumed": resumed, "seconds": time.monotonic() - started}))
