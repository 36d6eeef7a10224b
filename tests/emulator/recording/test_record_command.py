"""`longwire record` and its mistakes; what it records is tested with its tap."""

import os
import socket
from pathlib import Path

import pytest

from longwire_command import run


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("http://x",), "give the ws:// or wss:// URL"), (("wss://x/prod?a=1",), "give the URL without it")],
)
def test_a_wrong_address_is_one_message(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run(tmp_path, dict(os.environ), "record", *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert not (tmp_path / "recordings").exists()


def test_a_port_that_is_taken_is_one_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path, dict(os.environ), "record", "ws://127.0.0.1:1/dev", "--port", port)
    assert done.returncode == 1
    assert done.stderr == f"longwire: port {port} is in use: take another with --port, 0 for any that is free\n"
