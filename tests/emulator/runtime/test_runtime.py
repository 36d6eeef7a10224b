import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from longwire.core.api import Function
from longwire.core.events import InvocationFinished, Invoke
from longwire.errors import EnvironmentFailed
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.runtime import Report, Runtime, RuntimeLimits

pytestmark = pytest.mark.asyncio


@dataclass
class Listener:
    """Records what it is told, in order."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    lines: list[tuple[str | None, str, str]] = field(default_factory=list)

    def invocation_started(self, invocation_id: str, function: str, cold: bool) -> None:
        self.events.append(("started", (invocation_id, function, cold)))

    def invocation_finished(self, report: Report) -> None:
        self.events.append(("finished", report.invocation_id))
        self.reports[report.invocation_id] = report

    def logged(self, function: str, invocation_id: str | None, stream: str, line: str) -> None:  # noqa: ARG002
        self.events.append(("line", line))
        self.lines.append((invocation_id, stream, line))

    def of(self, stream: str) -> list[str]:
        return [line for _, kind, line in self.lines if kind == stream]


@dataclass
class World:
    runtime: Runtime
    listener: Listener
    folder: Path
    functions: dict[str, Function]
    answers: list[str] = field(default_factory=list)
    count: int = 0

    def write(self, source: str) -> None:
        (self.folder / "app.py").write_text(textwrap.dedent(source))

    def start(self, event: Any = None, function: str = "App") -> "asyncio.Future[InvocationFinished]":
        self.count += 1
        answer: asyncio.Future[InvocationFinished] = asyncio.get_running_loop().create_future()
        invocation = Invoke(f"inv-{self.count}", function, json.dumps(event), "conn", "$default")

        def done(result: InvocationFinished) -> None:
            self.answers.append(result.invocation_id)
            answer.set_result(result)

        self.runtime.invoke(invocation, done)
        return answer

    async def finish(self, event: Any = None, function: str = "App") -> InvocationFinished:
        return await asyncio.wait_for(self.start(event, function), 20)

    async def call(self, event: Any = None, function: str = "App") -> Any:
        result = await self.finish(event, function)
        assert result.error == "", result
        return json.loads(result.payload)


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is another process's
            await asyncio.sleep(0.005)


def alive(pid: int) -> bool:
    return state(pid) not in ("gone", "Z")


def state(pid: int) -> str:
    """T for a stopped process, S for one that waits, Z for one that is dead and not yet reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"


Make = Callable[..., World]


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[Make]:
    """``world(source, limits=..., **function)`` runs ``app.handler``."""
    made: list[World] = []

    def make(source: str, *, limits: RuntimeLimits | None = None, names: str = "App", **settings: Any) -> World:
        listener = Listener()
        common = {"handler": "app.handler", "runtime": "python3.11", "code": str(tmp_path), "timeout": 10.0, **settings}
        functions = {name: Function(name, name.lower(), **common) for name in names.split()}
        runtime = Runtime(
            functions,
            lambda function: variables(
                function, region="eu-west-1", account_id="123456789012", stage="dev", endpoints=Endpoints(9, 9)
            ),
            listener,
            limits=limits,
        )
        made.append(World(runtime, listener, tmp_path, functions))
        made[-1].write(source)
        return made[-1]

    yield make
    for each in made:
        await each.runtime.close(0)


# --- one invocation


async def test_a_handler_gets_the_event_and_its_answer_comes_back(world: Make) -> None:
    it = world("def handler(event, context): return {'got': event}")
    assert await it.call({"text": "grüße 🎈", "n": [1, 2.5, None]}) == {
        "got": {"text": "grüße 🎈", "n": [1, 2.5, None]}
    }


async def test_invoke_does_not_call_back_before_it_returns(world: Make) -> None:
    it = world("def handler(event, context): return 1", reserved_concurrency=0)
    it.start()
    assert it.answers == []
    await until(lambda: it.answers == ["inv-1"])


async def test_big_events_and_answers_pass_whole(world: Make) -> None:
    it = world("def handler(event, context): return event * 30")
    text = "x" * 131_072
    assert await it.call(text) == text * 30


async def test_the_request_id_is_a_uuid_and_not_the_invocation_id(world: Make) -> None:
    it = world("def handler(event, context): return context.aws_request_id")
    request_id = await it.call()
    assert len(request_id) == 36
    assert it.listener.reports["inv-1"].request_id == request_id


