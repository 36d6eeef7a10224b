from collections.abc import Callable
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.load.run import is_loopback, run_load
from longwire.load.scenario_file import read_scenario
from longwire.load.tally import Tally

Write = Callable[..., Path]


def ignore(_second: int, _tally: Tally) -> None:
    return None


def test_the_processes_figures_are_put_together(echo_url: str, write: Write) -> None:
    file, seconds = write(), list[int]()

    def progress(second: int, _tally: Tally) -> None:
        seconds.append(second)

    result = run_load(read_scenario(file), echo_url, file, seed=1, processes=2, progress=progress)
    figures = result.figures()
    assert figures["connects"] == 4
    assert figures["answers"] == figures["sent"] > 0
    assert figures["errors"] == figures["unanswered"] == 0
    assert seconds == [1, 2]


def test_an_address_that_is_none_is_told_before_anything_starts(write: Write) -> None:
    file = write()
    with pytest.raises(UsageError, match="no WebSocket URL"):
        run_load(read_scenario(file), "http://localhost/", file, seed=1, processes=1, progress=ignore)


def test_too_few_descriptors_are_told(write: Write, echo_url: str) -> None:
    file = write("connections: 100000\ndouble: 1s\nhold: 1s")
    with pytest.raises(UsageError, match=r"file descriptors.*ulimit -n"):
        run_load(read_scenario(file), echo_url, file, seed=1, processes=1, progress=ignore)


@pytest.mark.parametrize(
    ("url", "here"),
    [("ws://localhost:1/dev", True), ("ws://127.0.0.1/", True), ("ws://[::1]:1/", True), ("wss://x.example/", False)],
)
def test_what_is_this_machine(url: str, here: bool) -> None:
    assert is_loopback(url) is here
