"""What time it is in an emulator, and calls at times to come.

The clock is real until it is moved. Its time and its offset are written to shared memory, where functions and services
read them: see bootstrap.clock_page.
"""

import asyncio
import heapq
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import IO, Any

from longwire.bootstrap.clock_page import HELD, HELD_MONOTONIC, MONOTONIC_OFFSET, OFFSET, SIZE, mapped

__all__ = ["Clock", "Timer"]

TOLERANCE = 1e-5  # seconds; epoch seconds, by which the clock is moved, are exact to 1e-6


class Timer:
    """One call; ``cancel`` it when it is not wanted any more."""

    __slots__ = ("call", "when")

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock:
    """Called, it gives epoch seconds. Timers are for one event loop, that in which they are started.

    It runs, or stands at ``held``: ``hold``, ``move_to`` and ``run`` are for whoever moves it. ``shared``: there is a
    file of bootstrap.clock_page, until ``close``.
    """

    def __init__(
        self,
        real: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        shared: bool = False,
    ) -> None:
        self.real = real
        self.real_monotonic = monotonic
        self.file: IO[bytes] | None = None
        self.page: Any = memoryview(bytearray(SIZE)).cast("d")
        if shared:
            self.page, self.file = shared_page()
        self.offset = self.monotonic_offset = 0.0
        self.held: float | None = None
        self.held_monotonic = 0.0
        self.timers: list[tuple[float, int, Timer]] = []
        self.numbers = count()
        self.alarm: asyncio.TimerHandle | None = None
        self.alarm_at = float("inf")

    def __call__(self) -> float:
        return self.real() + self.offset if self.held is None else self.held

    def monotonic(self) -> float:
        """Seconds that never go back, of no meaning by themselves; they move with the clock."""
        return self.real_monotonic() + self.monotonic_offset if self.held is None else self.held_monotonic

    def has_passed(self, when: float) -> bool:
        """Whether it is ``when`` by ``monotonic``."""
        return self.monotonic() > when - TOLERANCE

    @property
    def ahead(self) -> float:
        """Seconds between real time and this clock; 0 exactly when it was never moved."""
        return self.offset if self.held is None else self.held - self.real()

    @property
    def is_real(self) -> bool:
        return self.held is None and self.offset == 0.0

    # --- timers

    def call_at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call at an epoch time, or soon when it is over already; calls of one time keep their order."""
        timer = Timer(when, call)
        heapq.heappush(self.timers, (when, next(self.numbers), timer))
        if self.held is None and when < self.alarm_at:
            self.set_alarm()
        return timer

    def call_later(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self.call_at(self() + seconds, call)

    def next_timer(self) -> float | None:
        """When the next one is due."""
        while self.timers and self.timers[0][2].call is None:
            heapq.heappop(self.timers)
        return self.timers[0][0] if self.timers else None

    def fire(self) -> None:
        """Make the calls that are due, oldest first, each as a step of the event loop of its own."""
        loop, now = asyncio.get_running_loop(), self()
        while (when := self.next_timer()) is not None and when <= now:
            _, _, timer = heapq.heappop(self.timers)
            loop.call_soon(made(timer))

    def set_alarm(self) -> None:
        """In real time, for the next timer; none while the clock stands."""
        if self.alarm is not None:
            self.alarm.cancel()
        self.alarm, self.alarm_at = None, float("inf")
        when = self.next_timer()
        if when is not None and self.held is None:
            self.alarm_at = when
            self.alarm = asyncio.get_running_loop().call_later(max(0.0, when - self()), self.ring)

    def ring(self) -> None:
        self.fire()
        self.set_alarm()

    # --- for whoever moves it

    def hold(self) -> None:
        """Stand still."""
        if self.held is None:
            self.stand(self(), self.monotonic())
            self.set_alarm()

    def move_to(self, when: float) -> None:
        """Of a clock that stands: it stands at ``when`` from now on, which is not before."""
        assert self.held is not None
        self.stand(when, self.held_monotonic + (when - self.held))

    def stand(self, held: float, held_monotonic: float) -> None:
        self.held, self.held_monotonic = held, held_monotonic
        self.page[HELD_MONOTONIC], self.page[HELD] = held_monotonic, held

    def run(self) -> None:
        """Go on from where it stands."""
        if self.held is not None:
            self.go(self.held - self.real(), self.held_monotonic - self.real_monotonic())

    def become_real(self) -> None:
        """For a new beginning: it may go back, and nobody who has seen its time may be left."""
        self.go(0.0, 0.0)

    def go(self, offset: float, monotonic_offset: float) -> None:
        self.offset, self.monotonic_offset, self.held = offset, monotonic_offset, None
        self.page[OFFSET], self.page[MONOTONIC_OFFSET] = offset, monotonic_offset
        self.page[HELD] = self.page[HELD_MONOTONIC] = 0.0
        self.set_alarm()

    def close(self) -> None:
        if self.alarm is not None:
            self.alarm.cancel()
        self.timers.clear()
        if self.file is not None:
            self.file.close()


def shared_page() -> tuple[Any, IO[bytes]]:
    """The numbers to write, and the file to hand out, which can only be read, whatever a handler does with it."""
    with tempfile.NamedTemporaryFile() as made:
        made.truncate(SIZE)
        return mapped(made.fileno(), writable=True), Path(made.name).open("rb", buffering=0)


def made(timer: Timer) -> Callable[[], None]:
    """It may be cancelled by one that is called before it."""

    def call() -> None:
        if timer.call is not None:
            timer.call()

    return call
