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


async def test_a_deployment_brings_new_settings_functions_and_environments(world: Make) -> None:
    it = world("import os\ndef handler(event, context): return [os.environ.get('WORD'), os.getpid()]", names="App Same")
    _, before = await it.call()
    _, same = await it.call(function="Same")
    other = replace(it.functions["App"], environment={"WORD": "new"})
    new = replace(other, logical_id="New", name="new")
    it.runtime.deploy({"App": other, "Same": it.functions["Same"], "New": new}, {"App", "New"})
    word, after = await it.call()
    assert (word, after == before) == ("new", False)
    assert (await it.call(function="Same"))[1] == same
    assert (await it.call(function="New"))[0] == "new"


async def test_a_deployment_starts_a_function_that_was_at_work_and_no_other(world: Make) -> None:
    it = world("def handler(event, context): return 1", names="App Idle")
    await it.call()
    it.write("print('imported')\ndef handler(event, context): return 2")
    it.runtime.deploy(it.functions, it.functions.keys())
    await until(lambda: it.listener.of("stdout") == ["imported"])
    assert it.runtime.pools.keys() == {"App"}
    assert await it.call() == 2


async def test_a_function_that_a_deployment_leaves_out_finishes_what_it_has_and_ends(world: Make) -> None:
    it = world(SLOW)
    running = it.start(0.3)
    await until(lambda: any(kind == "started" for kind, _ in it.listener.events))
    it.runtime.deploy({}, {"App"})
    pid = json.loads((await running).payload)
    await until(lambda: not alive(pid))
    await until(lambda: not it.runtime.pools["App"].environments)


async def test_an_init_that_fails_is_seen_when_it_is_deployed_and_so_is_the_next(world: Make) -> None:
    it = world("def handler(event, context): return 1")
    await it.call()
    it.write("def handler(:")
    it.runtime.deploy(it.functions, {"App"})
    await until(lambda: len(it.listener.of("stderr")) == 1)
    it.write("def handler(;")
    it.runtime.deploy(it.functions, {"App"})
    await until(lambda: len(it.listener.of("stderr")) == 2)
    assert all("Runtime.UserCodeSyntaxError" in line for line in it.listener.of("stderr"))
