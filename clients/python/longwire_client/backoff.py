"""When to try again."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Backoff"]


@dataclass(frozen=True)
class Backoff:
    """``jitter``: "full" is random between 0 and the delay, "small" the delay and up to 0.5 s more. Seconds."""

    first: float = 1.0
    longest: float = 30.0
    tries: int = 10
    jitter: Literal["full", "small"] = "full"

    def delay(self, waits: int, random: float) -> float:
        """``waits`` before this one since the last stable connection; ``random`` in [0, 1)."""
        ceiling: float = min(self.longest, self.first * 2 ** min(waits, 30))
        return ceiling * random if self.jitter == "full" else ceiling + 0.5 * random
