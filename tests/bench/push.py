"""Posts to connections by HTTP keep-alive, beside a bare server that does nothing but pass them on, in one run.

    python tests/bench/push.py [--connections 50] [--posters 8] [--seconds 5] [--rounds 3]

Each poster waits for its answer before it posts again. A post counts when its client has received it.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
import urllib.request
from urllib.parse import quote, urlsplit

from load import Client, connected, dial, longwire, report, started

PAYLOAD = b'{"type":"message","text":"hello, this is a message of about a hundred bytes, as chats have them."}'
BARE = """
import asyncio
from websockets.asyncio.server import serve
clients = {}
async def client(ws):
    clients[str(len(clients))] = ws
    await ws.wait_closed()
async def post(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            body = await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\\r\\n")[0]))
            await clients[head.split(b" ")[1].rpartition(b"/")[2].decode()].send(body.decode())
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    except asyncio.IncompleteReadError:
        writer.close()
async def main():
    http = await asyncio.start_server(post, "127.0.0.1", 0)
    async with serve(client, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        url = "ws://127.0.0.1:%d/dev" % server.sockets[0].getsockname()[1]
        posts = "http://127.0.0.1:%d/dev/@connections" % http.sockets[0].getsockname()[1]
        import json
        print(json.dumps({"websocket_url": url, "management_url": posts}), flush=True)
        await asyncio.get_running_loop().create_future()
asyncio.run(main())
"""


class Listener(Client):
    """Counts whole frames of the one size that is posted."""

    received = 0

    def frames_received(self, data: bytes) -> None:
        self.received += len(data)


class Poster(asyncio.Protocol):
    """Posts to one connection after the other on one HTTP connection."""

    def __init__(self, url: str, ids: list[str]) -> None:
        parts = urlsplit(url)
        self.requests = [
            f"POST {parts.path}/{quote(one, safe='')} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Length: {len(PAYLOAD)}\r\n\r\n".encode()
            + PAYLOAD
            for one in ids
        ]
        self.number = 0
        self.running = True
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.post()

    def post(self) -> None:
        self.sent = time.perf_counter()
        self.transport.write(self.requests[self.number % len(self.requests)])
        self.number += 1

    def data_received(self, data: bytes) -> None:
        assert data.startswith(b"HTTP/1.1 200"), data
        self.latencies.append(time.perf_counter() - self.sent)
        if self.running:
            self.post()


def connection_ids(process: dict[str, str], count: int) -> list[str]:
    """The bare server numbers its clients; ours names them."""
    if "inspector_url" not in process:
        return [str(number) for number in range(count)]
    with urllib.request.urlopen(process["inspector_url"] + "api/state", timeout=10) as answer:  # noqa: S310 - loopback
        return [connection["connection_id"] for connection in json.load(answer)["connections"]]


async def load(process: dict[str, str], connections: int, posters: int, seconds: float) -> tuple[float, list[float]]:
    clients = [Listener(process["websocket_url"]) for _ in range(connections)]
    for client in clients:
        await connected(client)
    ids = connection_ids(process, connections)
    made = [Poster(process["management_url"], ids[number:] + ids[:number]) for number in range(posters)]
    for poster in made:
        await dial(process["management_url"], poster)
    before, start = sum(client.received for client in clients), time.perf_counter()
    await asyncio.sleep(seconds)
    delivered = (sum(client.received for client in clients) - before) / (len(PAYLOAD) + 2)
    rate = delivered / (time.perf_counter() - start)
    for poster in made:
        poster.running = False
    await asyncio.sleep(0.3)
    for transport in [poster.transport for poster in made] + [client.transport for client in clients]:
        transport.close()
    await asyncio.sleep(0.3)
    return rate, [latency for poster in made for latency in poster.latencies]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--posters", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    for _ in range(options.rounds):
        rates = []
        for name, command in (("bare", (sys.executable, "-c", BARE)), ("longwire", longwire("connect_app"))):
            with started(*command) as process:
                rate, latencies = asyncio.run(load(process, options.connections, options.posters, options.seconds))
            report(name, rate, "delivered posts", latencies)
            rates.append(rate)
        ratios.append(rates[1] / rates[0])
    print(f"ratio to bare, median of {options.rounds}: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
