"""Environments that make way for changed code, or are gone."""

import json
import os
import signal
from dataclasses import replace

import pytest

from running_functions import SLOW, Make, alive, until

pytestmark = pytest.mark.asyncio


async def test_changed_code_is_used_by_the_next_invocation(world: Make) -> None:
    it = world("def handler(event, context): return 1")
    assert await it.call() == 1
    it.write("def handler(event, context): return 2")
    it.runtime.replace("App")
    assert await it.call() == 2


async def test_a_busy_environment_finishes_before_it_is_replaced(world: Make) -> None:
    it = world(SLOW)
    running = it.start(0.5)
    await until(lambda: any(kind == "started" for kind, _ in it.listener.events))
    it.write("def handler(event, context): return 'new'")
    it.runtime.replace("App")
    assert await it.call() == "new"
    pid = json.loads((await running).payload)
    await until(lambda: not alive(pid))


async def test_code_that_changes_while_it_is_imported_is_imported_again(world: Make) -> None:
    it = world("import time; print('importing', flush=True); time.sleep(300)")
    answer = it.start()
    await until(lambda: it.listener.of("stdout") == ["importing"])
    it.write("def handler(event, context): return 'new'")
    it.runtime.replace("App")
    assert json.loads((await answer).payload) == "new"


async def test_an_environment_that_is_killed_while_idle_is_replaced(world: Make) -> None:
    it = world(SLOW)
    pid = await it.call(0)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not alive(pid))
    await until(lambda: not it.runtime.pools["App"].environments)
    assert await it.call(0) != pid


async def test_a_template_that_changes_a_function_applies_with_replace(world: Make) -> None:
    it = world("import os\ndef handler(event, context): return os.environ['GREETING']", environment={"GREETING": "hi"})
    assert await it.call() == "hi"
    it.functions["App"] = replace(it.functions["App"], environment={"GREETING": "moin"})
    it.runtime.replace("App")
    assert await it.call() == "moin"
