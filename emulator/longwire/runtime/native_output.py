"""What an execution environment prints without ``sys.stdout``: C extensions, subprocesses, a crashing interpreter.

It arrives through one pipe, which is both standard output and standard error of the process and of whatever it
starts.
"""

import asyncio
import os
from collections.abc import Callable

from longwire.bootstrap.channel import MAX_OUTPUT

__all__ = ["NativeOutput"]

MAX_READ = 65_536  # bytes at once, and of a line that waits for its end
MAX_READS = 16  # when a result waits


class NativeOutput:
    """Reads a pipe as things arrive; ``printed(stream, line)`` gets up to MAX_OUTPUT bytes of each invocation."""

    def __init__(self, fd: int, printed: Callable[[str, str], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self.fd = fd
        self.printed = printed
        self.part = b""
        self.left = MAX_OUTPUT
        os.set_blocking(fd, False)
        self.loop.add_reader(fd, self.read)

    def start(self) -> None:
        """A new invocation, with a new allowance."""
        self.left = MAX_OUTPUT

    def read(self) -> bool:
        """Whether there may be more."""
        try:
            data = os.read(self.fd, MAX_READ)
        except BlockingIOError:
            return False
        if not data:
            self.loop.remove_reader(self.fd)
            return False
        *whole, self.part = (self.part + data).split(b"\n")
        for line in whole:
            self.line(line)
        if len(self.part) > MAX_READ:
            self.end_part()
        return True

    def line(self, line: bytes) -> None:
        if len(line) < self.left:
            self.left -= len(line) + 1
            self.printed("stdout", line.decode("utf-8", "replace"))
        elif self.left >= 0:
            self.left = -1
            text = f"more was printed by subprocesses or native code; {MAX_OUTPUT:,} bytes are kept of one invocation"
            self.printed("platform", text)

    def drain(self) -> None:
        """What was written before a result belongs before it; a flood does not hold us up."""
        reads = 0
        while reads < MAX_READS and self.read():
            reads += 1
        self.end_part()

    def end_part(self) -> None:
        part, self.part = self.part, b""
        if part:
            self.line(part)

    def close(self) -> None:
        self.drain()
        self.loop.remove_reader(self.fd)
        os.close(self.fd)
