"""What the load scripts have in common: frames and handshakes as bytes, processes to measure, ways to report."""

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = ["CLOSE", "Client", "connected", "dial", "longwire", "masked", "report", "resident_kb", "started"]

HERE = Path(__file__).parent
# The account's quotas are on by default, as on AWS; a load test means to go beyond them.
UNLIMITED = tuple(
    option
    for name in ("account_rate", "account_burst", "new_connections_rate", "new_connections_burst")
    for option in ("--set", f"{name}=1000000")
)


def masked(payload: bytes) -> bytes:
    """One client frame with an all-zero mask, so that the payload is its own masking (RFC 6455, 5.3)."""
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + len(payload).to_bytes(2, "big")
    return b"\x81" + size + b"\x00\x00\x00\x00" + payload


CLOSE = b"\x88\x82\x00\x00\x00\x00\x03\xe8"  # 1000


class Client(asyncio.Protocol):
    """One WebSocket client; ``opened`` is done at 101, or has the refusal as its exception."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self.url.path} HTTP/1.1\r\nHost: {self.url.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self.opened.done():
            self.frames_received(data)
        elif data.startswith(b"HTTP/1.1 101"):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionRefusedError(data.partition(b"\r\n")[0].decode()))

    def frames_received(self, data: bytes) -> None:
        """Every byte after the handshake's answer."""

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("closed before it was answered"))


async def dial(url: str, protocol: asyncio.Protocol) -> None:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    await asyncio.get_running_loop().create_connection(lambda: protocol, parts.hostname, parts.port)


async def connected(client: Client) -> None:
    await dial(client.url.geturl(), client)
    await asyncio.wait_for(client.opened, 60)


@contextmanager
def started(*command: str) -> Iterator[dict[str, Any]]:
    """A process whose first line is JSON, or a URL; ended at the end. Its pid is in the result."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    try:
        yield {**(json.loads(line) if line.startswith("{") else {"websocket_url": line}), "pid": process.pid}
    finally:
        process.terminate()
        process.stdout.read()
        process.wait(20)


def longwire(app: str) -> tuple[str, ...]:
    template = str(HERE / app / "template.yaml")
    options = ("--port", "0", "--quiet", "--json", *UNLIMITED)
    return (sys.executable, "-m", "longwire", "dev", "-t", template, *options)


def report(name: str, rate: float, what: str, latencies: list[float]) -> None:
    found = sorted(latencies)
    p50, p99 = (found[int(len(found) * q)] * 1000 for q in (0.5, 0.99)) if found else (0.0, 0.0)
    print(f"{name:22} {rate:9,.0f} {what}/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms", flush=True)


def resident_kb(pid: int) -> int:
    """Linux: what the process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