async def test_the_log_has_lambdas_own_lines_around_what_the_handler_prints(world: Make) -> None:
    it = world("def handler(event, context): print('in between')")
    await it.call()
    report = it.listener.reports["inv-1"]
    start, printed, end, line = [line for _, _, line in it.listener.lines]
    assert start == f"START RequestId: {report.request_id} Version: $LATEST"
    assert printed == "in between"
    assert end == f"END RequestId: {report.request_id}"
    assert report.init_ms is not None
    assert line == (
        f"REPORT RequestId: {report.request_id}\tDuration: {report.duration_ms:.2f} ms"
        f"\tBilled Duration: {report.billed_ms} ms\tMemory Size: 128 MB\tMax Memory Used: {report.max_memory_mb} MB"
        f"\tInit Duration: {report.init_ms:.2f} ms\t"
    )
    assert 5 < report.max_memory_mb < 100


async def test_only_the_first_invocation_of_an_environment_is_cold(world: Make) -> None:
    it = world("import os\ndef handler(event, context): return os.getpid()")
    pids = [await it.call() for _ in range(3)]
    assert len(set(pids)) == 1
    started = [data for kind, data in it.listener.events if kind == "started"]
    assert started == [("inv-1", "App", True), ("inv-2", "App", False), ("inv-3", "App", False)]
    assert it.listener.reports["inv-2"].init_ms is None


async def test_the_module_is_imported_once_and_keeps_its_state(world: Make) -> None:
    it = world("seen = []\ndef handler(event, context):\n    seen.append(event)\n    return seen")
    await it.call(1)
    assert await it.call(2) == [1, 2]


async def test_the_report_comes_before_the_answer(world: Make) -> None:
    it = world("def handler(event, context): return 1")
    answer = it.start()
    answer.add_done_callback(lambda _: it.listener.events.append(("answered", None)))
    await answer
    await until(lambda: it.listener.events[-1][0] == "answered")
    assert it.listener.events[-2] == ("finished", "inv-1")


# --- failures


async def test_a_handler_that_raises_is_reported_with_its_type_message_and_trace(world: Make) -> None:
    it = world(
        """
        def inner():
            raise KeyError("who")
        def handler(event, context):
            inner()
        """
    )
    result = await it.finish()
    assert (result.error, result.error_type, result.error_message) == ("raised", "KeyError", "'who'")
    report = it.listener.reports["inv-1"]
    assert "in inner" in report.stack_trace
    assert "bootstrap" not in report.stack_trace
    (told,) = it.listener.of("stderr")
    assert told.startswith("[ERROR] KeyError: 'who'\nTraceback (most recent call last):\n  File ")
    assert f'{it.folder}/app.py", line 5, in handler' in told


async def test_an_environment_survives_a_handler_that_raises(world: Make) -> None:
    it = world("import os\ndef handler(event, context):\n    if event: raise ValueError\n    return os.getpid()")
    before = await it.call()
    assert (await it.finish(1)).error == "raised"
    assert await it.call() == before


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{1, 2}", "Unable to marshal response: Object of type set is not JSON serializable"),
        ("object", "Unable to marshal response: Object of type type is not JSON serializable"),
    ],
)
async def test_an_answer_that_is_no_json_is_a_marshal_error(world: Make, value: str, message: str) -> None:
    it = world(f"def handler(event, context): return {value}")
    result = await it.finish()
    assert (result.error, result.error_type, result.error_message) == ("raised", "Runtime.MarshalError", message)


async def test_dynamodbs_numbers_can_be_answered(world: Make) -> None:
    it = world(
        "from decimal import Decimal\ndef handler(event, context): return [Decimal('3'), Decimal('2.5'), Decimal('-1')]"
    )
    assert (await it.finish()).payload == "[3,2.5,-1]"


@pytest.mark.parametrize(("size", "error_type"), [(6_291_554, ""), (6_291_555, "Function.ResponseSizeTooLarge")])
async def test_answers_end_at_six_megabytes(world: Make, size: int, error_type: str) -> None:
    it = world("def handler(event, context): return 'x' * event")
    result = await it.finish(size)
    assert result.error_type == error_type
    if error_type:
        assert result.error_message == "Response payload size exceeded maximum allowed payload size (6291556 bytes)."


async def test_a_timeout_kills_the_process_and_says_so_in_lambdas_words(world: Make) -> None:
    it = world(
        "import os, time\ndef handler(event, context):\n    print(os.getpid())\n    time.sleep(event)", timeout=0.3
    )
    result = await it.finish(30)
    request_id = it.listener.reports["inv-1"].request_id
    assert result.error == "timed_out"
    assert result.error_type == "Sandbox.Timedout"
    assert result.error_message == f"{request_id} Task timed out after 0.30 seconds"
    assert any(line.endswith(f"Z {result.error_message}") for line in it.listener.of("platform"))
    assert it.listener.of("platform")[-1].endswith("\tStatus: timeout\t")
    assert it.listener.reports["inv-1"].duration_ms == 300
    pid = int(it.listener.of("stdout")[0])
    await until(lambda: not alive(pid))
    assert await it.call(0) is None


