"""Connections to AWS by other clients than botocore end at Longwire."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

API = "abcdefghij.execute-api.us-east-1.amazonaws.com"
URL = f"https://{API}/publish"


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        text = json.dumps([self.headers["host"], self.path, body.decode()]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def inside(code: str, gateway: str, before: str = "") -> str:
    """What a process prints that is as an execution environment is."""
    program = f"""
from functools import partial
from longwire.bootstrap.network import keep_inside, owner_of
from longwire.bootstrap.sockets import plain_ssl, redirect_sockets
inside = {{"127.0.0.1", "api.example.com"}}
check = keep_inside(inside)
import socket, ssl
{before}
owner = partial(owner_of, gateway={gateway!r}, services="127.0.0.1:9")
redirect_sockets(socket, owner, inside)
plain_ssl(ssl, owner)
URL, API = {URL!r}, {API!r}
{code}
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout.strip() or done.stderr


HTTP_CLIENT = """
from http.client import HTTPSConnection
connection = HTTPSConnection(API)
connection.request("POST", "/publish", b"hi")
print(connection.getresponse().read().decode())
"""
URLLIB = "import urllib.request\nprint(urllib.request.urlopen(URL, b'hi').read().decode())"
URLLIB3 = "import urllib3\nprint(urllib3.PoolManager().request('POST', URL, body=b'hi').data.decode())"
REQUESTS = "import requests\nprint(requests.post(URL, b'hi', timeout=5).text)"
PLAIN = "import urllib.request\nprint(urllib.request.urlopen(URL.replace('https', 'http'), b'hi').read().decode())"
ASYNCIO = """
import asyncio
async def main():
    reader, writer = await asyncio.open_connection(API, 443, ssl=True)
    writer.write(b"POST /publish HTTP/1.1\\r\\nHost: " + API.encode() + b"\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\\r")[0])
    print((await reader.readexactly(length)).decode())
    writer.close()
    await writer.wait_closed()
asyncio.run(main())
"""


# As anyio does, and httpx with it: it takes the address from the answer, and keeps its own port.
OWN_PORT = ASYNCIO.replace(
    "asyncio.open_connection(API, 443, ssl=True)",
    "asyncio.open_connection(socket.getaddrinfo(API, 443)[0][4][0], 443, ssl=True, server_hostname=API)",
).replace("writer.close()", "assert not writer.get_extra_info('ssl_object').get_channel_binding()\n    writer.close()")
EX = """
connection = socket.socket()
assert connection.connect_ex(socket.getaddrinfo(API, 80)[0][4]) == 0
connection.sendall(b"POST /publish HTTP/1.0\\r\\nHost: " + API.encode() + b"\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
print(connection.makefile().read().partition("\\n\\n")[2])
"""


@pytest.mark.parametrize("code", [HTTP_CLIENT, URLLIB, URLLIB3, REQUESTS, PLAIN, ASYNCIO, OWN_PORT, EX])
def test_a_client_reaches_the_gateway_by_the_address_on_aws(gateway: str, code: str) -> None:
    assert inside(code, gateway) == json.dumps([API, "/publish", "hi"])


def test_a_large_body_gets_through_asyncio(gateway: str) -> None:
    code = ASYNCIO.replace("Content-Length: 2", "Content-Length: 300000").replace('hi")', 'hi" + b"x" * 299998)')
    assert len(json.loads(inside(code, gateway))[2]) == 300_000


def test_other_hosts_are_refused_as_before(gateway: str) -> None:
    code = "import urllib.request\ntry:\n    urllib.request.urlopen('https://example.com')\n"
    code += "except OSError as error:\n    print(error)"
    assert "example.com is not emulated by Longwire" in inside(code, gateway)


def test_tls_of_other_servers_stays_tls(gateway: str) -> None:
    code = f"""
try:
    ssl.create_default_context().wrap_socket(socket.create_connection(("127.0.0.1", {gateway.rpartition(":")[2]})),
        server_hostname="localhost")
except ssl.SSLError as e:
    print("SSLError")
"""
    assert inside(code, gateway) == "SSLError"


def test_the_addresses_of_a_host_that_is_allowed_are_allowed(gateway: str) -> None:
    resolver = """
socket.getaddrinfo = lambda host, port: [(2, 1, 6, "", ("203.0.113.5" if "API" in str(host) else "203.0.113.6", port))]
"""
    code = """
socket.getaddrinfo("API.example.com", 443)
socket.getaddrinfo("localhost", 443)
check("203.0.113.5")
try:
    check("203.0.113.6")
except OSError as error:
    print(error)
"""
    assert "203.0.113.6 is not emulated by Longwire" in inside(code, gateway, resolver)
