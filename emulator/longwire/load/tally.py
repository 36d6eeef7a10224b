"""What was counted: in one second by one process, or in all by all of them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from longwire.load.histogram import Histogram

__all__ = ["Tally"]

COUNTERS = ("counts", "refused", "closed", "sent")


class Tally:
    """``counts`` has attempts, opened, reconnects, gave_up, messages_in, bytes_in, bytes_out and expected (answers).

    ``refused`` is by status or cause, ``closed`` by close code (only those that were not meant), ``sent`` by the
    message's name. ``latency`` is from when a message was due until its answer, ``connecting`` from the
    attempt until 101.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.latency = Histogram()
        self.connecting = Histogram()
        self.open = 0

    def tell(self) -> dict[str, Any]:
        told: dict[str, Any] = {name: dict(getattr(self, name)) for name in COUNTERS}
        return told | {"latency": self.latency.tell(), "connecting": self.connecting.tell(), "open": self.open}

    def take(self, told: Mapping[str, Any]) -> None:
        """Add another process's, or another second's; ``open`` is added too, and is the caller's to reset."""
        for name in COUNTERS:
            getattr(self, name).update(told[name])
        self.latency.take(told["latency"])
        self.connecting.take(told["connecting"])
        self.open += told["open"]

    @property
    def unanswered(self) -> int:
        return max(0, self.counts["expected"] - len(self.latency))

    @property
    def errors(self) -> int:
        """Refusals and closes that were not meant."""
        return self.refused.total() + self.closed.total()
