"""Processes that run the bootstrap, and the two ports that they can reach."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bootstrap_process import Child, Start, start_child
from recording_server import Ports, Recorder


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(source, endpoints=..., bytecode=..., **function)``: the source is ``app.py`` in the code folder."""
    children: list[Child] = []

    def run(source: str, **settings: Any) -> Child:
        children.append(start_child(tmp_path / "task", source, **settings))
        return children[-1]

    yield run
    for child in children:
        child.close()


@pytest.fixture
def ports() -> Iterator[Ports]:
    both = Ports(Recorder(), Recorder())
    yield both
    both.stop()
