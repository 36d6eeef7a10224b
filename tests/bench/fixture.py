"""What the ``longwire`` fixture adds to a test, after the first: its set-up and its clearing away.

    python tests/bench/fixture.py

Prints the median and the 90th percentile of tests that do nothing, and of tests with one echo.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from longwire.emulator import Options
from longwire.harness import Longwire, LongwireServer
from longwire.template.load import load

TEMPLATE = Path(__file__).parent / "echo_app" / "template.yaml"
TESTS = 100


def echo(longwire: Longwire) -> None:
    with longwire.connect() as ws:
        ws.send("hi")
        ws.receive()


def overhead(server: LongwireServer, test: Callable[[Longwire], None]) -> list[float]:
    """Milliseconds beside the test itself, by test."""
    found = []
    for _ in range(TESTS):
        started = time.perf_counter()
        longwire = Longwire(server)
        begun = time.perf_counter()
        test(longwire)
        ended = time.perf_counter()
        longwire.left_open()
        longwire.close()
        found.append((time.perf_counter() - started - (ended - begun)) * 1000)
    return found


def main() -> None:
    template = Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATE
    server = LongwireServer(load(template), Options(port=0))
    try:
        overhead(server, echo)
        for name, test in (("nothing", lambda _: None), ("one echo", echo)):
            times = sorted(overhead(server, test))
            print(f"{name:9} median {statistics.median(times):5.2f} ms, 90 % {times[int(TESTS * 0.9)]:5.2f} ms")
    finally:
        server.close()


if __name__ == "__main__":
    main()
