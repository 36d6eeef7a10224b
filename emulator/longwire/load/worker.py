"""One process of a load: ``python -m longwire.load.worker``, told what to do by one line of JSON on its input.

It prints a line of JSON each second, and ends when its input ends: whoever started it may be gone.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from longwire.event_loop import new_event_loop
from longwire.load.clients import Clients
from longwire.load.connection import Target
from longwire.load.scenario import Scenario
from longwire.load.scenario_file import read_scenario

__all__ = ["Order", "work"]

EVERY = 1.0  # seconds between two reports


@dataclass(frozen=True, slots=True)
class Order:
    """``start`` is the monotonic clock's time in seconds; ``index`` is this process's, of ``processes``."""

    url: str
    file: str
    index: int
    processes: int
    seed: int
    start: float

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


async def work(order: Order, scenario: Scenario) -> None:
    target = Target.of(order.url, scenario.query, scenario.headers, scenario.subprotocol)
    indexes = range(order.index, scenario.most_connections, order.processes)
    chance = random.Random(f"{order.seed} {order.index}")  # noqa: S311 - a load is to be repeatable
    clients = Clients(scenario, target, indexes, chance, time.monotonic_ns)
    loop = asyncio.get_running_loop()
    start = loop.time() + order.start - time.monotonic()
    clients.start(start)
    total = 0
    for second in range(1, int(scenario.seconds / EVERY) + 2):
        end = min(start + second * EVERY, start + scenario.seconds)
        await asyncio.sleep(max(0.0, end - loop.time()))
        total += tell(clients)
        if end >= start + scenario.seconds:
            break
    await clients.finish(lambda: total + waiting(clients) > 0)
    tell(clients)


def tell(clients: Clients) -> int:
    """How many answers of that second are not here yet; less than 0 when older ones came."""
    tally = clients.take_tally()
    sys.stdout.write(json.dumps(tally.tell()) + "\n")
    sys.stdout.flush()
    return tally.counts["expected"] - len(tally.latency)


def waiting(clients: Clients) -> int:
    return clients.tally.counts["expected"] - len(clients.tally.latency)


async def until_left_alone(order: Order, scenario: Scenario) -> None:
    """Until it is done, or nobody is there any more to be told."""
    loop = asyncio.get_running_loop()
    done = loop.create_task(work(order, scenario))
    loop.add_reader(sys.stdin.fileno(), lambda: sys.stdin.readline() or done.cancel())
    await asyncio.wait([done])
    if not done.cancelled():
        done.result()


def main() -> None:
    line = sys.stdin.readline()
    if not line:  # whoever started it is gone already
        return
    order = Order(**json.loads(line))
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(until_left_alone(order, read_scenario(Path(order.file))))


if __name__ == "__main__":
    main()
