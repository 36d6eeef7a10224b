"""moto's DynamoDB streams, mended: a write that changes nothing is no record, and TTL's deletions say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["STREAM_LABEL", "expiring", "write_stream_records"]

# That of the ARN which GetAtt StreamArn gives, so that both are one stream.
STREAM_LABEL = "2024-01-01T00:00:00.000"
# DynamoDB developer guide, "DynamoDB Streams and Time to Live".
SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def write_stream_records() -> None:
    from moto.dynamodb.models.table import StreamRecord, StreamShard, Table

    enable = Table.set_stream_specification

    def set_stream_specification(self: Any, streams: Any) -> None:
        enable(self, streams)
        if self.stream_shard is not None:
            self.latest_stream_label = STREAM_LABEL

    def add(self: Any, old: Any, new: Any) -> None:
        if old is not None and new is not None and old == new:
            return  # documented: PutItem and UpdateItem that change nothing write no record
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        view = self.table.stream_specification["StreamViewType"]
        number = len(self.items) + self.starting_sequence_number
        made = StreamRecord(self.table, view, name, old, new, number)
        if getattr(self, "expiring", False):
            made.record["userIdentity"] = SERVICE
        self.items.append(made)

    StreamShard.add, Table.set_stream_specification = add, set_stream_specification


@contextmanager
def expiring(table: Any) -> Iterator[None]:
    """What is deleted meanwhile is deleted by Time to Live."""
    shard = table.stream_shard
    if shard is None:
        yield
        return
    shard.expiring = True
    try:
        yield
    finally:
        shard.expiring = False
