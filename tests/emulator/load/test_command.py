"""``longwire load`` as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


def load(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "longwire", "load", *map(str, arguments)]
    environ = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environ)


def test_it_prints_a_table_and_writes_a_page(echo_url: str, write: Write, tmp_path: Path) -> None:
    page = tmp_path / "load.html"
    done = load(echo_url, write(), "--html", page, "--fail-if", "errors>0", "--fail-if", "unanswered>0")
    assert done.returncode == 0, done.stderr
    assert "4 handshakes" in done.stdout
    assert "held    --fail-if 'errors>0'" in done.stdout
    assert done.stderr == ""
    assert echo_url in page.read_text()


def test_a_limit_that_is_hit_is_exit_code_1(echo_url: str, write: Write) -> None:
    done = load(echo_url, write(), "--fail-if", "connects<5", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["figures"]["connects"] == 4
    assert done.stderr == "longwire: over the limit: connects<5\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("wss://chat.example.com/prod", "FILE"), 2, "--remote says that you mean it"),
        (("ws://localhost:1/dev", "FILE", "--fail-if", "p99"), 2, "is no limit"),
        (("ws://localhost:1/dev", "missing.yaml"), 1, "there is no scenario missing.yaml"),
        (("http://localhost:1/dev", "FILE"), 1, "is no WebSocket URL"),
        (("ws://localhost:1/dev", "FILE"), 1, "nobody could connect to ws://localhost:1/dev"),
        (("ws://localhost:1/dev", "FILE", "--processes", "0"), 2, "--processes"),
        (("ws://localhost:1/dev",), 2, "Missing argument 'SCENARIO'"),
    ],
)
def test_a_mistake_is_one_message(write: Write, arguments: tuple[str, ...], code: int, told: str) -> None:
    file = write("connections: 2\nramp: 0\nhold: 200ms\nreconnect: {tries: 0}")
    done = load(*(file if each == "FILE" else each for each in arguments))
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_that_cannot_be_written_is_told(echo_url: str, write: Write, tmp_path: Path) -> None:
    done = load(echo_url, write(), "--html", tmp_path / "none" / "load.html")
    assert done.returncode == 1
    assert "cannot be written: there is no folder" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="children are looked up in /proc")
def test_ctrl_c_ends_it_and_its_processes(echo_url: str, write: Write) -> None:
    file = write("connections: 2\nhold: 50m")
    command = [sys.executable, "-m", "longwire", "load", echo_url, str(file), "--processes", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        workers = children(process.pid, 2)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == "\nlongwire: ended before its time; nothing is reported\n"
        until_gone(workers)


def until_gone(pids: list[str]) -> None:
    """One that was only just started ends by itself, because its input has ended."""
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.02)


def children(pid: int, count: int) -> list[str]:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if len(pids := Path(f"/proc/{pid}/task/{pid}/children").read_text().split()) >= count:
            return pids
        time.sleep(0.02)
    raise AssertionError(f"there are no {count} processes")
