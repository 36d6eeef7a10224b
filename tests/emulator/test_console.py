"""Lines for stdout and stderr that never hold up whoever prints them."""

import json
import subprocess
import sys
import time

import click
import pytest

from longwire.console import Console


def lost(count: int) -> str:
    return f"{count} lost"


def test_lines_arrive_in_order_on_their_streams(capfd: pytest.CaptureFixture[str]) -> None:
    console = Console(lost)
    for number in range(1000):
        console.out(f"out {number}")
        console.err(f"err {number}")
    console.close()

    out, err = capfd.readouterr()
    assert out.splitlines() == [f"out {number}" for number in range(1000)]
    assert err.splitlines() == [f"err {number}" for number in range(1000)]


def test_colours_are_for_terminals_and_lone_surrogates_are_written(capfd: pytest.CaptureFixture[str]) -> None:
    console = Console(lost)
    console.out(click.style("green", fg="green") + " \ud800")
    console.close()

    assert capfd.readouterr().out == "green \\ud800\n"


# A process whose stdout nobody reads at first; what it has to say about it goes to stderr.
STALLED = """
import sys, time
from longwire.console import Console
console = Console("{} lost".format, 1, limit=100_000)
started = time.perf_counter()
for number in range(5000):
    console.out("x" * 100)
print(time.perf_counter() - started, file=sys.stderr, flush=True)
sys.stdin.readline()
console.out("after")
console.close()
"""


def test_a_reader_that_stalls_loses_lines_and_holds_up_nobody() -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", STALLED]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        took = float(process.stderr.readline())  # would not come before stdout is read
        read = process.stdout.read(100_000).splitlines()
        process.stdin.write("\n")
        process.stdin.flush()
        read += process.stdout.read().splitlines()

    assert took < 5
    count, word = read[-2].split()
    assert (word, read[-1]) == ("lost", "after")
    assert sum(line == "x" * 100 for line in read) == pytest.approx(5000 - int(count), abs=1)  # one was cut by read()


def test_the_end_does_not_wait_for_a_reader_that_stalls() -> None:
    code = "from longwire.console import Console\nc = Console(str)\nc.out('x' * 1_000_000)\nc.close(0.1)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.wait(20) == 0


def test_a_reader_that_has_left_is_no_error() -> None:
    code = (
        "import sys\nfrom longwire.console import Console\nc = Console(str)\nc.out('first')\n"
        "sys.stdin.readline()\nfor _ in range(3):\n    c.out('more')\nc.err('1')\nc.close()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "first\n"
        process.stdout.close()
        process.stdin.write("\n")
        process.stdin.close()
        assert process.stderr is not None
        assert json.loads(process.stderr.read()) == 1
        assert process.wait(20) == 0


def test_printing_takes_next_to_no_time() -> None:
    console = Console(lost)
    started = time.perf_counter()
    for _ in range(1000):
        console.err("")
    assert time.perf_counter() - started < 1
    console.close()
