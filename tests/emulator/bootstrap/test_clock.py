"""A process that follows a clock which another process moves: what its libraries take for now, and its waits."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from longwire.bootstrap.clock_page import HELD, HELD_MONOTONIC, MONOTONIC_OFFSET, OFFSET, SIZE, mapped

ROOT = Path(__file__).parents[3] / "emulator"
FOLLOWING = """
import json, sys
sys.path.append(sys.argv[2])
from longwire.bootstrap.clock import Waits, follow_datetime, follow_time
from longwire.bootstrap.clock_page import mapped
page = mapped(int(sys.argv[1]))
follow_time(page)
def told(until):
    print(json.dumps(until), flush=True)

waits = Waits(page, told)
waits.following = True
import datetime, pickle, selectors, time
follow_datetime(datetime, page)
waits.follow_selectors(selectors)
from datetime import date
from datetime import datetime as DateTime
import warnings
warnings.simplefilter("ignore")

class Own(DateTime):
    pass

def answer(given):
    if given == "now":
        return {
            "time": time.time(), "ns": time.time_ns() / 1e9, "gettime": time.clock_gettime(time.CLOCK_REALTIME),
            "gettime_ns": time.clock_gettime_ns(time.CLOCK_REALTIME) / 1e9, "now": DateTime.now().timestamp(),
            "aware": DateTime.now(datetime.timezone.utc).timestamp(), "own": Own.now().timestamp(),
            "utcnow": DateTime.utcnow().replace(tzinfo=datetime.timezone.utc).timestamp(),
            "today": DateTime.today().timestamp(), "local": time.mktime(time.localtime()),
            "gm": __import__("calendar").timegm(time.gmtime()),
            "ctime": time.mktime(time.strptime(time.ctime())), "asctime": time.mktime(time.strptime(time.asctime())),
            "strftime": time.mktime(time.strptime(time.strftime("%c"), "%c")),
        }
    if given == "monotonic":
        return [time.monotonic(), time.monotonic_ns() / 1e9, time.clock_gettime(time.CLOCK_MONOTONIC)]
    if given == "types":
        kept = pickle.loads(pickle.dumps(DateTime.now()))
        return [type(kept) is DateTime, isinstance(kept, date), type(Own.now()).__name__, str(date.today()),
                time.time.__name__, time.gmtime(0)[0], time.strftime("%Y", time.gmtime(0)), time.ctime(0)[-4:]]
    if given == "asyncio":
        import asyncio
        return asyncio.run(asyncio.sleep(3600, "slept"))
    if given == "refuse":
        found = []
        for wrong in (-1, "x", None):
            try:
                time.sleep(wrong)
            except (TypeError, ValueError) as exc:
                found.append(type(exc).__name__)
        return found
    return time.sleep(given)

for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
"""


class Follower:
    """One such process, and its page."""

    def __init__(self, interpreter: str, file: IO[bytes]) -> None:
        file.truncate(SIZE)
        self.page = mapped(file.fileno(), writable=True)
        command = [interpreter, "-c", FOLLOWING, str(file.fileno()), str(ROOT)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=(file.fileno(),)
        )

    def ask(self, question: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def answer(self, question: Any) -> Any:
        self.ask(question)
        return self.hear()


def interpreters() -> list[str]:
    """Ours, and what else is on PATH and runs."""
    found = [shutil.which(f"python3.{minor}") for minor in range(11, 16)]
    tried = {path: subprocess.run([path, "-c", ""], capture_output=True, check=False) for path in found if path}
    others = [path for path, done in tried.items() if done.returncode == 0]
    return [sys.executable, *others]


@pytest.fixture(scope="module", params=interpreters())
def follower(request: pytest.FixtureRequest) -> Iterator[Follower]:
    with tempfile.TemporaryFile() as file:
        made = Follower(request.param, file)
        yield made
        made.process.kill()
        made.process.communicate()


@pytest.fixture(autouse=True)
def real(follower: Follower) -> Iterator[None]:
    yield
    for place in range(4):
        follower.page[place] = 0.0


@pytest.mark.parametrize("offset", [0.0, 7200.0, -3.0, 30 * 86_400.0])
def test_everything_that_tells_the_time_tells_the_same(follower: Follower, offset: float) -> None:
    follower.page[OFFSET] = offset
    before = time.time() + offset
    told = follower.answer("now")
    after = time.time() + offset
    assert {name: at for name, at in told.items() if not before - 1.001 <= at <= after + 0.001} == {}


def test_a_clock_that_stands_gives_one_time(follower: Follower) -> None:
    follower.page[HELD] = 1_700_000_000.5
    told = follower.answer("now")
    assert {name: at for name, at in told.items() if at not in (1_700_000_000.5, 1_700_000_000.0)} == {}
    assert told == follower.answer("now")


def test_monotonic_moves_too_and_the_systems_own_does_not(follower: Follower) -> None:
    follower.page[MONOTONIC_OFFSET] = 7200.0
    moved, moved_ns, system = follower.answer("monotonic")
    assert moved == pytest.approx(system + 7200, abs=5)
    assert moved_ns == pytest.approx(moved, abs=5)
    follower.page[HELD_MONOTONIC] = 12.5
    assert follower.answer("monotonic")[0] == 12.5


def test_types_and_what_is_given_a_time_stay_as_they_are(follower: Follower) -> None:
    follower.page[HELD] = 86_400.0 * 366
    same, is_date, own, today, name, *of_epoch = follower.answer("types")
    assert (same, is_date, own, name) == (True, True, "Own", "time")
    assert today in ("1971-01-01", "1971-01-02")
    assert of_epoch == [1970, "1970", "1970"]


@pytest.mark.parametrize(("question", "answer"), [(3600, None), ("asyncio", "slept")])
def test_a_sleep_tells_its_end_and_ends_when_the_clock_is_there(
    follower: Follower, question: Any, answer: str | None
) -> None:
    follower.ask(question)
    until = follower.hear()
    assert until - time.monotonic() == pytest.approx(3600, abs=30)
    follower.page[HELD_MONOTONIC] = until
    assert [follower.hear(), follower.hear()] == [None, answer]


def test_a_short_sleep_is_real_even_when_the_clock_stands(follower: Follower) -> None:
    follower.page[HELD_MONOTONIC] = 5.0
    assert follower.answer(0.001) is None


def test_a_sleep_that_is_none_is_refused_as_always(follower: Follower) -> None:
    assert follower.answer("refuse") == ["ValueError", "TypeError", "TypeError"]
