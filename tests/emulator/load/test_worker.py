import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from longwire.load.tally import Tally
from longwire.load.worker import Order


def started(order: Order) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "longwire.load.worker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(order.line())
    process.stdin.flush()
    return process


def test_it_does_its_share_and_tells_each_second(echo_url: str, write: Callable[..., Path]) -> None:
    with started(Order(echo_url, str(write()), 1, 2, 1, time.monotonic())) as process:
        assert process.stdout is not None
        lines = [json.loads(line) for line in process.stdout]
        assert process.wait(20) == 0
    total = Tally()
    for line in lines:
        total.take(line)
    assert len(lines) == 2  # the second that it takes, and the last answers
    assert total.counts["opened"] == 2
    assert len(total.latency) == total.counts["expected"] > 0


def test_it_ends_when_nobody_is_there_to_be_told(echo_url: str, write: Callable[..., Path]) -> None:
    file = write("connections: 2\nhold: 50m")
    with started(Order(echo_url, str(file), 0, 1, 1, time.monotonic())) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        process.stdin.close()
        assert process.wait(20) == 0


def test_without_an_order_it_ends_in_silence() -> None:
    command = [sys.executable, "-m", "longwire.load.worker"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