async def test_a_timeout_kills_the_handlers_subprocesses_too(world: Make) -> None:
    it = world(
        """
        import subprocess
        def handler(event, context):
            child = subprocess.Popen(["sleep", "300"])
            print(child.pid)
            child.wait()
        """,
        timeout=0.3,
    )
    assert (await it.finish()).error == "timed_out"
    pid = int(it.listener.of("stdout")[0])
    await until(lambda: not alive(pid))


async def test_the_handler_knows_how_much_time_is_left(world: Make) -> None:
    it = world("def handler(event, context): return context.get_remaining_time_in_millis()", timeout=7.0)
    assert 6000 < await it.call() <= 7000


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("os._exit(1)", "Runtime exited with error: exit status 1"),
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("ctypes.string_at(0)", "Runtime exited with error: signal: segmentation fault"),
    ],
)
async def test_a_process_that_ends_is_a_crash(world: Make, how: str, status: str) -> None:
    it = world(
        f"import ctypes, os, sys\ndef handler(event, context):\n    print('before')\n    if event: {how}\n    return 1"
    )
    result = await it.finish(1)
    request_id = it.listener.reports["inv-1"].request_id
    assert (result.error, result.error_type) == ("crashed", "Runtime.ExitError")
    assert result.error_message == f"RequestId: {request_id} Error: {status}"
    assert "before" in it.listener.of("stdout")
    assert f"{result.error_message}\nRuntime.ExitError" in it.listener.of("platform")
    assert it.listener.of("platform")[-1].endswith("\tStatus: error\tError Type: Runtime.ExitError\t")
    assert await it.call() == 1


async def test_a_crash_is_seen_although_a_forked_process_lives_on(world: Make) -> None:
    it = world(
        """
        import os, time
        def handler(event, context):
            if os.fork() == 0:
                time.sleep(300)
            os._exit(4)
        """
    )
    result = await it.finish()
    assert result.error_message.endswith("exit status 4")


# --- init


@pytest.mark.parametrize(
    ("source", "error_type", "message", "told"),
    [
        (
            "import nowhere",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nowhere'",
            "app.py",
        ),
        (
            "def handler(:",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': invalid syntax (app.py, line 1)",
            'app.py" Line 1\n    def handler(:',
        ),
        (
            "handle = None",
            "Runtime.HandlerNotFound",
            "Handler 'handler' missing on module 'app'",
            "[ERROR] Runtime.HandlerNotFound",
        ),
        ("1 / 0", "ZeroDivisionError", "division by zero", 'app.py", line 1, in <module>'),
    ],
)
async def test_a_failed_init_is_told_once_and_answers_each_invocation(
    world: Make, source: str, error_type: str, message: str, told: str
) -> None:
    it = world(source)
    for _ in range(2):
        result = await it.finish()
        assert (result.error, result.error_type, result.error_message) == ("init_failed", error_type, message)
    (text,) = it.listener.of("stderr")
    assert text.startswith(f"[ERROR] {error_type}: {message}")
    assert told in text
    assert "importlib" not in text
    init_reports = [line for line in it.listener.of("platform") if line.startswith("INIT_REPORT")]
    assert len(init_reports) == 2
    assert init_reports[0].endswith(f"\tPhase: init\tStatus: error\tError Type: {error_type}")


async def test_an_exit_at_import_fails_the_init(world: Make) -> None:
    it = world("import sys\nprint('reading configuration')\nsys.exit('no configuration')")
    result = await it.finish()
    assert (result.error, result.error_type) == ("init_failed", "Runtime.ExitError")
    assert result.error_message.endswith("Runtime exited with error: exit status 1")
    assert it.listener.of("stdout") == ["reading configuration"]
    assert it.listener.of("stderr") == ["no configuration"]


async def test_a_failed_init_is_tried_again_by_the_next_invocation(world: Make) -> None:
    it = world("import nowhere")
    assert (await it.finish()).error == "init_failed"
    it.write("def handler(event, context): return 'mended'")
    assert await it.call() == "mended"


async def test_a_failed_init_answers_everybody_who_waited_for_it(world: Make) -> None:
    it = world("import time; time.sleep(0.1); raise RuntimeError('no')")
    results = await asyncio.gather(*(it.finish() for _ in range(20)))
    assert {result.error for result in results} == {"init_failed"}
    assert len(it.listener.of("stderr")) == 1


