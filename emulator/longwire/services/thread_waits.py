"""The waits of moto's threads, which run state machines: they end by the emulator's clock.

A thread waits by ``threading.Event``, which is replaced before moto is imported, for another thread's end, or by
``time.sleep``. The event loop's
own thread is left alone: it is woken by whoever moves the clock.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

__all__ = ["ThreadWaits"]

SLICE = 0.005  # real seconds after which a waiting thread looks at the clock
# moto counts the whole seconds that it has waited, and waits for one more when epoch seconds lose a bit of the last.
AFTER = 1e-6
NEVER = float("inf")
Over = Callable[[], bool]


class ThreadWaits:
    """Made once in a process, in its main thread, whose ``time.time`` is the emulator's."""

    def __init__(self) -> None:
        self.main = threading.current_thread()
        self.until: dict[threading.Thread, tuple[float, Over]] = {}
        waits, sleep, join = self, time.sleep, threading.Thread.join

        class Event(threading.Event):
            """Follows the clock where a wait has an end."""

            def wait(self, timeout: float | None = None) -> bool:
                return waits.wait(timeout, super().wait, self.is_set)

        def attempt(seconds: float | None) -> bool:
            sleep(seconds or 0)
            return False

        def sleep_by_clock(seconds: Any) -> None:
            waits.wait(seconds, attempt, lambda: False)

        def join_by_clock(self: threading.Thread, timeout: float | None = None) -> None:
            def ended(seconds: float | None) -> bool:
                join(self, seconds)
                return not self.is_alive()

            waits.wait(timeout, ended, lambda: not self.is_alive())

        threading.Event = Event  # type: ignore[misc]  # what moto finds there
        threading.Thread.join = join_by_clock  # type: ignore[method-assign]  # the same
        time.sleep = sleep_by_clock

    def wait(self, timeout: float | None, attempt: Callable[[float | None], bool], over: Over) -> bool:
        """``over`` says whether what is waited for is there, though the thread may not have noticed it yet."""
        thread = threading.current_thread()
        if thread is self.main or (timeout is not None and timeout <= 0):
            return attempt(timeout)
        until = NEVER if timeout is None else time.time() + timeout + AFTER
        self.until[thread] = until, over
        try:
            while time.time() < until:
                if attempt(None if timeout is None else SLICE):
                    return True
        finally:
            self.until.pop(thread, None)
        return attempt(0)

    def busy(self) -> int:
        """How many threads do something, or are about to: their wait is over. The loop's helpers wait for work."""
        now = time.time()
        waiting = {thread for thread, (until, over) in list(self.until.items()) if until > now and not over()}
        return sum(
            thread is not self.main and thread not in waiting and not thread.name.startswith("asyncio_")
            for thread in threading.enumerate()
        )

    def due(self) -> float | None:
        """When the first of the waits ends that are not over."""
        now = time.time()
        times = [until for until, _ in list(self.until.values()) if now < until < NEVER]
        return min(times, default=None)
