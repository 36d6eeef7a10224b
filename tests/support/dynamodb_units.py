"""What DynamoDB bills for a request on demand, by what was asked and answered.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html: a write unit is an item
of up to 1 KB, two in a transaction; a read unit is 4 KB read consistently. What a condition refuses is billed as well.
"""

from collections import Counter
from math import ceil
from typing import Any

__all__ = ["units"]


def units(operation: str, asked: dict[str, Any], answered: dict[str, Any]) -> Any:
    """A Counter of ``writes`` and ``reads``. Updated and deleted items are taken to be below 1 KB, as ours are."""
    match operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return Counter(writes=_kilobytes(asked.get("Item", {})))
        case "BatchWriteItem":
            requests = [each for table in asked["RequestItems"].values() for each in table]
            return Counter(writes=sum(_kilobytes(each.get("PutRequest", {}).get("Item", {})) for each in requests))
        case "TransactWriteItems":
            puts = [each.get("Put", {}).get("Item", {}) for each in asked["TransactItems"]]
            return Counter(writes=sum(2 * _kilobytes(item) for item in puts))
        case "Query" | "GetItem":
            items = answered.get("Items", [answered.get("Item", {})])
            size = sum(_size(item) for item in items)
            price: Any = 1 if asked.get("ConsistentRead") else 0.5
            return Counter(reads=max(1, ceil(size / 4096)) * price)
    return Counter()


def _kilobytes(item: dict[str, Any]) -> int:
    return max(1, ceil(_size(item) / 1024))


def _size(item: dict[str, Any]) -> int:
    return sum(len(name) + sum(len(str(value)) for value in typed.values()) for name, typed in item.items())
