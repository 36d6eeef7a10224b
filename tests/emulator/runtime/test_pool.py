import asyncio
import json
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from longwire.clock.clock import Clock
from longwire.core.api import Function
from longwire.core.events import InvocationFinished, Invoke
from longwire.runtime.environment import Call, Environment
from longwire.runtime.lambda_log import Report
from longwire.runtime.launch import Launch
from longwire.runtime.limits import RuntimeLimits
from longwire.runtime.pool import Pool
from longwire.runtime.surroundings import Surroundings

pytestmark = pytest.mark.asyncio


class Silent:
    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None: ...
    def invocation_finished(self, report: Report) -> None: ...
    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None: ...


@dataclass
class World:
    pool: Pool
    changed: asyncio.Event
    room: bool = True

    def submit(self, event: Any) -> "asyncio.Future[Any]":
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()

        def done(result: InvocationFinished) -> None:
            answer.set_result(json.loads(result.payload) if not result.error else result.error)

        self.pool.submit(Call(Invoke("i", "App", json.dumps(event), "", ""), done, str(uuid.uuid4()), loop.time()))
        return answer

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


Make = Callable[..., World]
SOURCE = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[World] = []

    def make(source: str = SOURCE, limits: RuntimeLimits | None = None, **settings: Any) -> World:
        (tmp_path / "app.py").write_text(source)
        function = Function("App", "app", "app.handler", "python3.11", str(tmp_path), timeout=20.0, **settings)
        changed = asyncio.Event()

        def launch(given: Function) -> Launch:
            variables = {"_HANDLER": given.handler, "LAMBDA_TASK_ROOT": given.code}
            return Launch(sys.executable, "arn", given.code, variables, "")

        around = Surroundings(Silent(), limits or RuntimeLimits(), Clock(), launch, lambda: made[-1].room, changed.set)
        made.append(World(Pool(function, around), changed))
        return made[-1]

    yield make
    for each in made:
        each.pool.abandon()
        await each.until(lambda each=each: not each.pool.environments)  # type: ignore[misc]  # bound early


async def test_the_environment_used_last_is_used_first(world: Make) -> None:
    it = world()
    await asyncio.gather(it.submit(0.3), it.submit(0.3))
    first = await it.submit(0)
    assert [await it.submit(0) for _ in range(3)] == [first] * 3


async def test_no_more_environments_import_at_once_than_the_limit_says(world: Make) -> None:
    it = world("import time; time.sleep(0.1)\n" + SOURCE, RuntimeLimits(starting=2, young=60))
    most = 0
    answers = [it.submit(1) for _ in range(6)]
    while not all(answer.done() for answer in answers):
        most = max(most, sum(not each.initialised for each in it.pool.environments))
        await asyncio.wait(answers, timeout=0.005)
    assert most == 2
    assert len({answer.result() for answer in answers}) > 2


async def test_an_import_that_waits_for_something_does_not_hold_up_the_others(world: Make) -> None:
    it = world("import time; time.sleep(1)\n" + SOURCE, RuntimeLimits(starting=1))
    started = time.monotonic()
    await asyncio.gather(*(it.submit(0.5) for _ in range(3)))
    assert time.monotonic() - started < 3.5


async def test_without_room_calls_wait_until_there_is_some(world: Make) -> None:
    it = world()
    it.room = False
    answer = it.submit(0)
    done, _ = await asyncio.wait([answer], timeout=0.05)
    assert not done
    assert not it.pool.environments
    it.room = True
    assert await answer > 0


async def test_a_call_that_throttles_does_not_count(world: Make) -> None:
    it = world(reserved_concurrency=1)
    answers = [it.submit(0.2), it.submit(0), it.submit(0)]
    assert [await answer == "throttled" for answer in answers] == [False, True, True]
    assert await it.submit(0) != "throttled"


async def test_one_failed_init_answers_one_call_when_the_code_has_worked_before(world: Make, tmp_path: Path) -> None:
    it = world(limits=RuntimeLimits(starting=1))
    running = it.submit(1.5)
    async with asyncio.timeout(10):
        while not any(each.call for each in it.pool.environments):
            await asyncio.wait([running], timeout=0.005)
    (tmp_path / "app.py").write_text("raise RuntimeError")
    first, *others = [it.submit(0) for _ in range(30)]
    assert await first == "init_failed"
    assert not all(other.done() for other in others)
    assert isinstance(await running, int)
    await asyncio.gather(*others)


async def test_an_idle_environment_whose_process_is_gone_is_not_used(world: Make) -> None:
    it = world()
    pid = await it.submit(0)
    (environment,) = it.pool.idle
    environment.kill()
    assert await it.submit(0) != pid


async def test_the_longest_idle_is_the_one_to_end(world: Make) -> None:
    it = world()
    await asyncio.gather(it.submit(0.3), it.submit(0.4))
    longest: Environment | None = it.pool.longest_idle()
    assert longest is it.pool.idle[0]
    it.pool.end(longest)
    await it.until(lambda: len(it.pool.environments) == 1)
