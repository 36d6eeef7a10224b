"""`longwire events` as a process, in the folder of a small project."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.sync.client import connect

from longwire_command import run, running_dev


def test_a_function_answers_and_its_log_is_shown(project: Path, env: dict[str, str]) -> None:
    done = run(project, env, "events", "message", "--body", "hi")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"body": "hello hi"})
    assert "heard hi" in done.stderr


def test_one_that_raises_is_exit_code_1_with_its_error(project: Path, env: dict[str, str]) -> None:
    done = run(project, env, "events", "message", "--body", "boom")
    assert done.returncode == 1
    assert json.loads(done.stdout)["errorMessage"] == "boom"
    assert "ValueError: boom" in done.stderr


def test_an_event_is_printed_and_the_body_read_from_stdin(project: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "longwire", "events", "message", "--body", "-", "--print"]
    done = subprocess.run(
        command, cwd=project, env=env, input="from stdin", capture_output=True, text=True, timeout=30, check=True
    )
    assert json.loads(done.stdout)["body"] == "from stdin"
    assert not (project / "bye.txt").exists()


def test_it_can_be_invoked_in_a_running_emulator_with_an_open_connections_id(
    project: Path, env: dict[str, str]
) -> None:
    with running_dev(project, env, "--port", "0") as dev, connect(dev.ready["websocket_url"]) as ws:
        connection_id = dev.until("connection_opened")["connection_id"]
        url = ("--url", dev.ready["endpoint_url"], "--connection-id", connection_id)
        done = run(project, env, "events", "message", "--body", "hi", *url)
        assert (done.returncode, json.loads(done.stdout)) == (0, {"body": "hello hi"})
        assert "heard hi" in done.stderr
        failed = run(project, env, "events", "message", "--body", "boom", *url)
        assert failed.returncode == 1
        assert json.loads(failed.stdout)["errorType"] == "ValueError"
        left = run(project, env, "events", "disconnect", "--code", "1001", *url)
        assert left.returncode == 0
        ws.send("still here")
        assert ws.recv(timeout=20) == "hello still here"
    assert (project / "bye.txt").read_text().splitlines()[0] == "1001"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("mesage",), 2, "'mesage' is not one of"),
        (("message", "--header", "x"), 2, "'x' is no NAME=VALUE"),
        (("connect",), 1, "there is no route $connect; there are $disconnect, $default"),
        (("message", "--url", "http://127.0.0.1:1"), 1, "no emulator answers at http://127.0.0.1:1"),
        (("message", "--url", "ftp://x"), 1, "is no address of an emulator"),
        (("message", "--connection-id", "GHuZpRN0BmECups="), 1, "give its --url too"),
    ],
)
def test_a_mistake_is_one_message(
    project: Path, env: dict[str, str], arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = run(project, env, "events", *arguments)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
