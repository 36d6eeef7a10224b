"""DynamoDB's Time to Live: deletes items whose time is up.

AWS does so "within a few days"; here it happens within a second in small tables and within a minute in large ones,
and reads show an expired item until then, as on AWS.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from longwire.services.dynamodb_streams import expiring

__all__ = ["TimeToLive"]

SHORTEST, LONGEST = 1.0, 60.0  # seconds between two looks at all items
ITEMS_A_SECOND = 5000  # that are looked at: some 2 ms of one processor
NEVER = float("inf")
OLDEST = 5 * 365 * 86_400  # seconds; documented: what is older than five years is not deleted


class TimeToLive:
    """Of one account and region. ``clock()`` gives epoch seconds."""

    def __init__(self, account_id: str, region: str, clock: Callable[[], float]) -> None:
        self.account_id = account_id
        self.region = region
        self.clock = clock
        self.next_look = 0.0

    def check(self) -> float | None:
        """Delete what is due; the time at which to check again, None while no table has a Time to Live."""
        tables = list(self.tables())
        if not tables:
            return None
        now = self.clock()
        # A virtual clock may have jumped: one look for all that it passed.
        if now >= self.next_look or self.next_look > now + LONGEST:
            seen = sum(sweep(table, attribute, now)[0] for table, attribute in tables)
            self.next_look = now + min(LONGEST, max(SHORTEST, seen / ITEMS_A_SECOND))
        return self.next_look

    def expire(self) -> float | None:
        """Delete what is due now; when the next item is, None while there is none."""
        now = self.clock()
        following = min((sweep(table, attribute, now)[1] for table, attribute in self.tables()), default=NEVER)
        return None if following == NEVER else following

    def tables(self) -> Iterator[tuple[Any, str]]:
        if "moto.dynamodb.models" not in sys.modules:
            return
        from moto.dynamodb.models import dynamodb_backends

        for table in dynamodb_backends[self.account_id][self.region].tables.values():
            if table.ttl.get("TimeToLiveStatus") == "ENABLED" and table.ttl.get("AttributeName"):
                yield table, table.ttl["AttributeName"]


def sweep(table: Any, attribute: str, now: float) -> tuple[int, float]:
    """How many items were looked at, and when the next of them is due."""
    items = table.all_items()
    following = NEVER
    with expiring(table):
        for item in items:
            at = due_at(item.attrs.get(attribute))
            if now - OLDEST < at <= now:
                table.delete_item(item.hash_key, item.range_key)
            elif at > now:
                following = min(following, at)
    return len(items), following


def due_at(value: Any) -> float:
    """The attribute has to be a number, of seconds since the epoch."""
    return NEVER if value is None or value.type != "N" else float(value.value)
