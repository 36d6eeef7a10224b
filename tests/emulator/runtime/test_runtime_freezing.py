"""Environments between invocations."""

import asyncio
from pathlib import Path

import pytest

from longwire.runtime.limits import RuntimeLimits
from running_functions import SLOW, Make, alive, state, until

pytestmark = pytest.mark.asyncio

COUNTER = """
import os, threading, time
from pathlib import Path
counter = Path(__file__).with_name("counter")
counter.write_bytes(b"")
def count():
    while True:
        with counter.open("ab") as file:
            file.write(b".")
        time.sleep(0.001)
def handler(event, context):
    if event == "start":
        threading.Thread(target=count, daemon=True).start()
    while event and not counter.stat().st_size:
        time.sleep(0.001)
    return os.getpid()
"""


async def test_a_background_thread_stops_between_invocations(world: Make, tmp_path: Path) -> None:
    it = world(COUNTER, names="App Other")
    counter = tmp_path / "counter"
    pid = await it.call("start")
    await until(lambda: state(pid) == "T")
    assert counter.stat().st_size > 0
    await it.call(function="Other")  # takes a cold start's time, and empties the file
    assert counter.stat().st_size == 0
    assert await it.call("until the thread has written again") == pid


async def test_subprocesses_of_the_handler_are_frozen_with_it(world: Make) -> None:
    it = world("import subprocess\ndef handler(event, context): return subprocess.Popen(['sleep', '300']).pid")
    pid = await it.call()
    await until(lambda: state(pid) == "T")


async def test_a_frozen_environment_answers_the_next_invocation(world: Make) -> None:
    it = world("import os\ndef handler(event, context): return os.getpid()")
    pid = await it.call()
    await until(lambda: state(pid) == "T")
    assert await it.call() == pid


async def test_idle_environments_end_but_for_the_last_one(world: Make) -> None:
    it = world(SLOW, limits=RuntimeLimits(idle=0.2))
    pids = await asyncio.gather(*(it.call(0.3) for _ in range(3)))
    await until(lambda: sum(alive(pid) for pid in pids) == 1)
