"""moto's DynamoDB, mended where its time grows with the table: a query sorts all of it, a transaction copies it.

Measured with 5,000 items: a query of 10 items 31 ms, a transaction of two writes 238 ms; everything else waits
meanwhile. Mended: 0.6 ms and 2 ms.
"""

import copy
from base64 import b64encode
from collections import defaultdict
from functools import cache, lru_cache
from typing import Any

__all__ = [
    "copy_before_update",
    "copy_tables_lightly",
    "parse_updates_once",
    "query_one_partition",
    "write_items_fast",
]

INDEX_NAME = 6  # its place among the arguments of Table.query after the hash key


def write_items_fast() -> None:
    """moto tries some forty spellings of ten members for every attribute value: two thirds of a small query."""
    from moto.core.serialize import SERVICE_SPECIFIC_SERIALIZERS, JSONSerializer

    class ItemSerializer(JSONSerializer):  # type: ignore[misc]  # moto is untyped here: follow_imports = skip
        def _serialize_type_structure(self, serialized: Any, value: Any, shape: Any, key: str) -> None:
            if shape.name == "AttributeValue" and isinstance(value, dict) and len(value) == 1:
                serialized[key] = on_the_wire(value)
            else:
                super()._serialize_type_structure(serialized, value, shape, key)

    SERVICE_SPECIFIC_SERIALIZERS["dynamodb"] = {"json": ItemSerializer}


def on_the_wire(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value as moto keeps it, which is as DynamoDB's JSON has it but for bytes."""
    ((kind, held),) = value.items()
    match kind:
        case "M":
            return {kind: {name: on_the_wire(member) for name, member in held.items()}}
        case "L":
            return {kind: [on_the_wire(member) for member in held]}
        case "N" | "S":
            return {kind: str(held)}
        case "B":
            return {kind: base64(held)}
        case "BS":
            return {kind: [base64(member) for member in held]}
    return value


def base64(held: bytes | str) -> str:
    return b64encode(held.encode() if isinstance(held, str) else held).decode()


def query_one_partition() -> None:
    """moto looks for a query's items among all of the table's, sorted. It sorts those that it finds once more."""
    from moto.dynamodb.models import Table

    slow_query, sorted_items = Table.query, Table.all_items

    def query(self: Any, hash_key: Any, *arguments: Any, **named: Any) -> Any:
        index = arguments[INDEX_NAME]
        has_own_key = index is not None and index not in {local.name for local in self.indexes}
        self.candidates = every_item(self) if has_own_key else partition(self, hash_key)
        try:
            return slow_query(self, hash_key, *arguments, **named)
        finally:
            self.candidates = None

    def all_items(self: Any) -> list[Any]:
        found: list[Any] | None = getattr(self, "candidates", None)
        return list(sorted_items(self)) if found is None else found

    Table.query, Table.all_items = query, all_items


def partition(table: Any, hash_key: Any) -> list[Any]:
    found = table.items.get(hash_key)
    if found is None:
        return []
    return list(found.values()) if table.range_key_attr else [found]


def every_item(table: Any) -> list[Any]:
    if not table.range_key_attr:
        return list(table.items.values())
    return [item for found in table.items.values() for item in found.values()]


def parse_updates_once() -> None:
    """moto parses an update expression twice for each update, and tests every node of it against each of its classes
    by way of ABCMeta. Its validator works on a copy of what was parsed.
    """
    from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
    from moto.dynamodb.parsing.expressions import UpdateExpressionParser

    def traverse(self: Any, root: Any) -> Any:
        tree, wanted = (Node,), self.nodes_to_be_processed()

        def walk(node: Any, place: int) -> Any:
            kind: Any = type(node)
            if not is_kind(kind, tree):
                return node
            parent = node.parent
            for n, child in enumerate(node.children or ()):
                self.pre_processing_of_child(node, n)
                walk(child, n)
            if is_kind(kind, wanted):
                node = self.process(node)
                node.parent = parent
                if parent:
                    parent.children[place] = node
            return node

        return walk(root, -1)

    def process(self: Any, node: Any) -> Any:
        kind: Any = type(node)
        return next(processor(node) for wanted, processor in self._processing_map().items() if is_kind(kind, (wanted,)))

    UpdateExpressionParser.make = staticmethod(lru_cache(maxsize=1024)(UpdateExpressionParser.make))
    DepthFirstTraverser.traverse = traverse
    DepthFirstTraverser.process = process


@cache
def is_kind(kind: type, wanted: tuple[type, ...]) -> bool:
    return issubclass(kind, wanted)


def copy_before_update() -> None:
    """moto updates an item in place. In a copy, so that whoever holds the item as it was need not copy it."""
    from moto.dynamodb.models import DynamoDBBackend

    in_place = DynamoDBBackend.update_item

    def update_item(self: Any, table_name: str, key: dict[str, Any], *arguments: Any, **named: Any) -> Any:
        table = self.get_table(table_name)
        if all(name in key for name in table.table_key_attrs):
            hash_key, range_key = self.get_keys_value(table, key)
            item = table.get_item(hash_key, range_key)
            if item is not None and range_key is not None:
                table.items[hash_key][range_key] = copy.deepcopy(item)
            elif item is not None:
                table.items[hash_key] = copy.deepcopy(item)
        return in_place(self, table_name, key, *arguments, **named)

    DynamoDBBackend.update_item = update_item


def copy_tables_lightly() -> None:
    """moto copies the table, items and all, once for every write of a transaction; the items may be shared.

    Relies on ``copy_before_update``.
    """
    from moto.dynamodb.models import Table

    def deepcopy(self: Any, _memo: dict[int, Any]) -> Any:
        copied = copy.copy(self)
        copied.items = defaultdict(dict, self.items)
        if self.range_key_attr:
            for key, found in self.items.items():
                copied.items[key] = dict(found)
        if self.stream_shard is not None:
            copied.stream_shard = copy.copy(self.stream_shard)
            copied.stream_shard.table = copied
            copied.stream_shard.items = list(self.stream_shard.items)
        return copied

    Table.__deepcopy__ = deepcopy
