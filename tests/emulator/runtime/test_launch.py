import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Function
from longwire.runtime.launch import ApiLaunch, Launch, runtime_command, spawn


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
    command = launch(tmp_path).command(5, -1)
    assert command[0] == sys.executable
    assert command[-5:] == ["5", "-1", str(os.getpid()), "arn", ""]


def test_a_user_site_is_passed_on_by_its_own_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("site.ENABLE_USER_SITE", True)
    monkeypatch.setattr("site.USER_BASE", str(tmp_path / ".local"))
    given = launch(tmp_path)
    assert given.environ()["PYTHONUSERBASE"] == str(tmp_path / ".local")
    assert "-s" not in given.command(5, -1)
    monkeypatch.setattr("site.ENABLE_USER_SITE", False)
    assert "PYTHONUSERBASE" not in given.environ()
    assert "-s" in given.command(5, -1)


@pytest.mark.parametrize(
    ("runtime", "more", "program"),
    [
        ("python3.13", {}, None),
        ("nodejs22.x", {}, "bootstrap.mjs"),
        ("provided.al2023", {}, "bootstrap"),
        ("python3.13", {"command": ("/bin/x", "y")}, "y"),
        ("java21", {"invocation_url": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
    ],
)
def test_the_runtime_decides_what_is_started(runtime: str, more: dict[str, Any], program: str | None) -> None:
    command = runtime_command(Function("App", "app", "app.handler", runtime, "/code", **more))
    assert (command[-1].removeprefix("/code/").rpartition("bootstrap/")[2] if command else None) == program


def test_node_is_guarded_by_an_option_and_other_programs_by_variables() -> None:
    given = {"NODE_OPTIONS": "--trace-warnings", "PATH": "/usr/bin", "_LONGWIRE_GATEWAY": "127.0.0.1:5"}
    node, other = ApiLaunch(("/x/node", "a"), "arn", "/code", given), ApiLaunch(("/x/run", "a"), "arn", "/code", given)
    assert node.argv()[:2] == ["/x/node", "--require"]
    assert node.argv()[3:] == ["a"]
    assert node.environ(7) == {**given, "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:7", "PATH": "/x:/usr/bin"}
    assert other.argv() == ["/x/run", "a"]
    environ = other.environ(7)
    assert environ["NO_PROXY"] == "localhost,127.0.0.1,::1"
    allowed = ApiLaunch(("/x/run",), "arn", "/code", {**given, "_LONGWIRE_HOSTS": "api.example.com"}).environ(7)
    assert allowed["NO_PROXY"] == "localhost,127.0.0.1,::1,api.example.com"
    assert "_LONGWIRE_HOSTS" not in allowed
    assert environ["NODE_OPTIONS"].startswith("--trace-warnings --require ")
    assert (environ["HTTPS_PROXY"], "_LONGWIRE_GATEWAY" in environ) == ("http://127.0.0.1:5", False)
