"""What is held back, and in which order it is let go."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from longwire.server.delays import Held, Lane


class Timer:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Time:
    """Moves when told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[tuple[float, Timer, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def later(self, delay: float, call: Callable[[], None]) -> Timer:
        timer = Timer()
        self.timers.append((self.now + delay, timer, call))
        return timer

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := sorted((each for each in self.timers if each[0] <= end), key=lambda each: each[0]):
            self.timers.remove(due[0])
            self.now = max(self.now, due[0][0])
            if not due[0][1].cancelled:
                due[0][2]()
        self.now = end


def test_held_actions_come_by_their_times() -> None:
    time, done = Time(), list[str]()
    held = Held(time.later)
    held.add(2, partial(done.append, "2 s"))
    held.add(1, partial(done.append, "1 s"))
    held.add(0, partial(done.append, "at once"))
    assert done == ["at once"]
    time.advance(3)
    assert done == ["at once", "1 s", "2 s"]
    assert not held.waiting


def test_what_is_held_can_be_let_go_or_forgotten() -> None:
    time, done = Time(), list[str]()
    held = Held(time.later)
    held.add(2, partial(done.append, "first"))
    held.add(1, partial(done.append, "second"))
    held.flush()
    assert done == ["first", "second"]
    held.add(1, partial(done.append, "never"))
    held.forget()
    time.advance(5)
    assert done == ["first", "second"]


def test_a_lane_keeps_the_order_of_what_it_carries() -> None:
    time, done = Time(), list[str]()
    lane = Lane(time.later, time)
    lane.add(partial(done.append, "a"), 10, delay=2)
    lane.add(partial(done.append, "b"), 5, delay=1)
    lane.add(partial(done.append, "c"), 5)
    assert (done, lane.size) == ([], 20)
    time.advance(1.9)
    assert done == []
    time.advance(0.2)
    assert (done, lane.size) == (["a", "b", "c"], 0)
    lane.add(partial(done.append, "d"), 5)
    assert done[-1] == "d"


def test_bandwidth_is_shared_by_what_is_behind_each_other() -> None:
    time, done = Time(), list[str]()
    lane = Lane(time.later, time)
    for name in ("a", "b"):
        lane.add(partial(done.append, name), 100, bandwidth=100)
    time.advance(1)
    assert done == ["a"]
    time.advance(1)
    assert done == ["a", "b"]
    time.advance(10)
    lane.add(partial(done.append, "c"), 100, bandwidth=100)
    assert done == ["a", "b"]
    time.advance(1)
    assert done == ["a", "b", "c"]


def test_a_blocked_lane_lets_nothing_pass_until_it_is_flushed() -> None:
    time, done = Time(), list[str]()
    lane = Lane(time.later, time)
    lane.blocked = True
    lane.add(partial(done.append, "a"), 1)
    time.advance(1000)
    assert done == []
    lane.flush()
    assert done == ["a"]


@pytest.mark.asyncio
async def test_an_event_loops_timers_will_do() -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    Held(loop.call_later).add(0.01, done.set)
    await asyncio.wait_for(done.wait(), 20)
