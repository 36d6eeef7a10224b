"""Time that passes only when somebody sleeps or waits for an answer, and the backend imported once more under it."""

import importlib
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import botocore.endpoint
import pytest

__all__ = ["VirtualClock", "backend_under"]

PACKAGE = "longwire_app"
HANDLERS = ("authorizer", "connect", "disconnect", "message", "worker", "admin", "publish_queue")


class VirtualClock:
    """Each thread has its own time, which begins at the main thread's; who waited for threads is as late as they.

    So what runs in parallel takes as long as the slowest, and nothing in a test depends on the machine.
    """

    def __init__(self, start: float) -> None:
        self.main = threading.get_ident()
        self.start = self.now = start
        self.others: dict[int, float] = {}
        self.skew = 0.0  # of the wall clock

    def time(self) -> float:
        return self.passed() + self.skew

    def passed(self) -> float:
        me = threading.get_ident()
        if me == self.main:
            self.now = max([self.now, *self.others.values()])
            self.others.clear()
            return self.now
        return self.others.get(me, self.now)

    def monotonic(self) -> float:
        return self.passed() - self.start + 1_000

    def sleep(self, seconds: float) -> None:
        then = self.passed() + seconds
        if threading.get_ident() == self.main:
            self.now = then
        else:
            self.others[threading.get_ident()] = then


class Module(ModuleType):
    """The module ``time``, but for what tells the time or takes some."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__("time")
        self.time, self.monotonic, self.sleep = clock.time, clock.monotonic, clock.sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@contextmanager
def backend_under(clock: VirtualClock) -> Iterator[dict[str, ModuleType]]:
    """The handlers' modules by name: another copy of the package, for which ``import time`` is this clock.

    The waits of botocore's retries are on it too. Everybody else keeps the real time.
    """
    for name in HANDLERS:
        importlib.import_module(f"{PACKAGE}.{name}")  # so that what they import is there, with the real time
    patched = pytest.MonkeyPatch()
    others = {name: module for name, module in sys.modules.items() if name.split(".")[0] != PACKAGE}
    ours = {name: module for name, module in sys.modules.items() if name not in others}
    try:
        for name in ours:
            del sys.modules[name]
        patched.setitem(sys.modules, "time", Module(clock))
        copies = {name: importlib.import_module(f"{PACKAGE}.{name}") for name in (*HANDLERS, "wiring")}
        patched.undo()
        for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.modules.update(ours)
        patched.setattr(botocore.endpoint, "time", Module(clock))
        yield copies
    finally:
        patched.undo()
