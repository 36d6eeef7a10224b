"""A DynamoDB table of the template, as a test looks at it: ``longwire.table("Connections").count()``."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["Table"]


class Table:
    """Items are dicts of plain values; numbers are Decimal, as boto3 gives them. ``settle`` is called before each look:
    what the test has sent is handled then."""

    def __init__(self, name: str, client: Any, settle: Callable[[], None]) -> None:
        from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

        self.name = name
        self.client = client
        self.settle = settle
        self.plain = TypeDeserializer().deserialize
        self.typed = TypeSerializer().serialize

    def count(self) -> int:
        return len(self.items())

    def items(self) -> list[dict[str, Any]]:
        """All of them, in no order."""
        self.settle()
        return [self.item(found) for page in self.pages() for found in page["Items"]]

    def pages(self) -> Iterator[Mapping[str, Any]]:
        paginator = self.client.get_paginator("scan")
        return iter(paginator.paginate(TableName=self.name, ConsistentRead=True))

    def get(self, **key: Any) -> dict[str, Any] | None:
        """The item of that key, ``get(id="x")``; None when there is none."""
        self.settle()
        found = self.client.get_item(TableName=self.name, Key=self.encoded(key), ConsistentRead=True).get("Item")
        return None if found is None else self.item(found)

    def put(self, **item: Any) -> None:
        """Put an item, in the place of the one with its key."""
        self.client.put_item(TableName=self.name, Item=self.encoded(item))

    def delete(self, **key: Any) -> None:
        self.client.delete_item(TableName=self.name, Key=self.encoded(key))

    def item(self, found: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.plain(value) for name, value in found.items()}

    def encoded(self, item: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.typed(value) for name, value in item.items()}
