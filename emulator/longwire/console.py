"""What ``longwire dev`` prints, written by a thread of its own.

A pipe that nobody empties blocks whoever writes to it, and would stop the gateway with its clients. Here it only loses
lines, which are counted and told of as soon as something is read again.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from click import unstyle

__all__ = ["STDOUT", "Console"]

STDOUT, STDERR = 1, 2
LIMIT = 16 * 1024 * 1024  # characters that wait to be written
PATIENCE = 2.0  # seconds at the end for what still waits
AT_ONCE = 65_536  # bytes; the size of a Linux pipe


class Console:
    """``out`` and ``err`` take text of one or more lines and never block.

    ``lost(count)`` is the line on ``lost_to`` about lines that were not read in time. Colours are for terminals alone.
    """

    def __init__(self, lost: Callable[[int], str], lost_to: int = STDERR, limit: int = LIMIT) -> None:
        self.lost = lost
        self.lost_to = lost_to
        self.limit = limit
        self.lines: deque[tuple[int, str]] = deque()
        self.size = self.dropped = 0
        self.closed = False
        self.dead: set[int] = set()
        self.colours = {fd: os.isatty(fd) for fd in (STDOUT, STDERR)}
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.write, name="console", daemon=True)
        self.thread.start()

    def out(self, text: str) -> None:
        self.add(STDOUT, text)

    def err(self, text: str) -> None:
        self.add(STDERR, text)

    def close(self, patience: float = PATIENCE) -> None:
        """Write what waits; a reader that stalls is waited for no longer than ``patience`` seconds."""
        with self.changed:
            self.closed = True
            self.changed.notify()
        self.thread.join(patience)

    def add(self, fd: int, text: str) -> None:
        with self.changed:
            if self.size + len(text) > self.limit:
                self.dropped += 1
                return
            if self.dropped:
                self.append(self.lost_to, self.lost(self.dropped))
                self.dropped = 0
            self.append(fd, text)
            self.changed.notify()

    def append(self, fd: int, text: str) -> None:
        self.lines.append((fd, text if self.colours[fd] else unstyle(text)))
        self.size += len(self.lines[-1][1])

    # --- in the thread

    def write(self) -> None:
        while (taken := self.take()) is not None:
            fd, text = taken
            if fd not in self.dead:
                self.write_all(fd, text.encode("utf-8", "backslashreplace"))

    def take(self) -> tuple[int, str] | None:
        """As many lines of one stream as go out at once; None when it is closed and nothing waits."""
        with self.changed:
            while not self.lines and not self.closed:
                self.changed.wait()
            if not self.lines:
                return None
            fd, found, size = self.lines[0][0], list[str](), 0
            while self.lines and self.lines[0][0] == fd and size < AT_ONCE:
                found.append(self.lines.popleft()[1])
                size += len(found[-1])
            self.size -= size
        return fd, "\n".join(found) + "\n"

    def write_all(self, fd: int, data: bytes) -> None:
        with suppress(OSError):
            written = 0
            while written < len(data):
                written += os.write(fd, data[written : written + AT_ONCE])
            return
        self.dead.add(fd)  # the reader is gone (EPIPE), as with ``| head``
