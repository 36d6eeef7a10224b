"""Invocations that fail: by an error, a timeout, the end of their process."""

import pytest

from running_functions import Make, alive, until

pytestmark = pytest.mark.asyncio


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
