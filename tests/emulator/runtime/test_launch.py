import os
import socket
import sys
from pathlib import Path

import pytest

from longwire.runtime.launch import Launch, spawn


def launch(tmp_path: Path, **variables: str) -> Launch:
    environ = {"_HANDLER": "app.handler", "LAMBDA_TASK_ROOT": str(tmp_path), **variables}
    return Launch(sys.executable, "arn", str(tmp_path), environ, "")


def test_the_process_has_the_given_environment_alone_and_its_own_process_group(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import os; print(os.getpgid(0) == os.getpid(), os.environ['GIVEN'], len(os.environ))"
    )
    ours, theirs = socket.socketpair()
    read, write = os.pipe()
    process = spawn(launch(tmp_path, GIVEN="yes"), theirs.fileno(), write)
    theirs.close()
    os.close(write)
    ours.settimeout(20)
    head = ours.recv(5)
    assert ours.recv(head[3]) == b"True yes 3"
    ours.close()
    process.wait(10)
    os.close(read)


def test_the_command_names_the_function_so_that_it_can_be_found_among_processes(tmp_path: Path) -> None:
    command = launch(tmp_path).command(5)
    assert command[0] == sys.executable
    assert command[-4:] == ["5", str(os.getpid()), "arn", ""]


def test_a_user_site_is_passed_on_by_its_own_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("site.ENABLE_USER_SITE", True)
    monkeypatch.setattr("site.USER_BASE", str(tmp_path / ".local"))
    given = launch(tmp_path)
    assert given.environ()["PYTHONUSERBASE"] == str(tmp_path / ".local")
    assert "-s" not in given.command(5)
    monkeypatch.setattr("site.ENABLE_USER_SITE", False)
    assert "PYTHONUSERBASE" not in given.environ()
    assert "-s" in given.command(5)