async def test_an_init_that_takes_too_long_is_tried_again_within_the_functions_timeout(world: Make) -> None:
    it = world(
        """
        import pathlib, time
        marker = pathlib.Path(__file__).with_name("second")
        if not marker.exists():
            marker.touch()
            time.sleep(300)
        time.sleep(0.4)
        def handler(event, context): return "initialised"
        """,
        limits=RuntimeLimits(init=0.3),
        timeout=20.0,
    )
    assert await it.call() == "initialised"
    (report,) = [line for line in it.listener.of("platform") if line.startswith("INIT_REPORT")]
    assert report.endswith("\tPhase: init\tStatus: timeout")


async def test_an_init_that_takes_too_long_twice_times_out(world: Make) -> None:
    it = world("import time; time.sleep(300)", limits=RuntimeLimits(init=0.2), timeout=0.2)
    result = await it.finish()
    assert result.error == "timed_out"
    assert result.error_message.endswith("Task timed out after 0.20 seconds")
    phases = [line.split("\t")[1] for line in it.listener.of("platform") if line.startswith("INIT_REPORT")]
    assert phases == ["Phase: init", "Phase: invoke"]


async def test_a_code_folder_that_is_gone_fails_the_init_by_name(world: Make, tmp_path: Path) -> None:
    it = world("", code=str(tmp_path / "nowhere"))
    result = await it.finish()
    assert result.error == "init_failed"
    assert str(tmp_path / "nowhere") in result.error_message


async def test_what_a_module_prints_at_import_belongs_to_no_invocation(world: Make) -> None:
    it = world("print('hello')\ndef handler(event, context): return 1")
    await it.call()
    assert (None, "stdout", "hello") in it.listener.lines


async def test_warm_starts_an_environment_ahead_of_the_first_invocation(world: Make) -> None:
    it = world("print('imported')\ndef handler(event, context): return 1")
    it.runtime.warm("App")
    it.runtime.warm("App")
    await until(lambda: it.listener.of("stdout") == ["imported"])
    await it.call()
    assert it.listener.of("stdout") == ["imported"]


# --- concurrency

SLOW = "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()"


async def test_three_slow_invocations_run_side_by_side(world: Make) -> None:
    it = world(SLOW)
    started = time.monotonic()
    pids = await asyncio.gather(*(it.call(1) for _ in range(3)))
    assert time.monotonic() - started < 2
    assert len(set(pids)) == 3


async def test_a_burst_of_short_invocations_starts_few_processes(world: Make) -> None:
    it = world(SLOW)
    await it.call(0)
    pids = await asyncio.gather(*(it.call(0) for _ in range(50)))
    assert len(set(pids)) <= 3


async def test_our_own_limit_lets_invocations_wait(world: Make) -> None:
    it = world(SLOW, limits=RuntimeLimits(max_environments_per_function=2))
    pids = await asyncio.gather(*(it.call(0.1) for _ in range(6)))
    assert len(set(pids)) <= 2


async def test_invocations_that_wait_are_served_in_order(world: Make) -> None:
    it = world(SLOW, limits=RuntimeLimits(max_environments_per_function=1))
    await asyncio.gather(*(it.call(0) for _ in range(10)))
    assert it.answers == [f"inv-{number}" for number in range(1, 11)]


async def test_the_total_limit_is_shared_by_ending_idle_environments(world: Make) -> None:
    it = world(SLOW, names="One Two Three", limits=RuntimeLimits(max_environments=2))
    pids = [await it.call(0, name) for name in ("One", "Two", "Three")]
    assert len(set(pids)) == 3
    await until(lambda: not alive(pids[0]))
    assert alive(pids[1])
    assert alive(pids[2])


async def test_reserved_concurrency_throttles_what_is_beyond_it(world: Make) -> None:
    it = world(SLOW, reserved_concurrency=2)
    results = await asyncio.gather(*(it.finish(0.2) for _ in range(3)))
    assert [result.error for result in results] == ["", "", "throttled"]
    assert results[2].error_type == "TooManyRequestsException"
    assert results[2].error_message == "Rate Exceeded."
    assert (await it.finish(0)).error == ""


async def test_a_reserved_concurrency_of_zero_throttles_everything(world: Make) -> None:
    it = world(SLOW, reserved_concurrency=0)
    assert (await it.finish(0)).error == "throttled"
    assert it.listener.events == [("finished", "inv-1")]


# --- freeze

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


# --- change and end


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


async def test_windows_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(EnvironmentFailed, match="Windows is not supported"):
        Runtime({}, lambda _: {}, Listener())


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
