"""A day in seconds: connections that send a heartbeat every five minutes and come back when they are closed.

    python tests/bench/day.py [--connections 100] [--hours 24]

Each connection is closed after two hours by API Gateway's limit, and opened again. Says how long the day took.
"""

import argparse
import asyncio
import time
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from longwire.emulator import Options
from longwire.harness import LongwireServer
from longwire.template.load import load
from longwire.testing import AsyncClient, Target

TEMPLATE = Path(__file__).parent / "echo_app" / "template.yaml"
STEP = 300  # seconds between two heartbeats


class Device:
    """Sends, hears the echo, and connects again when its connection is gone."""

    def __init__(self, url: str) -> None:
        self.target = Target(url)
        self.client = AsyncClient(self.target)
        self.answers = 0
        self.closes = 0

    async def connect(self) -> None:
        self.client = await AsyncClient(self.target).__aenter__()

    async def beat(self) -> None:
        try:
            await self.client.send("beat")
            self.answers += await self.client.receive_text(timeout=20) == "beat"
        except ConnectionClosed:
            self.closes += 1
            await self.connect()


async def day(server: LongwireServer, count: int, hours: float) -> list[Device]:
    devices = [Device(server.url) for _ in range(count)]
    await asyncio.gather(*(device.connect() for device in devices))
    for _ in range(int(hours * 3600 / STEP)):
        await asyncio.gather(*(device.beat() for device in devices))
        await asyncio.to_thread(server.advance, STEP)
    await asyncio.gather(*(device.client.close() for device in devices))
    return devices


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--hours", type=float, default=24)
    options = parser.parse_args()
    server = LongwireServer(load(TEMPLATE), Options(port=0))
    start, began = time.perf_counter(), server.emulator.clock()
    devices = asyncio.run(day(server, options.connections, options.hours))
    took, passed = time.perf_counter() - start, server.emulator.clock() - began
    server.close()
    answers, closes = (sum(getattr(device, name) for device in devices) for name in ("answers", "closes"))
    print(f"{passed / 3600:.1f} h in {took:.1f} s: {answers:,} messages and answers, {closes:,} closes")


if __name__ == "__main__":
    main()
