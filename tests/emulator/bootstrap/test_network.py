import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from longwire.bootstrap.network import is_local, owner_of


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "a.localhost", "::1", "::ffff:127.0.0.1", "::1%lo", "0.0.0.0"],
)
def test_loopback_is_local(host: str) -> None:
    assert is_local(host)
    assert is_local(host.encode())


@pytest.mark.parametrize("host", [None, "", 16, b""])
def test_what_is_no_host_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "169.254.169.254",
        "10.0.0.1",
        "8.8.8.8",
        "2001:db8::1",
        "localhost.example.com",
        "evil-127.0.0.1.nip.io",
    ],
)
def test_everything_else_is_not(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("abcdefghij.execute-api.us-east-1.amazonaws.com", "gateway"),
        ("ABCDEFGHIJ.EXECUTE-API.US-EAST-1.AMAZONAWS.COM", "gateway"),
        (b"x.lambda-url.us-east-1.on.aws", "gateway"),
        ("lambda.us-east-1.amazonaws.com", "gateway"),
        ("ws.example.com", "gateway"),
        ("sqs.us-east-1.amazonaws.com", "services"),
        ("bucket.s3.amazonaws.com", "services"),
        ("example.on.aws", None),
        ("amazonaws.com.example.com", None),
        ("localhost", None),
        (None, None),
    ],
)
def test_hosts_of_aws_are_ours(host: object, owner: str | None) -> None:
    assert owner_of(host, "gateway", "services", ("ws.example.com",)) == owner


def inside(code: str) -> str:
    """What a process prints that has been kept inside, with the message of an OSError that it raised last."""
    program = (
        "import asyncio, os, socket\n"
        "from longwire.bootstrap.network import keep_inside\n"
        "keep_inside({'192.0.2.1'})\n"
        f"try:\n    {code}\n"
        "except OSError as error:\n    print(type(error).__name__, error.errno, error.strerror)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=20
    ).stdout.strip()


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('example.com', 80))",
        "socket.getaddrinfo('example.com', 443)",
        "socket.getaddrinfo(b'example.com', 443)",
        "socket.gethostbyname('example.com')",
        "asyncio.run(asyncio.open_connection('example.com', 80))",
    ],
)
def test_a_name_outside_is_refused_before_it_is_looked_up(code: str) -> None:
    refused = (
        "Refused 111 example.com is not emulated by Longwire, and nothing that a function does leaves this machine "
        "without --allow-host example.com"
    )
    assert inside(code) == refused


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket().connect(('198.51.100.7', 80))",
        "socket.socket().connect_ex(('198.51.100.7', 80))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('198.51.100.7', 53))",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('198.51.100.7', 53))",
        "socket.gethostbyaddr('198.51.100.7')",
    ],
)
def test_an_address_outside_is_refused(code: str) -> None:
    assert inside(code).startswith("Refused 111 198.51.100.7 is not emulated")


def test_this_machines_own_name_may_be_looked_up() -> None:
    assert not inside("socket.getaddrinfo(os.uname().nodename, 80)").startswith("Refused")


def test_an_allowed_host_is_not_refused() -> None:
    assert inside("s = socket.socket(); s.settimeout(0.01); s.connect(('192.0.2.1', 9))").split()[0] != "Refused"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def test_loopback_and_unix_sockets_work(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    assert inside(f"socket.create_connection(('localhost', {port})); print('connected')") == "connected"
    assert inside("a, b = socket.socketpair(); a.sendmsg([b'x']); print(b.recv(1))") == "b'x'"
