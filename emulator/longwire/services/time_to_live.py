"""DynamoDB's Time to Live: deletes items whose time is up.

AWS does so "within a few days"; here it happens within a minute, and reads show an expired item until then, as on AWS.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from longwire.services.dynamodb_streams import expiring

__all__ = ["TimeToLive"]

INTERVAL = 60.0  # seconds between two looks at the tables
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
        if now >= self.next_look or self.next_look > now + INTERVAL:
            for table, attribute in tables:
                sweep(table, attribute, now)
            self.next_look = now + INTERVAL
        return self.next_look

    def tables(self) -> Iterator[tuple[Any, str]]:
        if "moto.dynamodb.models" not in sys.modules:
            return
        from moto.dynamodb.models import dynamodb_backends

        for table in dynamodb_backends[self.account_id][self.region].tables.values():
            if table.ttl.get("TimeToLiveStatus") == "ENABLED" and table.ttl.get("AttributeName"):
                yield table, table.ttl["AttributeName"]


def sweep(table: Any, attribute: str, now: float) -> None:
    due = [item for item in table.all_items() if is_due(item.attrs.get(attribute), now)]
    with expiring(table):
        for item in due:
            table.delete_item(item.hash_key, item.range_key)


def is_due(value: Any, now: float) -> bool:
    """The attribute has to be a number, of seconds since the epoch."""
    if value is None or value.type != "N":
        return False
    return bool(now - OLDEST < float(value.value) <= now)
