"""Many idle connections, each let in by a $connect function: memory per connection, and closes that nobody asked for.

    python tests/bench/idle.py [--connections 10000] [--seconds 180]

Needs two file descriptors a connection, one in each process (``ulimit -n``).
"""

import argparse
import asyncio
import time

from load import Client, connected, longwire, resident_kb, started

SIDE_BY_SIDE = 100


async def open_all(url: str, count: int) -> list[Client]:
    clients = [Client(url) for _ in range(count)]
    for start in range(0, count, SIDE_BY_SIDE):
        await asyncio.gather(*(connected(client) for client in clients[start : start + SIDE_BY_SIDE]))
    return clients


async def hold(process: dict[str, str], pid: int, count: int, seconds: float) -> None:
    warm = await open_all(process["websocket_url"], SIDE_BY_SIDE)
    before, start = resident_kb(pid), time.perf_counter()
    clients = await open_all(process["websocket_url"], count)
    took = time.perf_counter() - start
    each = (resident_kb(pid) - before) / count
    print(
        f"{count:,} connections in {took:.1f} s, {each:.1f} KB resident each, {resident_kb(pid):,} KB in all",
        flush=True,
    )
    await asyncio.sleep(seconds)
    lost = sum(client.lost for client in clients)
    print(f"after {seconds:g} s: {lost} closed, {resident_kb(pid):,} KB in all")
    for client in (*warm, *clients):
        client.transport.abort()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=180)
    options = parser.parse_args()
    with started(*longwire("connect_app")) as process:
        asyncio.run(hold(process, process["pid"], options.connections, options.seconds))


if __name__ == "__main__":
    main()
