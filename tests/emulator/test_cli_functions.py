"""``longwire dev --function``: programs in the place of a template's runtimes."""

import asyncio
import shlex
import signal
import sys
from pathlib import Path

import pytest
from websockets.sync.client import connect

from longwire_command import Dev, run
from running_functions import alive, until

RIC = f"{shlex.quote(sys.executable)} -m awslambdaric app.echo"


def of_java(project: Path) -> Path:
    template = project / "template.yaml"
    before, echo = template.read_text().split("  Echo:\n", 1)
    template.write_text(f"{before}  Echo:\n{echo.replace('Runtime: python3.13', 'Runtime: java21', 1)}")
    return template


@pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric has wheels for Linux alone")
def test_a_command_runs_the_function_whatever_its_runtime(project: Path, dev: Dev) -> None:
    of_java(project)
    with dev("--port", "0", "--function", f"Echo={RIC}") as running, connect(running.ready["websocket_url"]) as ws:
        ws.send("hi")
        assert ws.recv(10) == "hello hi"
        while (log := running.until("log"))["stream"] == "platform":
            pass
        assert (log["function"], log["line"]) == ("Echo", "heard hi")
        ws.send("env")
        shown = str(ws.recv(10))
        assert "AKIAREAL" not in shown
        assert "prod" not in shown
        assert "_LONGWIRE" not in shown
        ws.send("boom")
        assert "Internal server error" in str(ws.recv(10))
        ws.send("again")
        assert ws.recv(10) == "hello again"


@pytest.mark.skipif(sys.platform != "linux", reason="awslambdaric has wheels for Linux alone")
def test_the_program_ends_with_a_longwire_that_is_killed(dev: Dev) -> None:
    with dev("--port", "0", "--function", f"Echo={RIC}", ends_with=-signal.SIGKILL) as running:
        with connect(running.ready["websocket_url"]) as ws:
            ws.send("pid")
            pid = int(ws.recv(10))
            assert alive(pid)
            running.process.kill()
        asyncio.run(until(lambda: not alive(pid)))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at the parent's death is Linux's")
def test_a_program_that_is_busy_and_looks_at_nothing_ends_as_well(project: Path, dev: Dev) -> None:
    (project / "busy.py").write_text("import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True: pass\n")
    busy = f"Echo={shlex.quote(sys.executable)} busy.py"
    with dev("--port", "0", "--function", busy, ends_with=-signal.SIGKILL) as running:
        with connect(running.ready["websocket_url"]) as ws:
            ws.send("start")
            asyncio.run(until(lambda: (project / "pid").exists() and (project / "pid").read_text() != ""))
            pid = int((project / "pid").read_text())
            assert alive(pid)
            running.process.kill()
        asyncio.run(until(lambda: not alive(pid), 2))


def test_without_it_the_runtime_is_refused_with_its_line_and_the_option(project: Path, env: dict[str, str]) -> None:
    template = of_java(project)
    line = [number for number, text in enumerate(template.read_text().splitlines(), 1) if "java21" in text]
    result = run(project, env, "dev", "--port", "0")

    assert result.returncode == 1
    assert f"template.yaml:{line[0]}:" in result.stderr
    assert "Echo.Runtime: the runtime java21 is not emulated" in result.stderr
    assert "--function Echo=COMMAND" in result.stderr


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("Echo=no-such-program", "there is no program no-such-program on PATH"),
        ("Ecko=true", "the template has no such function: Did you mean Echo?"),
        ("Echo=http://example.com", "nothing leaves this machine"),
    ],
)
def test_a_value_that_names_nothing_here_is_refused(
    project: Path, env: dict[str, str], value: str, message: str
) -> None:
    result = run(project, env, "dev", "--port", "0", "--function", value)

    assert result.returncode == 1
    assert f"longwire: --function {value.partition('=')[0]}" in result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
