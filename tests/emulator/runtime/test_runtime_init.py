"""What happens before the first invocation, and when it fails."""

import asyncio
from pathlib import Path

import pytest

from longwire.runtime.limits import RuntimeLimits
from running_functions import Make, until

pytestmark = pytest.mark.asyncio


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
    text, *advice = it.listener.of("stderr")
    assert [line[:32] for line in advice] == ["longwire: nowhere is not install"] * ("nowhere" in source)
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
