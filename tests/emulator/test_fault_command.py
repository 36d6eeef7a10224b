"""``longwire ctl fault`` beside a running emulator."""

import json

import pytest
from click.testing import CliRunner, Result

from faulty_app import FaultyApp
from longwire.cli import main


def ctl(app: FaultyApp, *words: str) -> Result:
    return CliRunner().invoke(main, ["ctl", "fault", *words, "--url", app.endpoint_url])


def test_a_fault_is_added_listed_and_cleared(app: FaultyApp) -> None:
    alice = app.connect()
    added = ctl(app, "add", "invoke", "throttled", "function=Echo,Post", "count=3", "probability=1")
    assert added.exit_code == 0
    assert added.output.endswith("on        invoke throttled function=Echo,Post count=3  has not struck\n")
    assert app.echo(alice, "x") == "Internal server error"
    assert "struck 1 time" in ctl(app, "list").output
    (told,) = json.loads(ctl(app, "list", "--json").output)
    assert (told["hits"], told["function"]) == (1, ["Echo", "Post"])
    assert ctl(app, "clear", str(told["id"])).output == "no faults\n"
    assert app.echo(alice, "x") == "x"


def test_clear_clears_all(app: FaultyApp) -> None:
    ctl(app, "add", "frame", "latency=20ms", "for=1m")
    ctl(app, "add", "frame", "bandwidth=100000")
    assert ctl(app, "clear").output == "no faults\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("frame", "latancy=1"), "latancy: there is no such field; did you mean latency?"),
        (("fram", "latency=1"), "kind: there is no kind fram; did you mean frame?"),
        (("frame", "drop", "probability=7"), "probability: 7 is not between 0 and 1"),
        (("invoke", "crash=Ecko"), "function: the template has no function Ecko; did you mean Echo?"),
        (("connection", "drop=L0SM9cOFvHcCIhw="), "there is no open connection L0SM9cOFvHcCIhw="),
    ],
)
def test_a_mistake_is_told_and_adds_nothing(app: FaultyApp, words: tuple[str, ...], told: str) -> None:
    done = ctl(app, "add", *words)
    assert done.exit_code == 1
    assert told in done.output
    assert ctl(app, "list").output == "no faults\n"


def test_a_fault_that_is_not_there_cannot_be_cleared(app: FaultyApp) -> None:
    done = ctl(app, "clear", "99")
    assert (done.exit_code, done.output) == (1, "longwire: There is no fault '99'.\n")


def test_without_an_emulator_it_says_how_to_start_one(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    done = CliRunner().invoke(main, ["ctl", "fault", "list", "--url", url])
    assert done.exit_code == 1
    assert "Start one: longwire dev" in done.output


def test_kinds_are_listed_without_an_emulator() -> None:
    done = CliRunner().invoke(main, ["ctl", "fault", "kinds", "disconnect"])
    assert done.output.startswith("disconnect: the $disconnect route of a connection that has ended; limited by")
    assert "    late=seconds " in done.output
    assert "post_to_connection" in CliRunner().invoke(main, ["ctl", "fault", "kinds"]).output
    assert "there is no kind x" in CliRunner().invoke(main, ["ctl", "fault", "kinds", "x"]).output
