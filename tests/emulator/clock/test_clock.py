"""The clock: real, standing, moved; and what is called at its times."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from longwire.bootstrap.clock_page import HELD, HELD_MONOTONIC, MONOTONIC_OFFSET, OFFSET, mapped
from longwire.clock.clock import Clock, Timer


@dataclass
class Real:
    """Two clocks of a machine, which a test moves: they agree on nothing but how fast they go."""

    seconds: float = 0.0

    def wall(self) -> float:
        return 1_700_000_000.0 + self.seconds

    def monotonic(self) -> float:
        return 5.0 + self.seconds


@dataclass
class Calls:
    """What was called, and when by the clock."""

    clock: Clock
    seen: list[tuple[str, float]] = field(default_factory=list)

    def of(self, name: str) -> Callable[[], None]:
        return lambda: self.seen.append((name, self.clock()))


@pytest.fixture
def real() -> Real:
    return Real()


@pytest.fixture
def clock(real: Real) -> Clock:
    return Clock(real.wall, real.monotonic)


def test_it_is_real_until_it_is_moved(real: Real, clock: Clock) -> None:
    real.seconds = 3.0
    assert (clock(), clock.monotonic(), clock.ahead, clock.is_real) == (1_700_000_003.0, 8.0, 0.0, True)


def test_it_stands_and_goes_on_from_there(real: Real, clock: Clock) -> None:
    clock.hold()
    real.seconds = 10.0
    assert (clock(), clock.monotonic(), clock.ahead) == (1_700_000_000.0, 5.0, -10.0)
    clock.run()
    real.seconds = 11.0
    assert (clock(), clock.monotonic(), clock.is_real) == (1_700_000_001.0, 6.0, False)


def test_it_is_moved_while_it_stands(real: Real, clock: Clock) -> None:
    clock.hold()
    clock.move_to(1_700_000_660.0)
    clock.hold()
    assert (clock(), clock.monotonic()) == (1_700_000_660.0, 665.0)
    clock.run()
    real.seconds = 1.0
    assert (clock(), clock.monotonic(), clock.ahead) == (1_700_000_661.0, 666.0, 660.0)


def test_a_time_has_passed_within_what_epoch_seconds_can_tell(clock: Clock) -> None:
    assert clock.has_passed(5.0)
    assert clock.has_passed(5.000001)
    assert not clock.has_passed(5.001)


def test_it_can_be_real_again(real: Real, clock: Clock) -> None:
    clock.hold()
    clock.move_to(1_700_000_660.0)
    clock.become_real()
    assert (clock(), clock.monotonic(), clock.is_real) == (real.wall(), real.monotonic(), True)


def test_other_processes_see_its_time_in_a_file(real: Real) -> None:
    clock = Clock(real.wall, real.monotonic, shared=True)
    assert clock.file is not None
    page = mapped(clock.file.fileno())
    assert list(page) == [0.0] * 4
    with pytest.raises(OSError, match="Bad file descriptor"):  # a handler that writes to it changes nobody's time
        os.write(clock.file.fileno(), b"\xff" * 32)
    with pytest.raises(TypeError):
        page[OFFSET] = 1.0

    clock.hold()
    clock.move_to(1_700_000_060.0)
    assert (page[HELD], page[HELD_MONOTONIC]) == (1_700_000_060.0, 65.0)
    clock.run()
    assert (page[OFFSET], page[MONOTONIC_OFFSET], page[HELD], page[HELD_MONOTONIC]) == (60.0, 60.0, 0.0, 0.0)
    clock.close()


@pytest.mark.asyncio
async def test_calls_come_in_the_order_of_their_times_and_those_of_one_time_in_theirs() -> None:
    clock = Clock()
    calls = Calls(clock)
    start = clock()
    for name, seconds in (("c", 7200), ("a", 60), ("b", 60)):
        clock.call_later(seconds, calls.of(name))
    clock.hold()
    clock.move_to(start + 61)
    clock.fire()
    await asyncio.sleep(0)
    assert [name for name, _ in calls.seen] == ["a", "b"]
    clock.close()


@pytest.mark.asyncio
async def test_a_cancelled_call_is_none_even_when_another_of_its_time_cancels_it() -> None:
    clock = Clock()
    calls = Calls(clock)
    when = clock() + 60
    others: list[Timer] = []

    def cancel() -> None:
        others[0].cancel()

    clock.call_at(when, cancel)
    others.append(clock.call_at(when, calls.of("second")))
    clock.call_at(when - 1, calls.of("first")).cancel()
    assert clock.next_timer() == when
    clock.hold()
    clock.move_to(when)
    clock.fire()
    await asyncio.sleep(0)
    assert calls.seen == []
    assert clock.next_timer() is None


@pytest.mark.asyncio
async def test_a_running_clock_calls_by_itself_and_a_standing_one_does_not() -> None:
    clock = Clock()
    called = asyncio.Event()
    clock.hold()
    clock.call_at(clock(), called.set)
    await asyncio.sleep(0.01)
    assert not called.is_set()
    clock.run()
    await asyncio.wait_for(called.wait(), 20)


@pytest.mark.asyncio
async def test_an_earlier_call_comes_before_a_later_one_that_was_asked_for_first() -> None:
    clock = Clock()
    called = asyncio.Event()
    clock.call_later(3600, lambda: None)
    clock.call_later(0.001, called.set)
    await asyncio.wait_for(called.wait(), 20)
    clock.close()
