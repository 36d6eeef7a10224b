"""The logs of topics: each message once, at the next offset, in one transaction with its dedupe record.

A log that begins takes its first offset from the clock, in milliseconds, and counts on by one. So a topic whose log
has expired never gives an old offset again, and a cursor of its former life is smaller than all of the new one.
"""

import random
import time
from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import Any

from longwire_app.errors import Duplicate, StoreUnavailable
from longwire_app.items import Sender, dedupe_key, expiry
from longwire_app.session import DEDUPE_LIFETIME
from longwire_app.stream import Entry
from longwire_app.table import Item, Table
from longwire_app.topics import key_part

__all__ = ["TopicLog"]

SLACK = 7 * 86_400
"""Seconds that an entry outlives its retention, unread: the tail of a topic that is quiet for days stays known."""

ORIGIN = 3600
"""Seconds for which a proposed first offset stands before another publisher may propose its own."""

TRIES = 30
"""Times that a publisher runs for the next offset against others."""

NEW = "attribute_not_exists(pk)"
NEW_OR_OVER = "attribute_not_exists(pk) OR exp <= :now"
SAME_ORIGIN = "origin = :origin"


class TopicLog:
    """Appends and reads. ``state`` holds the dedupe records, ``log`` the messages."""

    def __init__(
        self, state: Table, log: Table, *, sleep: Callable[[float], None] = time.sleep, jitter: Any = random.random
    ) -> None:
        self._state = state
        self._log = log
        self._sleep = sleep
        self._jitter = jitter

    def append(self, entry: Entry, retention: int, now: int, sender: Sender | None) -> int:
        """Commits a message and returns its offset. ``sender`` is a session id and ackId.

        Raises Duplicate when the ackId was taken before, and StoreUnavailable when others were always faster.
        """
        for attempt in range(TRIES):
            tail = self.tail(entry.topic)
            origin = None if tail else self._origin(entry.topic, now)
            offset = tail + 1 if origin is None else origin
            writes = self._writes(entry, offset, retention, now, first=origin is not None)
            if self._commit(writes, sender, now):
                return offset
            self._sleep(self._jitter() * 0.01 * 2 ** min(attempt, 5))
        raise StoreUnavailable("the next offset of a topic was always taken")

    def tail(self, topic: str) -> int:
        """The last offset, 0 for a log that is empty."""
        pages = self._log.query(
            _pk(topic),
            {":origin": {"N": "0"}},
            KeyConditionExpression="pk = :pk AND sk > :origin",
            ScanIndexForward=False,
            Limit=1,
            ProjectionExpression="sk",
        )
        return next((int(item["sk"]["N"]) for item in next(pages)), 0)

    def place(self, topic: str, rewind: int, now: int) -> int:
        """The offset after which are the last ``rewind`` messages that are kept; the last one for 0 or none."""
        last = self._last(topic, 0, max(1, rewind))
        kept = [int(item["sk"]["N"]) for item in last if int(item["until"]["N"]) > now][:rewind]
        return kept[-1] - 1 if kept else next((int(item["sk"]["N"]) for item in last), 0)

    def latest(self, topic: str, after: int, now: int) -> list[Entry]:
        """The last message, if it is after an offset and kept."""
        last = self._last(topic, after, 1)
        return [_entry(topic, item) for item in last if int(item["until"]["N"]) > now]

    def read(self, topic: str, after: int, limit: int, now: int, *, newest: int = 0) -> list[Entry]:
        """Up to ``limit`` messages after an offset, without those whose retention is over.

        With ``newest`` only of the last so many.
        """
        entries = self._read(topic, after, limit, now) if after else self._from_the_beginning(topic, limit, now)
        if not newest or (len(entries) <= newest and len(entries) < limit):
            return entries
        first = self.tail(topic) - newest
        return entries if entries[0].offset > first else self._read(topic, max(after, first), limit, now)

    def _last(self, topic: str, after: int, limit: int) -> list[Item]:
        """The last first."""
        pages = self._log.query(
            _pk(topic),
            {":after": {"N": str(after)}},
            KeyConditionExpression="pk = :pk AND sk > :after",
            ScanIndexForward=False,
            Limit=limit,
        )
        return list(islice(chain.from_iterable(pages), limit))

    def _read(self, topic: str, after: int, limit: int, now: int) -> list[Entry]:
        found: list[Entry] = []
        pages = self._log.query(
            _pk(topic),
            {":after": {"N": str(after)}},
            KeyConditionExpression="pk = :pk AND sk > :after",
            Limit=limit,
        )
        for page in pages:
            found += [_entry(topic, item) for item in page if int(item["until"]["N"]) > now]
            if len(found) >= limit:
                break
        return found[:limit]

    def _from_the_beginning(self, topic: str, limit: int, now: int) -> list[Entry]:
        """For who joined while the log was empty: a loss first, when the first messages are gone."""
        entries = self._read(topic, 0, limit, now)
        pages = self._log.query(_pk(topic), {":zero": {"N": "0"}}, KeyConditionExpression="pk = :pk AND sk = :zero")
        first = next((int(item["origin"]["N"]) for item in next(pages)), 0) if entries else 0
        if not first or entries[0].offset == first:
            return entries
        return [Entry(topic, entries[0].offset - 1, since=first), *entries][:limit]

    def _origin(self, topic: str, now: int) -> int:
        """The first offset, agreed on by all who find the log empty."""
        key = {"pk": {"S": _pk(topic)}, "sk": {"N": "0"}}
        proposed = key | {"origin": {"N": str(now * 1000)}} | expiry(now + ORIGIN)
        if self._log.put_if(NEW_OR_OVER, {":now": {"N": str(now)}}, proposed):
            return now * 1000
        item = self._log.get(key)
        if item is None:
            raise StoreUnavailable("a topic's origin vanished as it was read")
        return int(item["origin"]["N"])

    def _writes(self, entry: Entry, offset: int, retention: int, now: int, *, first: bool) -> list[Any]:
        exp = expiry(now + retention + SLACK)
        item: dict[str, Any] = {"pk": {"S": _pk(entry.topic)}, "sk": {"N": str(offset)}, "frame": {"S": entry.frame}}
        if entry.committed is not None:
            item["committed"] = {"N": str(entry.committed)}
        item |= {"until": {"N": str(now + retention)}} | exp
        if entry.but:
            item["but"] = {"SS": sorted(entry.but)}
        put: Any = {"Put": {"TableName": self._log.name, "Item": item, "ConditionExpression": NEW}}
        if not first:
            return [put]
        # From now on nobody may propose another origin until this entry has expired too.
        update = {
            "TableName": self._log.name,
            "Key": {"pk": {"S": _pk(entry.topic)}, "sk": {"N": "0"}},
            "UpdateExpression": "SET exp = :exp",
            "ConditionExpression": SAME_ORIGIN,
            "ExpressionAttributeValues": {":exp": exp["exp"], ":origin": {"N": str(offset)}},
        }
        return [put, {"Update": update}]

    def _commit(self, writes: Sequence[Any], sender: Sender | None, now: int) -> bool:
        """False when somebody else took the offset. botocore's token makes its own retries harmless."""
        record: list[Any] = []
        if sender is not None:
            item = dedupe_key(*sender) | expiry(now + DEDUPE_LIFETIME)
            record = [{"Put": {"TableName": self._state.name, "Item": item, "ConditionExpression": NEW}}]
        try:
            self._log.client.transact_write_items(TransactItems=[*record, *writes])
        except self._log.client.exceptions.TransactionCanceledException as exc:
            reasons = [reason.get("Code") for reason in exc.response["CancellationReasons"]]
            if record and reasons[0] == "ConditionalCheckFailed":
                raise Duplicate from None
            if not {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons):
                raise
            return False
        return True


def _pk(topic: str) -> str:
    return f"L#{key_part(topic)}"


def _entry(topic: str, item: Item) -> Entry:
    but = frozenset(item["but"]["SS"] if "but" in item else [])
    committed = int(item["committed"]["N"]) if "committed" in item else None
    return Entry(topic, int(item["sk"]["N"]), item["frame"]["S"], but, committed=committed)
