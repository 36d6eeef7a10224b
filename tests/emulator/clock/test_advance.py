"""Moving the clock, with a world that is scripted."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from longwire.clock.advance import FURTHEST, Mover, Standing
from longwire.clock.clock import Clock
from longwire.errors import ClockBusy, NotSettled, UsageError

pytestmark = pytest.mark.asyncio


@dataclass
class World:
    """Says what ``script`` says of the time, and keeps what it is told."""

    clock: Clock
    script: Callable[[float], Standing] = lambda _: Standing()
    seen: list[float] = field(default_factory=list)
    told: list[tuple[str, Any]] = field(default_factory=list)
    forgotten: int = 0

    async def standing(self) -> Standing:
        return self.script(self.clock())

    def moved(self) -> None:
        self.seen.append(self.clock())

    def changed(self, change: str, facts: Mapping[str, Any]) -> None:
        self.told.append((change, facts["seconds"]))

    def forget(self) -> None:
        self.forgotten += 1


@dataclass
class Run:
    clock: Clock
    world: World
    mover: Mover


@pytest_asyncio.fixture
async def run() -> Run:
    clock = Clock()
    world = World(clock)
    return Run(clock, world, Mover(clock, world))


async def test_each_call_on_the_way_sees_its_own_time_and_what_it_starts_comes_in_turn(run: Run) -> None:
    start, seen = run.clock(), list[tuple[str, float]]()
    run.mover.pause()

    def first() -> None:
        seen.append(("first", run.clock()))
        run.clock.call_later(30, lambda: seen.append(("later", run.clock())))

    start = run.clock()
    run.clock.call_at(start + 60, first)
    run.clock.call_at(start + 120, lambda: seen.append(("last", run.clock())))
    run.clock.call_at(start + 601, lambda: seen.append(("not yet", run.clock())))
    await run.mover.advance(600)

    assert seen == [("first", start + 60), ("later", start + 90), ("last", start + 120)]
    assert run.clock() == start + 600


async def test_a_running_clock_runs_on_from_where_it_was_advanced_to(run: Run) -> None:
    before = run.clock()
    await run.mover.advance(7200)
    assert run.clock() >= before + 7200
    assert run.clock.held is None
    assert 7190 < run.mover.state()["offset"] <= 7200
    assert run.world.told == [("advanced", 7200)]


async def test_a_paused_clock_stands_where_it_was_advanced_to(run: Run) -> None:
    run.mover.pause()
    start = run.clock()
    await run.mover.advance(60)
    assert run.clock() == start + 60
    assert run.mover.state()["paused"]
    run.mover.resume()
    assert not run.mover.state()["paused"]
    assert run.world.told == [("paused", 0), ("advanced", 60), ("resumed", 0)]


async def test_the_next_step_waits_until_the_last_one_is_over(run: Run) -> None:
    run.mover.pause()
    start, looks = run.clock(), 0

    def script(now: float) -> Standing:
        nonlocal looks
        looks += now == start + 10
        busy = ("Slow",) if now == start + 10 and looks < 5 else ()
        return Standing(busy, start + 10 if now < start + 10 else None)

    run.world.script = script
    await run.mover.advance(20)
    assert looks >= 5
    assert start + 10 in run.world.seen
    assert run.clock() == start + 20


async def test_who_sleeps_is_looked_at_twice_before_time_goes_on(run: Run) -> None:
    """A call that a sleeper has sent just now may not have arrived at the first look."""
    run.mover.pause()
    looks: list[float] = []

    def script(now: float) -> Standing:
        looks.append(now)
        return Standing((), None, asleep=True)

    run.world.script = script
    await run.mover.advance(1)
    assert len(looks) == 2 * len(set(looks))


async def test_what_does_not_end_is_named_and_the_clock_goes_on_from_there(run: Run) -> None:
    run.mover.patience = 0.05
    before = run.clock()
    run.world.script = lambda now: Standing(("Echo",) if now > before + 59 else (), before + 60)
    with pytest.raises(
        NotSettled, match=r"still running after 0\.05 s without progress, while the clock stood: Echo\."
    ) as caught:
        await run.mover.advance(3600)
    assert 3530 < caught.value.left < 3541
    assert before + 60 <= run.clock() < before + 120
    run.world.script = lambda _: Standing()
    await run.mover.advance(60)


async def test_calls_that_start_themselves_again_at_once_do_not_go_on_for_ever(run: Run) -> None:
    run.mover.patience = 0.05

    def again() -> None:
        run.clock.call_at(run.clock(), again)

    run.clock.call_later(1, again)
    with pytest.raises(NotSettled, match="timers"):
        await run.mover.advance(2)


async def test_one_moves_the_clock_at_a_time(run: Run) -> None:
    run.world.script = lambda _: Standing(("Slow",))
    moving = asyncio.create_task(run.mover.advance(1))
    await asyncio.sleep(0.01)
    for move in (run.mover.pause, run.mover.resume):
        with pytest.raises(ClockBusy, match="is being advanced already"):
            move()
    with pytest.raises(ClockBusy):
        await run.mover.advance(1)
    run.world.script = lambda _: Standing()
    await moving


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), 1e9])
async def test_a_step_that_cannot_be_changes_nothing(run: Run, seconds: float) -> None:
    with pytest.raises(UsageError):
        await run.mover.advance(seconds)
    assert run.clock.is_real
    assert run.world.told == []


async def test_it_does_not_go_on_for_ever(run: Run) -> None:
    run.clock.hold()
    run.clock.move_to(run.clock() + FURTHEST)
    with pytest.raises(UsageError, match="start the emulator again"):
        await run.mover.advance(60)


async def test_after_a_reset_it_is_real_and_who_has_seen_other_times_is_forgotten(run: Run) -> None:
    run.mover.reset()
    assert (run.world.forgotten, run.world.told) == (0, [])
    run.mover.pause()
    await run.mover.advance(60)
    run.mover.reset()
    assert run.world.forgotten == 1
    assert run.clock.is_real
    assert run.mover.state()["paused"] is False
    assert run.world.told[-1] == ("reset", 0)
    run.mover.reset()
    assert run.world.forgotten == 1


async def test_what_goes_on_has_more_time_than_what_stands_still_but_not_for_ever(run: Run) -> None:
    run.mover.patience = 0.05
    looks = 0

    def script(_now: float) -> Standing:
        nonlocal looks
        looks += 1
        return Standing(("Endless",), seen=looks)

    run.world.script = script
    started = asyncio.get_running_loop().time()
    with pytest.raises(NotSettled, match="Endless"):
        await run.mover.advance(1)
    assert asyncio.get_running_loop().time() - started > 0.05 * 5


async def test_a_world_that_does_not_even_say_how_it_is_ends_the_advance(run: Run) -> None:
    class Silent(World):
        async def standing(self) -> Standing:
            await asyncio.Event().wait()
            raise AssertionError

    with pytest.raises(NotSettled, match="the AWS services"):
        await Mover(run.clock, Silent(run.clock), 0.01).advance(1)
    assert not run.clock.held
