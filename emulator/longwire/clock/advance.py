"""Moving the clock: step by step to whatever is due on the way, and no further before its consequences are over."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from longwire.clock.clock import Clock
from longwire.clock.duration import bounded
from longwire.errors import ClockBusy, NotSettled, UsageError

__all__ = ["Mover", "Standing", "World"]

PATIENCE = 10.0  # real seconds without any sign of progress in what is due at one time
MOST = 6  # times as long what is due at one time may take
TURNS = 3  # of the event loop, in which what clients have sent before is read
LOOK_EVERY = 0.002  # real seconds between two looks at whether all is done, the first
LOOK_SELDOM = 0.02  # and the longest
FURTHEST = 20 * 366 * 86_400.0  # seconds that the clock may be ahead


@dataclass(frozen=True, slots=True)
class Standing:
    """``busy`` names what is under way; ``due`` is when the next thing happens by itself, None for never.

    ``asleep``: somebody waits for the clock; what he has sent before may be on its way. ``seen`` changes with whatever
    happens.
    """

    busy: tuple[str, ...] = ()
    due: float | None = None
    asleep: bool = False
    seen: int = 0


class World(Protocol):
    """Everything that the clock moves."""

    async def standing(self) -> Standing:
        """Do what is due now, and say what of it is not over."""

    def moved(self) -> None:
        """The clock has another time."""

    def changed(self, change: str, facts: Mapping[str, Any]) -> None:
        """A change is done: "advanced", "paused", "resumed" or "reset"."""

    def forget(self) -> None:
        """The clock goes back: whoever has seen its time has to go, and whatever holds it."""


class Mover:
    """``paused`` and ``moving``: it stands for good, or while it is advanced. ``was_moved``: it is not real."""

    def __init__(self, clock: Clock, world: World, patience: float = PATIENCE) -> None:
        self.clock = clock
        self.world = world
        self.patience = patience
        self.paused = False
        self.moving = False
        self.was_moved = False

    def state(self) -> dict[str, Any]:
        """``now`` is epoch seconds, ``offset`` how many of them it is ahead of real time."""
        return {"now": round(self.clock(), 6), "offset": round(self.clock.ahead, 3), "paused": self.paused}

    def pause(self) -> None:
        """Let the clock stand, from now on. Raises ClockBusy."""
        self.free()
        self.clock.hold()
        self.changed("paused")

    def resume(self) -> None:
        """Let it go on from where it stands. Raises ClockBusy."""
        self.free()
        self.clock.run()
        self.changed("resumed")

    def changed(self, change: str, seconds: float = 0.0) -> None:
        self.paused = self.clock.held is not None
        self.was_moved = self.was_moved or not self.clock.is_real
        self.world.moved()
        state = self.state()
        facts = {"seconds": round(seconds, 3), "offset": state["offset"], "paused": state["paused"]}
        self.world.changed(change, facts)

    def free(self) -> None:
        if self.moving:
            raise ClockBusy

    async def advance(self, seconds: float) -> None:
        """Do what is due within these seconds, in order and each to its end, and stand or run on from there.

        Raises ClockBusy; UsageError for a number that cannot be; NotSettled, the clock standing or running on from
        where something does not end.
        """
        self.free()
        bounded(seconds)
        if self.clock.ahead + seconds > FURTHEST:
            raise UsageError("the clock is some 20 years ahead already: start the emulator again")
        self.moving = True
        self.clock.hold()
        started = self.clock()
        try:
            await self.go_to(started + seconds)
        finally:
            self.moving = False
            done = self.clock() - started
            if not self.paused:
                self.clock.run()
            self.changed("advanced", done)

    async def go_to(self, target: float) -> None:
        due = await self.settled(target)
        while due is not None and due <= target:
            due = await self.step(due, target)
        await self.step(target, target)

    async def step(self, when: float, target: float) -> float | None:
        self.clock.move_to(max(when, self.clock()))
        self.world.moved()
        return await self.settled(target)

    async def settled(self, target: float) -> float | None:
        """Wait until what is due now is done; when the next thing is due, which is later than now."""
        patience, pause, quiet = Patience(self.patience), LOOK_EVERY, False
        while True:
            await self.turns()
            standing = await self.looked_at(target)
            due = earliest(self.clock.next_timer(), standing.due)
            over = not standing.busy and (due is None or due > self.clock())
            if over and (quiet or not standing.asleep):
                return due
            quiet = over
            if patience.is_over(standing.seen):
                raise self.not_settled(standing.busy or ("timers",), target)
            if standing.busy or standing.asleep:
                await asyncio.sleep(pause)
                pause = min(LOOK_SELDOM, pause * 1.5)

    async def looked_at(self, target: float) -> Standing:
        try:
            return await asyncio.wait_for(self.world.standing(), self.patience * MOST)
        except TimeoutError:
            raise self.not_settled(("the AWS services",), target) from None

    def not_settled(self, running: tuple[str, ...], target: float) -> NotSettled:
        return NotSettled(running, self.patience, target - self.clock())

    async def turns(self) -> None:
        for _ in range(TURNS):
            self.clock.fire()
            await asyncio.sleep(0)

    def reset(self) -> None:
        """The clock is real again, and may have gone back."""
        if self.was_moved:
            self.world.forget()
            self.clock.become_real()
            self.changed("reset")
            self.was_moved = False


class Patience:
    """Is over when nothing has happened for so many seconds, or, whatever happens, after MOST times as many."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.started = self.changed = asyncio.get_running_loop().time()
        self.seen = -1

    def is_over(self, seen: int) -> bool:
        now = asyncio.get_running_loop().time()
        if seen != self.seen:
            self.seen, self.changed = seen, now
        return now - self.changed > self.seconds or now - self.started > self.seconds * MOST


def earliest(*times: float | None) -> float | None:
    return min((when for when in times if when is not None), default=None)
