"""`longwire dev` on a real terminal (a pty), and the keys that are pressed there."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Terminal:
    def __init__(self, project: Path, env: dict[str, str], *options: str) -> None:
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(theirs)
        command = [sys.executable, "-m", "longwire", "dev", "--port", "0", *options]
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            cwd=project,
            env={**env, "BROWSER": "true"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        self.theirs = theirs
        self.shown = ""

    def until(self, text: str) -> str:
        """What is shown up to and with a text."""
        end = time.monotonic() + 30
        while text not in self.shown:
            ready = select.select([self.ours], [], [], end - time.monotonic())[0]
            assert ready, f"{text!r} is not shown; this is: {self.shown}"
            self.shown += os.read(self.ours, 65536).decode()
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal(project: Path, env: dict[str, str]) -> Iterator[Terminal]:
    made = Terminal(project, env)
    yield made
    made.close()


def test_each_key_does_what_the_list_says(terminal: Terminal) -> None:
    screen = terminal.until("? lists the keys")
    (url,) = re.findall(r"ws://127\.0\.0\.1:\d+/dev", screen)
    terminal.press("?")
    listed = terminal.until("list the keys")
    for what in ("open the inspector", "clear the screen", "start every function anew", "10 minutes forward", "stop"):
        assert what in listed
    terminal.press("o")
    terminal.until("opened http://127.0.0.1")
    terminal.press("c")
    terminal.until("\x1b[2J")
    terminal.press("xyz")
    terminal.press("R")
    terminal.until("new execution environments for Bye, Echo")
    with connect(url) as ws:
        terminal.press("f")
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        terminal.until("10 minutes later")
    with connect(url) as ws:
        terminal.press("d")
        with pytest.raises(ConnectionClosed):
            ws.recv(timeout=20)
    terminal.press("q")
    assert terminal.process.wait(20) == 0
    assert termios.tcgetattr(terminal.theirs) == terminal.before


def test_without_a_terminal_nothing_is_read(project: Path, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "longwire", "dev", "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=project, env=env, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        shown = ""
        while "Ctrl-C" not in shown:
            shown += process.stdout.readline()
        assert "lists the keys" not in shown
        process.stdin.write("q")
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.terminate()
        assert process.wait(20) == 0


def test_with_json_a_terminal_gets_events_alone(project: Path, env: dict[str, str]) -> None:
    made = Terminal(project, env, "--json")
    try:
        assert '"event":"ready"' in made.until('"inspector_url"')
        assert termios.tcgetattr(made.theirs) == made.before
    finally:
        made.close()
