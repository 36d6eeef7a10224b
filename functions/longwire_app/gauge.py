"""How many sessions have a connection: counted in the index of everybody, not added up from arrivals and departures.

A sum of those would be wrong for ever after the first ``$disconnect`` that got lost. What is gone without one is
counted until a post finds it gone, or it expires. Somebody counts once in a period: whoever comes first where something
changed.
"""

import time
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app import items
from longwire_app.log import logger
from longwire_app.table import Table
from longwire_app.topics import EVERYBODY
from longwire_app.turn import Turn

__all__ = ["Gauge", "measure"]

OVER = "attribute_not_exists(pk) OR exp <= :now"


class Gauge:
    """``period`` is in seconds; 0 never counts. Reads cost a unit for about sixty sessions."""

    def __init__(self, table: Table, period: int, *, steady: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._period = period
        self._steady = steady
        self._next = 0.0

    def sample(self, turn: Turn) -> None:
        """Puts ActiveSessions into the turn's metrics, when its time has come and nobody else has done so."""
        if not self._period or self._steady() < self._next:
            return
        self._next = self._steady() + self._period
        now, until = ({"N": str(each)} for each in (turn.now, turn.now + self._period))
        if self._table.update_if(OVER, {":now": now, ":until": until}, items.gauge_key(), "SET exp = :until"):
            turn.counts["ActiveSessions"] = self._count(turn.now)

    def _count(self, now: int) -> int:
        return sum(
            self._table.count(items.topic_pk(EVERYBODY, shard), {":now": {"N": str(now)}}, "exp > :now")
            for shard in range(items.SHARDS)
        )


def measure(gauge: Gauge, turn: Turn) -> None:
    """A measurement that fails is left out: nothing else may fail for it."""
    try:
        gauge.sample(turn)
    except (ClientError, BotoCoreError) as exc:
        logger.info("not counted", reason=type(exc).__name__)
