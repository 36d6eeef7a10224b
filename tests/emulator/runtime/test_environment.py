import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from longwire.core.events import Invoke
from longwire.errors import EnvironmentFailed
from longwire.runtime.environment import Call, Environment
from longwire.runtime.launch import Launch
from longwire.runtime.outcome import Outcome

pytestmark = pytest.mark.asyncio


@dataclass
class Recorder:
    """An Owner that writes down what it is told."""

    told: list[tuple[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, what: str, data: Any = None) -> None:
        self.told.append((what, data))
        self.changed.set()

    def ready(self, environment: Environment) -> None:  # noqa: ARG002 - the Protocol's signature, here and below
        self.tell("ready")

    def init_failed(self, environment: Environment, outcome: Outcome) -> None:  # noqa: ARG002
        self.tell("init_failed", outcome)

    def answered(self, environment: Environment, outcome: Outcome) -> None:  # noqa: ARG002
        self.tell("answered", outcome)

    def available(self, environment: Environment) -> None:  # noqa: ARG002
        self.tell("available")

    def printed(self, environment: Environment, stream: str, line: str) -> None:  # noqa: ARG002
        self.tell(stream, line)

    def ended(self, environment: Environment, status: str) -> None:  # noqa: ARG002
        self.tell("ended", status)

    async def next(self, what: str) -> Any:
        """Wait for something, and forget all that was told up to then."""
        async with asyncio.timeout(20):
            while what not in [kind for kind, _ in self.told]:
                self.changed.clear()
                await self.changed.wait()
        index = [kind for kind, _ in self.told].index(what)
        data, self.told = self.told[index][1], self.told[index + 1 :]
        return data


Start = Callable[[str], tuple[Environment, Recorder]]


@pytest_asyncio.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    made: list[tuple[Environment, Recorder]] = []

    def run(source: str) -> tuple[Environment, Recorder]:
        (tmp_path / "app.py").write_text(source)
        variables = {"_HANDLER": "app.handler", "LAMBDA_TASK_ROOT": str(tmp_path), "PATH": "/usr/bin:/bin"}
        owner = Recorder()
        environment = Environment.start(owner, Launch(sys.executable, "arn", str(tmp_path), variables, ""))
        made.append((environment, owner))
        return made[-1]

    yield run
    for environment, owner in made:
        if environment.process.returncode is None:
            environment.kill()
            await owner.next("ended")


def call(event: Any = None) -> Call:
    return Call(Invoke("inv", "App", json.dumps(event), "", ""), lambda _: None, "req", 0.0)


async def test_it_is_ready_then_answers_then_ends(start: Start) -> None:
    environment, owner = start("def handler(event, context): return event")
    await owner.next("ready")
    environment.begin(call([1]), 10**13, "Root=1")
    outcome = await owner.next("answered")
    assert outcome.payload == "[1]"
    assert outcome.memory_mb > 5
    environment.kill()
    assert await owner.next("ended") == "signal: killed"
    assert owner.told == []


async def test_native_output_comes_before_the_answer_to_which_it_belongs(start: Start) -> None:
    environment, owner = start(
        "import os\ndef handler(event, context):\n    os.write(2, b'native')\n    print('python')"
    )
    await owner.next("ready")
    environment.begin(call(), 10**13, "Root=1")
    await owner.next("answered")
    environment.begin(call(), 10**13, "Root=1")
    await owner.next("answered")
    assert owner.told == []


async def test_an_init_error_is_told_and_the_process_lives_until_it_is_killed(start: Start) -> None:
    environment, owner = start("1 / 0")
    outcome = await owner.next("init_failed")
    assert (outcome.error, outcome.error_type) == ("init_failed", "ZeroDivisionError")
    assert not environment.exited()


@pytest.mark.parametrize(("how", "status"), [("sys.exit(0)", ""), ("os._exit(7)", "exit status 7")])
async def test_an_exit_is_told_with_its_status(start: Start, how: str, status: str) -> None:
    _, owner = start(f"import os, sys; {how}")
    assert await owner.next("ended") == status


async def test_nothing_is_told_of_a_result_that_comes_after_the_kill(start: Start) -> None:
    environment, owner = start("def handler(event, context): return 1")
    await owner.next("ready")
    environment.begin(call(), 10**13, "Root=1")
    environment.kill()
    await owner.next("ended")
    assert owner.told == []


async def test_a_frozen_one_answers_after_it_is_thawed_by_the_next_call(start: Start) -> None:
    environment, owner = start("def handler(event, context): return 1")
    await owner.next("ready")
    environment.freeze()
    environment.begin(call(), 10**13, "Root=1")
    assert (await owner.next("answered")).payload == "1"


async def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    launch = Launch(sys.executable, "arn", str(tmp_path / "nowhere"), {}, "")
    with pytest.raises(EnvironmentFailed, match="nowhere"):
        Environment.start(Recorder(), launch)


async def test_the_memory_of_a_running_one_can_be_asked_for(start: Start) -> None:
    environment, owner = start("block = bytearray(80_000_000)\ndef handler(event, context): return 1")
    await owner.next("ready")
    assert environment.peak_memory_mb() > 76
