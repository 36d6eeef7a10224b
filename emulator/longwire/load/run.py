"""A load from the command line's side: its processes, what they tell, and how far it is."""

import json
import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from longwire.errors import EnvironmentFailed, UsageError
from longwire.load.connection import Target
from longwire.load.result import Result
from longwire.load.scenario import Scenario
from longwire.load.tally import Tally
from longwire.load.worker import Order

__all__ = ["LOOPBACK", "run_load"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
LEAD = 0.7  # seconds for a process to start
FOR_ONE = 1000  # connections that one process has without another one's help
SPARE = 50  # descriptors of a process for other things
Progress = Callable[[int, Tally], None]


def run_load(
    scenario: Scenario, url: str, file: Path, *, seed: int, processes: int | None, progress: Progress
) -> Result:
    """Blocks until it is over. ``progress`` gets each second's number and figures.

    Raises UsageError for a URL that is none, and where this machine has too few descriptors; EnvironmentFailed when a
    process is gone before its end.
    """
    try:
        Target.of(url, scenario.query, scenario.headers, scenario.subprotocol)
    except ValueError as exc:
        raise UsageError(str(exc)) from exc
    count = processes or min(os.cpu_count() or 1, 1 + scenario.most_connections // FOR_ONE)
    check_descriptors(scenario.most_connections // count + SPARE)
    start = time.monotonic() + LEAD
    with ExitStack() as stack:
        orders = [Order(url, str(file), index, count, seed, start) for index in range(count)]
        workers = [stack.enter_context(worker(order)) for order in orders]
        return Result(scenario, url, collect(workers, progress))


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def check_descriptors(needed: int) -> None:
    """One for each connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= needed:
        return
    if hard < needed and hard != resource.RLIM_INFINITY:
        raise UsageError(
            f"each process needs {needed:,} file descriptors, and may have {hard:,}. "
            f"Raise the limit (ulimit -n {needed}), or use more --processes"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@contextmanager
def worker(order: Order) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "longwire.load.worker"]
    # In a group of its own, so that Ctrl-C is ours alone to answer.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0)
    assert process.stdin is not None
    try:
        process.stdin.write(order.line())
        process.stdin.flush()
        yield process
    finally:
        process.kill()
        process.communicate()


def collect(workers: list[subprocess.Popen[str]], progress: Progress) -> list[Tally]:
    """One Tally a second, told as soon as all processes have told theirs."""
    seconds: list[Tally] = []
    told: list[int] = []
    place = dict.fromkeys(workers, 0)
    with selectors.DefaultSelector() as selector:
        for each in workers:
            assert each.stdout is not None
            selector.register(each.stdout, selectors.EVENT_READ, each)
        while selector.get_map():
            for key, _ in selector.select():
                line = key.data.stdout.readline()
                if not line:
                    selector.unregister(key.fileobj)
                    continue
                number = place[key.data]
                place[key.data] += 1
                if number == len(seconds):
                    seconds.append(Tally())
                    told.append(0)
                seconds[number].take(json.loads(line))
                told[number] += 1
                if told[number] == len(workers):
                    progress(number + 1, seconds[number])
    if any(each.wait() for each in workers):
        raise EnvironmentFailed("a process of the load ended early; what it said stands above")
    return seconds
