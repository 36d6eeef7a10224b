"""One invocation, as the core sees it: when it is, when it must be over, what it counted."""

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["MARGIN", "Turn"]

MARGIN = 0.5
"""Seconds left for the answer. A function that Lambda kills makes API Gateway send a frame without a ``type``,
which ends some official clients."""


@dataclass(frozen=True, slots=True)
class Turn:
    """``now`` is seconds since the epoch; ``deadline`` is on the monotonic clock. ``counts`` become metrics.

    ``latencies`` are milliseconds from a message's commit to its post.
    """

    now: int
    deadline: float
    counts: Counter[str] = field(default_factory=Counter)
    latencies: list[int] = field(default_factory=list)

    @classmethod
    def starting(cls, remaining_ms: int, *, wall: float, steady: float) -> "Turn":
        """``remaining_ms`` is what Lambda's context says is left before the function's timeout."""
        return cls(now=int(wall), deadline=steady + remaining_ms / 1000 - MARGIN)
