"""How many frames a client may send: a token bucket for each session, which ordinary clients never have written.

Each execution environment gives a session a tenth of the rate and of the burst for nothing, from memory. Who takes
more leases tokens of the session's own bucket in the table, several at a time, and is refused without another look
until they could be there again. So a client at an ordinary pace costs no request, a fast one a write for every few
frames, and a flood hardly any. What it gets beyond its rate is a tenth for each environment that it keeps busy at the
same time; at 20 ms a frame a client that keeps its rate keeps one busy.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from longwire_app import items
from longwire_app.errors import TooManyRequests
from longwire_app.table import Table

__all__ = ["RateLimit"]

FREE = 0.1
"""Part of the rate and the burst that an environment gives from memory."""

LEASE = 0.2
"""Seconds of the rate that are leased at once."""

KNOWN = 10_000
"""Sessions that an environment remembers."""

KEPT = 3600
"""Seconds that a bucket stays in the table; by then it is full again."""

NOT_FULL = "fullAt >= :now AND fullAt <= :latest"
FULL = "attribute_not_exists(fullAt) OR fullAt < :now"


@dataclass(slots=True)
class _Seen:
    tokens: float
    at: float
    leased: int = 0
    full_at: int = 0
    refused_until: float = 0.0


class RateLimit:
    """``rate`` is frames per second, ``burst`` how many may come at once. For one thread at a time, as Lambda has it.

    The bucket is stored as the time at which it will be full again, ``fullAt`` in milliseconds.
    """

    def __init__(
        self,
        table: Table,
        rate: float,
        burst: int,
        *,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._rate = rate
        self._burst = burst
        self._lease = max(1, int(rate * LEASE))
        self._steady = steady
        self._wall = wall
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def spend(self, session_id: str) -> None:
        """Takes one token of a session; raises TooManyRequests when there is none."""
        if not self._free(session_id) and not self._leased(session_id):
            raise TooManyRequests(f"more than {self._rate:g} frames a second")

    def _free(self, session_id: str) -> bool:
        now, most = self._steady(), max(1.0, self._burst * FREE)
        seen = self._seen.setdefault(session_id, _Seen(most, now))
        self._seen.move_to_end(session_id)
        if len(self._seen) > KNOWN:
            self._seen.popitem(last=False)
        seen.tokens, seen.at = min(most, seen.tokens + (now - seen.at) * self._rate * FREE), now
        if seen.tokens < 1:
            return False
        seen.tokens -= 1
        return True

    def _leased(self, session_id: str) -> bool:
        seen = self._seen[session_id]
        if not seen.leased and self._steady() >= seen.refused_until:
            if self._take(session_id, seen, self._lease):
                seen.leased = self._lease
            else:
                seen.refused_until = self._steady() + self._lease / self._rate
        if not seen.leased:
            return False
        seen.leased -= 1
        return True

    def _take(self, session_id: str, seen: _Seen, count: int) -> bool:
        now, each = int(self._wall() * 1000), 1000 / self._rate
        cost, capacity = int(count * each), max(int(self._burst * each), int(count * each))
        fuller = (NOT_FULL, "fullAt + :cost", {":now": now, ":cost": cost, ":latest": now + capacity - cost})
        begun = (FULL, ":fresh", {":now": now, ":fresh": now + cost})
        # What it was last says which of the two it will be, if nobody else took any.
        for condition, value, values in (begun, fuller) if seen.full_at < now else (fuller, begun):
            item = self._table.updated_if(
                condition,
                _numbers(values | {":exp": now // 1000 + KEPT}),
                items.bucket_key(session_id),
                f"SET fullAt = {value}, exp = :exp",
            )
            if item is not None:
                seen.full_at = int(item["fullAt"]["N"])
                return True
        return False


def _numbers(values: dict[str, int]) -> dict[str, dict[str, str]]:
    return {name: {"N": str(value)} for name, value in values.items()}
