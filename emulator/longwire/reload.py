"""``longwire dev`` follows edits: other code, other environments; another template, another deployment.

What is saved holds from the next message on, and open connections stay. A change of anything beside the Api and its
functions (a table, a queue) needs empty services, so connections are closed with 1001 then. While the template is wrong
the last good one serves on, which is said again with each change, and to whoever sends something.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from longwire.core.api import Function, Stack
from longwire.emulator import Deployed, Emulator
from longwire.errors import LongwireError
from longwire.inspector.timeline import Entry
from longwire.watch import MOST_ENTRIES, Watcher

__all__ = ["Reload"]

SETTLED = 0.04  # seconds without a change, after which what is being saved is taken to be whole
LOOKS = 20  # at most, while a change goes on
REMIND_EVERY = 1.0  # seconds
TRAFFIC = ("handshake", "message_received")


class Reload:
    """``load`` reads the template again, in a thread. ``files`` are those that it reads; ``since`` is epoch seconds,
    before they were read for the first time.

    The timeline gets ``reloaded`` and ``reload_failed``.
    """

    def __init__(self, emulator: Emulator, load: Callable[[], Stack], files: Iterable[Path], since: float) -> None:
        self.emulator = emulator
        self.load = load
        self.files = tuple(str(file.absolute()) for file in files)
        self.watcher = Watcher(self.roots(), since)
        self.problem = ""
        self.told: set[str] = set()
        self.reminded = 0.0
        self.unsubscribe: Callable[[], None] = lambda: None

    def roots(self) -> list[str]:
        functions = self.emulator.stack.functions.values()
        nested = [str(file.absolute()) for file in self.emulator.stack.nested]
        return [*self.files, *nested, *sorted({folder for each in functions for folder in (each.code, *each.layers)})]

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            paths = await self.watcher.changed()
            self.tell_unwatched()
            if paths:
                await self.apply(await self.settled(paths))

    async def settled(self, paths: set[str]) -> set[str]:
        """With what else is being saved. A template half written may lack a table, whose items would be lost."""
        for _ in range(LOOKS):
            await asyncio.sleep(SETTLED)
            more = await self.watcher.look()
            if not more:
                break
            paths |= more
        return paths

    async def apply(self, paths: set[str]) -> None:
        """Take over what these files say now."""
        now, emulator = time.time(), self.emulator
        code = {name for name, function in emulator.stack.functions.items() if self.owns(function, paths)}
        try:
            deployed = await emulator.deploy(await self.stack(paths), code)
        except LongwireError as exc:
            self.problem = str(exc)
            deployed = await emulator.deploy(emulator.stack, code)
        self.watcher.roots, self.watcher.since = self.roots(), now
        self.unsubscribe()
        self.unsubscribe = emulator.timeline.subscribe(self.remind) if self.problem else lambda: None
        self.tell(sorted(map(shown, paths)), deployed)

    async def stack(self, paths: set[str]) -> Stack:
        """A template that was wrong is read again after any change: what it misses may be there now."""
        templates = {*self.files, *(str(file.absolute()) for file in self.emulator.stack.nested)}
        if not self.problem and paths.isdisjoint(templates):
            return self.emulator.stack
        found = await asyncio.to_thread(self.load)
        self.problem = ""
        return found

    def owns(self, function: Function, paths: set[str]) -> bool:
        folders = tuple(folder.rstrip(os.sep) + os.sep for folder in (function.code, *function.layers))
        return any(path.startswith(folders) for path in paths.difference(self.files))

    def tell(self, files: list[str], deployed: Deployed) -> None:
        if self.problem:
            self.publish("reload_failed", {"files": files, "error_message": self.problem})
        if deployed.functions or not self.problem:
            closed = {"connections_closed": deployed.connections_closed}
            self.publish("reloaded", {"functions": deployed.functions, "files": files, **closed})

    def remind(self, entry: Entry) -> None:
        """The last good version does not serve silently: who tries an edit would take its answers for the new ones."""
        _, at, event, _, _ = entry
        if self.problem and event in TRAFFIC and at - self.reminded >= REMIND_EVERY:
            self.reminded = at
            self.emulator.options.log(f"what ran before answers, because of {self.problem.partition(chr(10))[0]}")

    def tell_unwatched(self) -> None:
        for folder in sorted(self.watcher.unwatched - self.told):
            message = (
                f"{folder} holds more than {MOST_ENTRIES} files and folders; edits in it take effect at a restart."
            )
            self.publish("reload_failed", {"files": [], "error_message": message})
        self.told |= self.watcher.unwatched

    def publish(self, event: str, data: dict[str, object]) -> None:
        self.emulator.timeline.publish(event, "", self.emulator.clock(), data)


def shown(path: str) -> str:
    """Relative to the working directory, where that is shorter."""
    return min(path, os.path.relpath(path), key=len)
