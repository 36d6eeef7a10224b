"""Echo through one Python function in its own process, beside a bare websockets echo server, in one run.

    python tests/bench/echo.py [--connections 50] [--seconds 5] [--rounds 3]

Every client waits for its echo before it sends again. Prints messages/s, latency percentiles, and the ratio.
"""

import argparse
import asyncio
import base64
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
PAYLOAD = b'{"action":"echo","text":"hello, this is a message of about a hundred bytes, as chats have them"}'
BARE = """
import asyncio, sys
from websockets.asyncio.server import serve
async def echo(ws):
    async for message in ws:
        await ws.send(message)
async def main():
    async with serve(echo, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print("ws://127.0.0.1:%d/dev" % server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().create_future()
asyncio.run(main())
"""


def masked(payload: bytes) -> bytes:
    """One client frame with an all-zero mask, so that the payload is its own masking (RFC 6455, 5.3)."""
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + len(payload).to_bytes(2, "big")
    return b"\x81" + size + b"\x00\x00\x00\x00" + payload


class Client(asyncio.Protocol):
    """Sends one message, waits for its echo, and again."""

    def __init__(self, host: str, path: str, opened: asyncio.Future[None]) -> None:
        self.host, self.path, self.opened = host, path, opened
        self.frame = masked(PAYLOAD)
        self.expected = len(self.frame) - 4
        self.received = 0
        self.latencies: list[float] = []
        self.running = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            assert data.startswith(b"HTTP/1.1 101"), data
            self.opened.set_result(None)
            return
        self.received += len(data)
        if self.received >= self.expected:
            self.received = 0
            self.latencies.append(time.perf_counter() - self.sent)
            if self.running:
                self.send()

    def send(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.frame)


async def load(url: str, connections: int, seconds: float) -> tuple[float, list[float]]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(connections):
        opened: asyncio.Future[None] = loop.create_future()
        _, client = await loop.create_connection(
            partial(Client, parts.netloc, parts.path, opened), parts.hostname, parts.port
        )
        await asyncio.wait_for(opened, 30)
        clients.append(client)
    await drive(clients, min(1.0, seconds))
    for client in clients:
        client.latencies.clear()
    await drive(clients, seconds)
    latencies = sorted(latency for client in clients for latency in client.latencies)
    for client in clients:
        client.transport.close()
    return len(latencies) / seconds, latencies


async def drive(clients: list[Client], seconds: float) -> None:
    for client in clients:
        client.running = True
        client.send()
    await asyncio.sleep(seconds)
    for client in clients:
        client.running = False
    await asyncio.sleep(0.5)


@contextmanager
def started(*command: str) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    yield json.loads(line)["websocket_url"] if line.startswith("{") else line.strip()
    process.terminate()
    process.stdout.read()
    process.wait(10)


def report(name: str, rate: float, latencies: list[float]) -> None:
    p50, p99 = (latencies[int(len(latencies) * q)] * 1000 for q in (0.5, 0.99))
    print(f"{name:10} {rate:9,.0f} messages/s   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    longwire = (sys.executable, "-m", "longwire", "dev", "-t", str(HERE / "echo_app" / "template.yaml"), "--port", "0")
    with started(sys.executable, "-c", BARE) as bare, started(*longwire, "--quiet", "--json") as ours:
        for _ in range(options.rounds):
            bare_rate, latencies = asyncio.run(load(bare, options.connections, options.seconds))
            report("bare", bare_rate, latencies)
            our_rate, latencies = asyncio.run(load(ours, options.connections, options.seconds))
            report("longwire", our_rate, latencies)
            ratios.append(our_rate / bare_rate)
    print(f"ratio to bare, median of {options.rounds}: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
