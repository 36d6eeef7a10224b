"""Which files of the code folders have changed: all are looked at, a few times a second.

Polling, because it needs nothing beyond the standard library, works on every file system, and costs little: a scan
takes about 4 microseconds for each file, yields to the event loop every millisecond, and is followed by a pause of at
least 20 times what it took.
"""

import asyncio
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from stat import S_ISDIR
from time import perf_counter

__all__ = ["MOST_ENTRIES", "Watcher"]

EVERY = 0.3  # seconds between two scans
SHARE = 20  # a scan that took a second is followed by a pause of this many
SLICE = 0.001  # seconds that a scan may hold the event loop
MOST_ENTRIES = 50_000  # of one folder; whoever has more has named the wrong folder

SKIPPED = {"__pycache__", "node_modules", "venv", "cdk.out"}
# What functions are made of. Not what handlers write: logs, databases, tables, text.
CODE = (".py", ".so", ".js", ".mjs", ".cjs", ".node", ".json", ".yaml", ".yml", ".toml", ".env", ".rb", ".jar", ".dll")
EXECUTABLE = "bootstrap"  # of the provided.* runtimes

Stamp = tuple[int, int, int]  # st_mtime_ns, st_size, st_ino: the last for a file that another was renamed to


class TooManyEntries(Exception):
    """A folder holds more than it may."""


class Watcher:
    """``roots`` are folders, and single files; they may be set anew at any time. ``most`` is how many files and folders
    one root may hold.

    A root's files that were changed after ``since`` (epoch seconds) count as changed when it is looked at for the first
    time, so that nothing is missed between reading a template and the first scan.
    """

    def __init__(self, roots: Iterable[str], since: float, most: int = MOST_ENTRIES) -> None:
        self.roots: Collection[str] = tuple(dict.fromkeys(roots))
        self.since = since
        self.most = most
        self.known: dict[str, Mapping[str, Stamp]] = {}
        self.unwatched: set[str] = set()
        self.busy = 0.0

    async def changed(self) -> set[str]:
        """Wait for the next change; the paths of files that are new, different or gone.

        Empty, when all that is new is in ``unwatched``.
        """
        while True:
            await asyncio.sleep(max(EVERY, self.busy * SHARE))
            before = len(self.unwatched)
            found = await self.look()
            if found or len(self.unwatched) > before:
                return found

    async def look(self) -> set[str]:
        """One scan. A folder that is too big is added to ``unwatched``, and not looked at again."""
        self.busy = 0.0
        found: set[str] = set()
        for root in self.roots:
            if root not in self.unwatched:
                try:
                    found |= self.news(root, await self.snapshot(root))
                except TooManyEntries:
                    self.unwatched.add(root)
        self.known = {root: self.known[root] for root in self.roots if root in self.known}
        return found

    async def snapshot(self, root: str) -> dict[str, Stamp]:
        found: dict[str, Stamp] = {}
        started = perf_counter()
        for path, stamp in stamps(root, self.most):
            if stamp is not None:
                found[path] = stamp
            now = perf_counter()
            if now - started >= SLICE:
                self.busy += now - started
                await asyncio.sleep(0)
                started = perf_counter()
        self.busy += perf_counter() - started
        return found

    def news(self, root: str, now: Mapping[str, Stamp]) -> set[str]:
        before = self.known.get(root)
        self.known[root] = now
        if before is None:
            return {path for path, stamp in now.items() if stamp[0] > self.since * 1e9}
        if before == now:
            return set()
        return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def stamps(root: str, most: int) -> Iterator[tuple[str, Stamp | None]]:
    """Of a file, or of all below a folder, None for what is no code; of nothing when it is not there.

    Raises TooManyEntries.
    """
    try:
        status = Path(root).stat()
    except OSError:
        return
    if not S_ISDIR(status.st_mode):
        yield root, stamp_of(status)
        return
    for entry in below(root, most):
        yield entry.path, stamp_of_code(entry)


def stamp_of(status: os.stat_result) -> Stamp:
    return status.st_mtime_ns, status.st_size, status.st_ino


def stamp_of_code(entry: os.DirEntry[str]) -> Stamp | None:
    if not is_code(entry.name):
        return None
    try:
        return stamp_of(entry.stat()) if entry.is_file() else None
    except OSError:  # it is gone, or a link to nothing
        return None


def is_code(name: str) -> bool:
    return (name.endswith(CODE) and (name[0] != "." or name == ".env")) or name == EXECUTABLE


def below(root: str, most: int) -> Iterator[os.DirEntry[str]]:
    folders, links, count = [root], {os.path.realpath(root)}, 0
    while folders:
        for entry in entries(folders.pop()):
            count += 1
            if count > most:
                raise TooManyEntries(root)
            if is_walked(entry, links):
                folders.append(entry.path)
            yield entry


def entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:  # it is gone, or nobody may read it
        return []


def is_walked(entry: os.DirEntry[str], links: set[str]) -> bool:
    """Whether it is a folder that may hold code. Each link's target is walked once."""
    if entry.name in SKIPPED or entry.name[0] == "." or not entry.is_dir():
        return False
    if not entry.is_symlink():
        return True
    target = os.path.realpath(entry.path)
    new = target not in links
    links.add(target)
    return new
