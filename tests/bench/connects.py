"""Handshakes per second, with a $connect function and without one.

    python tests/bench/connects.py [--side-by-side 20] [--seconds 5]

Each client closes its connection as soon as it is open, and opens the next one.
"""

import argparse
import asyncio
import time

from load import CLOSE, Client, connected, longwire, report, started


async def one_after_the_other(url: str, until: float, latencies: list[float]) -> None:
    while (now := time.perf_counter()) < until:
        client = Client(url)
        await connected(client)
        latencies.append(time.perf_counter() - now)
        client.transport.write(CLOSE)
        client.transport.close()


async def load(url: str, side_by_side: int, seconds: float) -> list[float]:
    latencies: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(one_after_the_other(url, until, latencies) for _ in range(side_by_side)))
    return latencies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side-by-side", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    for name, app in (("with $connect", "connect_app"), ("without", "echo_app")):
        with started(*longwire(app)) as process:
            url = process["websocket_url"]
            asyncio.run(load(url, options.side_by_side, 1))
            latencies = asyncio.run(load(url, options.side_by_side, options.seconds))
            report(name, len(latencies) / options.seconds, "connects", latencies)


if __name__ == "__main__":
    main()
