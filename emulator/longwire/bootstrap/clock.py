"""Makes a process follow an emulator's clock: ``time``, ``datetime``, sleeps, and the waits of ``selectors`` (asyncio).

Types and functions stay what they are for whoever has imported them after that: the functions of ``time`` are replaced
in the module, ``datetime.now`` and ``utcnow`` in the type itself, so that ``isinstance``, subclasses, pickles and C
code see no difference. Runs inside execution environments and the services' process: standard library only.
"""

import time
from _thread import get_ident
from collections.abc import Callable
from types import ModuleType
from typing import Any

from longwire.bootstrap.clock_page import HELD, HELD_MONOTONIC, MONOTONIC_OFFSET, OFFSET

__all__ = ["Waits", "follow_datetime", "follow_time"]

SLICE = 0.005  # real seconds after which a waiting process looks whether the clock has been moved
NEAR = 1e-5  # seconds; a clock that is moved to a time may be that much before it
SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")


def follow_time(page: Any) -> None:
    """``time.time`` and what takes its time for now. ``perf_counter`` and the clocks of processors stay real."""
    real_time, real_time_ns, real_localtime = time.time, time.time_ns, time.localtime
    real_gmtime, real_ctime, real_asctime, real_strftime = time.gmtime, time.ctime, time.asctime, time.strftime
    real_gettime, real_gettime_ns = time.clock_gettime, time.clock_gettime_ns

    def now() -> float:
        found: float = page[HELD] or real_time() + page[OFFSET]
        return found

    def now_ns() -> int:
        return int(page[HELD] * 1e9) or real_time_ns() + int(page[OFFSET] * 1e9)

    def localtime(seconds: float | None = None) -> time.struct_time:
        return real_localtime(now() if seconds is None else seconds)

    given: dict[str, Callable[..., Any]] = {
        "time": now,
        "time_ns": now_ns,
        "localtime": localtime,
        "gmtime": lambda seconds=None: real_gmtime(now() if seconds is None else seconds),
        "ctime": lambda seconds=None: real_ctime(now() if seconds is None else seconds),
        "asctime": lambda *at: real_asctime(*(at or (localtime(),))),
        "strftime": lambda text, *at: real_strftime(text, *(at or (localtime(),))),
        "clock_gettime": lambda which: now() if which == time.CLOCK_REALTIME else real_gettime(which),
        "clock_gettime_ns": lambda which: now_ns() if which == time.CLOCK_REALTIME else real_gettime_ns(which),
    }
    replace_functions(given)


def replace_functions(given: dict[str, Callable[..., Any]]) -> None:
    for name, function in given.items():
        function.__name__ = function.__qualname__ = name
        function.__module__ = "time"
        setattr(time, name, function)


def follow_datetime(module: ModuleType, page: Any) -> None:
    """``date.today`` and ``datetime.today`` ask ``time.time`` themselves."""
    kind: Any = module.datetime
    real_now, real_utcnow = vars(kind)["now"], vars(kind)["utcnow"]

    def is_real() -> bool:
        return not page[HELD] and not page[OFFSET]

    def now(cls: Any, tz: Any = None) -> Any:
        return real_now.__get__(None, cls)(tz) if is_real() else cls.fromtimestamp(time.time(), tz)

    def utcnow(cls: Any) -> Any:
        found = real_utcnow.__get__(None, cls)()
        return found if is_real() else cls.fromtimestamp(time.time(), module.timezone.utc).replace(tzinfo=None)

    replace_methods(kind, {"now": classmethod(now), "utcnow": classmethod(utcnow)})


def replace_methods(kind: Any, given: dict[str, Any]) -> None:
    """Of a type that is written in C, which refuses ``setattr``: its namespace is a dict all the same."""
    import ctypes
    import gc

    namespace = next(found for found in gc.get_referents(vars(kind)) if isinstance(found, dict))
    namespace.update(given)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


class Waits:
    """The waits of a handler: they end when the clock has passed their time, whoever moved it.

    ``told(until)`` is called when one takes longer in the thread that made this, with the time of ``monotonic`` that it
    waits for, and with None when it is over. While ``following`` is false they are real.
    """

    def __init__(self, page: Any, told: Callable[[float | None], None]) -> None:
        self.told = told
        self.following = False
        self.thread = get_ident()
        self.monotonic = monotonic_of(page)
        self.real_sleep = time.sleep
        self.replace()

    def replace(self) -> None:
        def sleep(seconds: Any, /) -> None:
            self.sleep(seconds)

        given: dict[str, Callable[..., Any]] = {"monotonic": self.monotonic, "sleep": sleep}
        replace_functions({**given, "monotonic_ns": lambda: int(self.monotonic() * 1e9)})

    def sleep(self, seconds: Any) -> None:
        """The clock may be moved, or stand, at any time; so this looks at it every few milliseconds."""
        if not self.following or not isinstance(seconds, (int, float)) or not seconds > SLICE:
            self.real_sleep(seconds)
            return
        self.wait(seconds, self.nap)

    def nap(self, seconds: float) -> bool:
        self.real_sleep(seconds)
        return False

    def wait(self, seconds: float, attempt: Callable[[float], Any]) -> Any:
        """Until ``attempt`` has something to give, which is asked to wait so long, or the time is over."""
        until, told = self.monotonic() + seconds, False
        try:
            while (left := until - self.monotonic()) > NEAR:
                found = attempt(min(left, SLICE))
                if found:
                    return found
                if not told and get_ident() == self.thread and until - self.monotonic() > NEAR:
                    told = True
                    self.told(until)
        finally:
            if told:
                self.told(None)
        return attempt(0)

    def follow_selectors(self, module: Any) -> None:
        for name in SELECTORS:
            if hasattr(module, name):
                self.follow_selector(getattr(module, name))

    def follow_selector(self, kind: Any) -> None:
        """What is ready is told at once; the time that nothing is ready goes by the clock."""
        original, waits = kind.select, self

        def select(self: Any, timeout: float | None = None) -> Any:
            if timeout is None or timeout <= SLICE or not waits.following:
                return original(self, timeout)
            return waits.wait(timeout, lambda seconds: original(self, seconds))

        kind.select = select


def monotonic_of(page: Any) -> Callable[[], float]:
    real = time.monotonic

    def monotonic() -> float:
        found: float = page[HELD_MONOTONIC] or real() + page[MONOTONIC_OFFSET]
        return found

    return monotonic
