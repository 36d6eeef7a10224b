"""Calls that wait inside an environment's socket, seen through the pool: with real processes."""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest
import pytest_asyncio

from longwire.core.events import InvocationFinished
from longwire.runtime.call_socket import CallSocket
from running_functions import Make, World

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(not CallSocket.available(), reason="no call is sent ahead on this system"),
]
PROCESSORS = os.cpu_count() or 1
SOURCE = """
import os, signal, time
def handler(event, context):
    if event == "crash":
        os._exit(3)
    if event == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    if isinstance(event, float):
        time.sleep(event)
    return [os.getpid(), event if not isinstance(event, str) else len(event)]
"""


@pytest_asyncio.fixture
async def settled(world: Make) -> World:
    """A function of very short calls, with an environment for each processor."""
    it = world(SOURCE, timeout=20.0)
    await asyncio.gather(*(it.call(0.3) for _ in range(PROCESSORS)))
    for _ in range(100):
        await it.call(0)
    return it


def ahead(it: World) -> int:
    return sum(len(each.ahead) for each in it.runtime.pool("App").environments)


def busy(it: World, seconds: float) -> list["asyncio.Future[InvocationFinished]"]:
    return [it.start(seconds) for _ in range(PROCESSORS)]


async def until_begun(it: World, running: list["asyncio.Future[InvocationFinished]"]) -> None:
    environments = it.runtime.pool("App").environments
    async with asyncio.timeout(10):
        while not all(each.calls and each.has_begun(each.calls.first()) for each in environments):
            await asyncio.wait(running, timeout=0.001)


async def test_very_short_calls_are_sent_before_the_one_before_them_is_answered(settled: World) -> None:
    busy(settled, 0.003)
    answers = [settled.start(number) for number in range(100)]
    assert ahead(settled) > 0
    assert settled.runtime.pool("App").in_flight() == PROCESSORS + 100
    results = [json.loads((await answer).payload)[1] for answer in answers]
    assert results == list(range(100))
    assert len(settled.runtime.pool("App").environments) == PROCESSORS


async def test_the_log_has_each_call_whole_before_the_next_one_of_its_environment(settled: World) -> None:
    before = len(settled.listener.events)
    await asyncio.gather(*(settled.start(0) for _ in range(40)))
    events = settled.listener.events[before:]
    running = most = 0
    for kind, _ in events:
        running += (kind == "started") - (kind == "finished")
        most = max(most, running)
    assert running == 0
    assert most <= PROCESSORS


async def test_nothing_waits_behind_a_call_that_turns_out_to_be_long(settled: World) -> None:
    short = [settled.start(0) for _ in range(4)]
    long = [settled.start(3.0) for _ in range(PROCESSORS)]
    short += [settled.start(0) for _ in range(20)]
    assert ahead(settled) > 0
    await asyncio.wait_for(asyncio.gather(*short), 20)
    assert not any(answer.done() for answer in long)
    await asyncio.gather(*long)


async def test_a_call_that_ends_its_environment_fails_alone(settled: World) -> None:
    answers = [settled.start("crash" if number == 5 else number) for number in range(60)]
    results = await asyncio.wait_for(asyncio.gather(*answers), 20)
    assert [number for number, result in enumerate(results) if result.error] == [5]
    assert results[5].error_type == "Runtime.ExitError"
    assert sorted(settled.answers) == sorted(set(settled.answers))


async def test_new_code_runs_what_the_old_code_has_not_begun(settled: World) -> None:
    old = [json.loads((await answer).payload)[0] for answer in busy(settled, 0.0)]
    running = busy(settled, 0.5)
    answers = [settled.start(number) for number in range(60)]
    assert ahead(settled) > 0
    await until_begun(settled, running)
    settled.runtime.replace("App")
    results = [json.loads((await answer).payload) for answer in answers]
    assert [number for _, number in results] == list(range(60))
    assert not {pid for pid, _ in results} & set(old)


async def test_a_process_that_is_stopped_holds_up_no_other_call(settled: World) -> None:
    stopped = settled.start("stop")
    others = [settled.start(number) for number in range(40)]
    await asyncio.wait_for(asyncio.gather(*others), 20)
    assert not stopped.done()


async def test_a_large_call_waits_for_an_environment_of_its_own(settled: World) -> None:
    answers = [settled.start("x" * (100_000 if number % 7 == 0 else 10)) for number in range(60)]
    results = [json.loads((await answer).payload)[1] for answer in answers]
    assert results == [100_000 if number % 7 == 0 else 10 for number in range(60)]


def is_stopped(pid: int) -> bool:
    """A signal takes effect when the process is scheduled, and until then it may read a call."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_nothing_is_taken_back_from_a_process_that_has_not_read_its_call(settled: World) -> None:
    environments = settled.runtime.pool("App").environments
    for each in environments:
        each.freeze()
        each.frozen = False  # so that nothing wakes it: one that waits for a processor looks like this
    async with asyncio.timeout(10):
        while not all(is_stopped(each.process.pid) for each in environments):
            await asyncio.to_thread(time.sleep, 0.002)
    answers = [settled.start(number) for number in range(30)]
    sent = ahead(settled)
    assert sent > 0
    settled.runtime.pool("App").ahead.take_back(environments)
    assert ahead(settled) == sent
    for each in environments:
        each.thaw()
    assert [json.loads((await answer).payload)[1] for answer in answers] == list(range(30))
