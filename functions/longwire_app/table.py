"""DynamoDB's verbs on one table: conditions that hold or do not, queries of all pages, batches sent to their end."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from longwire_app.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["Item", "Table"]

Item = Mapping[str, Any]

BATCH = 25
"""Items that BatchWriteItem takes."""

TRIES = 5
"""Times that a batch is sent, with what DynamoDB left of it."""


class Table:
    """Safe to use from several threads. Every read is consistent."""

    def __init__(self, client: "DynamoDBClient", name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.name = name
        self._sleep = sleep

    def get(self, key: Item) -> Item | None:
        answer = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def query(self, pk: str, values: Item | None = None, **options: Any) -> Iterator[Sequence[Item]]:
        """All items of a partition, page by page; ``options`` are Query's own."""
        found, after = self.page(pk, values, None, **options)
        yield found
        while after is not None:
            found, after = self.page(pk, values, after, **options)
            yield found

    def page(
        self, pk: str, values: Item | None, after: Item | None, **options: Any
    ) -> tuple[Sequence[Item], Item | None]:
        """One page of it, the first or the one after a key, and the key that the next begins after."""
        start = {} if after is None else {"ExclusiveStartKey": after}
        answer = self.client.query(
            **{
                "TableName": self.name,
                "KeyConditionExpression": "pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": pk}, **(values or {})},
                "ConsistentRead": True,
                **options,
                **start,
            }
        )
        return answer["Items"], answer.get("LastEvaluatedKey")

    def count(self, pk: str, values: Item, condition: str) -> int:
        """How many items of a partition meet a condition; eventually consistent, and so at half the price."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            FilterExpression=condition,
            ExpressionAttributeValues={":pk": {"S": pk}, **values},
            Select="COUNT",
        )
        return sum(page["Count"] for page in pages)

    def put_if(self, condition: str, values: Item, item: Item) -> bool:
        """Whether the condition held; without it nothing was changed. So are the next two."""
        return self._conditionally(self.client.put_item, condition, values, Item=item)

    def update_if(self, condition: str, values: Item, key: Item, update: str, **options: Any) -> bool:
        return self._conditionally(
            self.client.update_item, condition, values, Key=key, UpdateExpression=update, **options
        )

    def updated_if(self, condition: str, values: Item, key: Item, update: str, **options: Any) -> Item | None:
        """The item as it is then; None when the condition did not hold."""
        changed: list[Any] = []

        def call(**request: Any) -> None:
            changed.append(self.client.update_item(ReturnValues="ALL_NEW", **request)["Attributes"])

        held = self._conditionally(call, condition, values, Key=key, UpdateExpression=update, **options)
        return changed[0] if held else None

    def delete_if(self, condition: str, values: Item, key: Item) -> bool:
        return self._conditionally(self.client.delete_item, condition, values, Key=key)

    def put_all(self, items: Sequence[Item]) -> None:
        """Raises StoreUnavailable when DynamoDB keeps leaving some; so does delete_all."""
        self._write([{"PutRequest": {"Item": item}} for item in items])

    def delete_all(self, keys: Sequence[Item]) -> None:
        self._write([{"DeleteRequest": {"Key": key}} for key in keys])

    def _conditionally(self, call: Callable[..., Any], condition: str, values: Item, **request: Any) -> bool:
        if values:
            request["ExpressionAttributeValues"] = values
        try:
            call(TableName=self.name, ConditionExpression=condition, **request)
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _write(self, requests: Sequence[Any]) -> None:
        for start in range(0, len(requests), BATCH):
            self._write_batch(requests[start : start + BATCH])

    def _write_batch(self, requests: Sequence[Any]) -> None:
        waiting: Any = {self.name: requests}
        for attempt in range(TRIES):
            waiting = self.client.batch_write_item(RequestItems=waiting).get("UnprocessedItems")
            if not waiting:
                return
            self._sleep(0.05 * 2**attempt)
        raise StoreUnavailable("DynamoDB left items of a batch unprocessed")
