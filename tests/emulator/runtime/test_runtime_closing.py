"""The runtime's end, and what it leaves behind: nothing."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from running_functions import SLOW, Make, alive, state, until

pytestmark = pytest.mark.asyncio


async def test_close_lets_running_invocations_finish(world: Make) -> None:
    it = world(SLOW)
    answers = [it.start(0.3) for _ in range(3)]
    await it.runtime.close(10)
    results = [answer.result() for answer in answers]
    assert {result.error for result in results} == {""}
    assert not any(alive(json.loads(result.payload)) for result in results)


async def test_close_kills_what_takes_longer_than_the_grace(world: Make) -> None:
    it = world("import os, time\ndef handler(event, context):\n    print(os.getpid())\n    time.sleep(300)")
    answer = it.start()
    await until(lambda: bool(it.listener.of("stdout")))
    await it.runtime.close(0.1)
    assert answer.result().error == "crashed"
    assert not alive(int(it.listener.of("stdout")[0]))


async def test_a_closed_runtime_answers_at_once(world: Make) -> None:
    it = world(SLOW)
    await it.runtime.close(0)
    assert (await it.finish(0)).error == "crashed"


EMULATOR = """
import asyncio, os, sys
from longwire.core.api import Function
from longwire.core.events import Invoke
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.runtime import Runtime

class Listener:
    def invocation_started(self, *given): ...
    def invocation_finished(self, report): ...
    def logged(self, function, invocation_id, stream, line):
        if stream == "stdout":
            print(line, flush=True)

def lookup(function):
    return variables(function, region="eu-west-1", account_id="1", stage="dev", endpoints=Endpoints(9, 9))

async def main(folder):
    function = Function("App", "app", "app.handler", "python3.11", folder, timeout=100.0)
    runtime = Runtime({"App": function}, lookup, Listener())
    runtime.invoke(Invoke("1", "App", "null", "", ""), lambda result: None)
    await asyncio.Event().wait()

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("what", ["pass", "time.sleep(300)"], ids=["frozen", "busy"])
async def test_no_process_outlives_an_emulator_that_is_killed(tmp_path: Path, what: str) -> None:
    (tmp_path / "app.py").write_text(
        f"import os, time\ndef handler(event, context):\n    print(os.getpid())\n    {what}"
    )
    emulator = await asyncio.create_subprocess_exec(
        sys.executable, "-c", EMULATOR, str(tmp_path), stdout=subprocess.PIPE
    )
    assert emulator.stdout is not None
    pid = int(await emulator.stdout.readline())
    if what == "pass":
        await until(lambda: state(pid) == "T")
    emulator.kill()
    await until(lambda: not alive(pid), 2)
    await emulator.wait()
