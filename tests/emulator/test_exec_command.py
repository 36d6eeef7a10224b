"""``longwire exec`` as a process, in the folder of a small project."""

import sys
from pathlib import Path

import pytest

from longwire_command import run

ASK = """
import os, sys
import boto3
from websockets.sync.client import connect
with connect(os.environ["LONGWIRE_WS_URL"]) as ws:
    ws.send(sys.argv[1])
    print(ws.recv(timeout=20))
invoke = boto3.client("lambda").invoke
print(invoke(FunctionName=os.environ["LONGWIRE_REF_Echo"], Payload=b'{"body": "x"}')["StatusCode"])
print(os.environ.get("AWS_PROFILE"), os.environ["AWS_ACCESS_KEY_ID"][:8])
"""


PYTHON = sys.executable


def test_a_command_finds_the_emulator_and_no_account(project: Path, env: dict[str, str]) -> None:
    (project / "ask.py").write_text(ASK)
    done = run(project, {**env, "AWS_PROFILE": "prod"}, "exec", "--", PYTHON, "ask.py", "hi")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "hello hi\n200\nNone LONGWIRE\n"


@pytest.mark.parametrize(("end", "code"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), 9)", 137), ("pass", 0)])
def test_it_ends_as_the_command_ended(project: Path, env: dict[str, str], end: str, code: int) -> None:
    done = run(project, env, "exec", "--", PYTHON, "-c", f"import os, sys; {end}")
    assert done.returncode == code


def test_what_happens_is_shown_when_it_is_asked_for(project: Path, env: dict[str, str]) -> None:
    (project / "ask.py").write_text(ASK)
    quiet = run(project, env, "exec", "--", PYTHON, "ask.py", "hi")
    assert "heard" not in quiet.stderr
    shown = run(
        project, env, "exec", "--verbose", "--parameter-overrides", "Greeting=hey", "--", PYTHON, "ask.py", "hi"
    )
    assert "heard hi" in shown.stderr
    assert shown.stdout.startswith("hey hi\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("exec",), 2, "Missing argument"),
        (("exec", "--", "no-such-program"), 1, "no-such-program cannot be started: No such file or directory"),
        (("exec", "-t", "none.yaml", "--", "true"), 1, "there is no template none.yaml"),
        (("exec", "--set", "idle=5", "--", "true"), 2, "--set"),
    ],
)
def test_a_mistake_is_one_message(
    project: Path, env: dict[str, str], arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = run(project, env, *arguments)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr
