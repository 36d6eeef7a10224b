"""Reads the shards of DynamoDB and Kinesis streams, off moto's own lists: an iterator of the API costs a call each.

A position says what was read: ``read`` gives what follows it.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from longwire.services.stream_batches import Record
from longwire.services.stream_events import dynamodb_record, kinesis_record

__all__ = ["KinesisShards", "Shards", "TableShards", "shards_of"]

LIMIT = 1000  # records of one read


class Shards(Protocol):
    """One stream. ``ids`` is empty while it does not exist."""

    arn: str

    def ids(self) -> list[str]: ...

    def has_more(self, shard_id: str, position: int) -> bool: ...

    def read(self, shard_id: str, position: int) -> tuple[list[Record], int]:
        """Records, oldest first, and the position behind them."""


class TableShards:
    """A table's stream has one shard in moto. A position is a number of records."""

    def __init__(self, arn: str, table: str, account_id: str, region: str) -> None:
        self.arn = arn
        self.table = table
        self.account_id = account_id
        self.region = region

    def shard(self) -> Any:
        from moto.dynamodb.models import dynamodb_backends

        found = dynamodb_backends[self.account_id][self.region].tables.get(self.table)
        return None if found is None else found.stream_shard

    def ids(self) -> list[str]:
        shard = self.shard()
        return [] if shard is None else [shard.id]

    def has_more(self, shard_id: str, position: int) -> bool:  # noqa: ARG002 - there is one
        shard = self.shard()
        return shard is not None and len(shard.items) != position

    def read(self, shard_id: str, position: int) -> tuple[list[Record], int]:  # noqa: ARG002 - there is one
        items = self.shard().items
        start = position if position <= len(items) else 0  # the table was deleted and made again
        found = [dynamodb_record(item.record, self.arn, self.region) for item in items[start : start + LIMIT]]
        return found, start + len(found)


class KinesisShards:
    """A position is the last sequence number: moto counts each shard's records from 1."""

    def __init__(self, arn: str, stream: str, account_id: str, region: str) -> None:
        self.arn = arn
        self.stream = stream
        self.account_id = account_id
        self.region = region

    def shards(self) -> Mapping[str, Any]:
        from moto.kinesis.models import kinesis_backends

        found = kinesis_backends[self.account_id][self.region].streams.get(self.stream)
        return {} if found is None else found.shards

    def ids(self) -> list[str]:
        return list(self.shards())

    def has_more(self, shard_id: str, position: int) -> bool:
        shard = self.shards().get(shard_id)
        return shard is not None and last_of(shard) > position

    def read(self, shard_id: str, position: int) -> tuple[list[Record], int]:
        shard = self.shards()[shard_id]
        last = min(last_of(shard), position + LIMIT)
        found = [shard.records[number] for number in range(position + 1, last + 1)]
        return [kinesis_record(one, shard_id, self.arn, self.account_id) for one in found], last


def last_of(shard: Any) -> int:
    """moto's own way to the last sequence number lists them all."""
    return next(reversed(shard.records), 0)


def shards_of(arn: str) -> Shards:
    """``arn:aws:dynamodb:...:table/NAME/stream/LABEL`` or ``arn:aws:kinesis:...:stream/NAME``."""
    _, _, service, region, account_id, name = arn.split(":", 5)
    parts = name.split("/")
    if service == "dynamodb":
        return TableShards(arn, parts[1], account_id, region)
    return KinesisShards(arn, parts[1], account_id, region)
