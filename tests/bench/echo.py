"""Echo through one Python function in its own process, beside a bare websockets echo server, in one run.

    python tests/bench/echo.py [--connections 50] [--seconds 5] [--rounds 3]

Every client waits for its echo before it sends again. Prints messages/s, latency percentiles, and the ratio.
"""

import argparse
import asyncio
import statistics
import sys
import time

from load import Client, connected, longwire, masked, report, started

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


class EchoClient(Client):
    """Sends one message, waits for its echo, and again."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.frame = masked(PAYLOAD)
        self.received = 0
        self.latencies: list[float] = []
        self.running = False

    def frames_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.received >= len(self.frame) - 4:
            self.received = 0
            self.latencies.append(time.perf_counter() - self.sent)
            if self.running:
                self.send()

    def send(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.frame)


async def load(url: str, connections: int, seconds: float) -> tuple[float, list[float]]:
    clients = [EchoClient(url) for _ in range(connections)]
    for client in clients:
        await connected(client)
    await drive(clients, min(1.0, seconds))
    for client in clients:
        client.latencies.clear()
    await drive(clients, seconds)
    latencies = [latency for client in clients for latency in client.latencies]
    for client in clients:
        client.transport.close()
    return len(latencies) / seconds, latencies


async def drive(clients: list[EchoClient], seconds: float) -> None:
    for client in clients:
        client.running = True
        client.send()
    await asyncio.sleep(seconds)
    for client in clients:
        client.running = False
    await asyncio.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    with started(sys.executable, "-c", BARE) as bare, started(*longwire("echo_app")) as ours:
        for _ in range(options.rounds):
            rates = []
            for name, process in (("bare", bare), ("longwire", ours)):
                rate, latencies = asyncio.run(load(process["websocket_url"], options.connections, options.seconds))
                report(name, rate, "messages", latencies)
                rates.append(rate)
            ratios.append(rates[1] / rates[0])
    print(f"ratio to bare, median of {options.rounds}: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
