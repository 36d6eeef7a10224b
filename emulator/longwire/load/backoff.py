"""When a client that was refused or cut off tries again."""

import random
from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """``first`` seconds, doubled with each try up to ``limit``, ``tries`` in all.

    ``jitter`` None is full jitter: any time up to the delay. A number is seconds that are added at random at most; 0 is
    none at all.
    """

    first: float = 1.0
    limit: float = 30.0
    jitter: float | None = None
    tries: int = 10

    def delay(self, attempt: int, chance: random.Random) -> float | None:
        """Seconds before the try number ``attempt`` (from 1), or None when there are no more."""
        if attempt > self.tries:
            return None
        delay = min(self.limit, self.first * 2.0 ** min(attempt - 1, 60))
        return chance.uniform(0, delay) if self.jitter is None else delay + chance.uniform(0, self.jitter)
