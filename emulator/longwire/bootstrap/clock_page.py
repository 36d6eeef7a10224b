"""Four numbers that tell every process of an emulator what time it is: shared memory, written by one, read by all.

Runs inside an execution environment too: standard library only, and little of it: see channel.
"""

import mmap
from typing import Any

__all__ = ["HELD", "HELD_MONOTONIC", "MONOTONIC_OFFSET", "OFFSET", "SIZE", "mapped"]

SIZE = 32  # bytes: four doubles
# Seconds to add to time.time(), and to time.monotonic(); or, while the clock stands, what these are (0: it runs).
OFFSET, HELD, MONOTONIC_OFFSET, HELD_MONOTONIC = range(4)


def mapped(fd: int, *, writable: bool = False) -> Any:
    """The numbers in the file, as a memoryview of floats; the emulator may change them at any time."""
    return memoryview(mmap.mmap(fd, SIZE, access=mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ)).cast("d")
