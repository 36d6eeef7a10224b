"""A table as a test looks at it."""

from decimal import Decimal

import pytest

from faulty_app import FaultyApp


def test_items_are_plain_values(app: FaultyApp) -> None:
    table = app.table("Connections")
    assert (table.count(), table.items(), table.get(id="1")) == (0, [], None)
    table.put(id="1", names=["a", "b"], age=3, nested={"deep": True}, nothing=None)
    item = {"id": "1", "names": ["a", "b"], "age": Decimal(3), "nested": {"deep": True}, "nothing": None}
    assert (table.count(), table.items(), table.get(id="1")) == (1, [item], item)
    table.delete(id="1")
    assert table.count() == 0


def test_a_look_waits_for_what_was_sent(app: FaultyApp) -> None:
    alice = app.connect()
    for number in range(5):
        arguments = {"TableName": "TABLE", "Item": {"id": {"S": str(number)}}}
        alice.send(action="store", operation="put_item", arguments=arguments)
    assert app.table("Connections").count() == 5


def test_a_table_has_as_many_items_as_there_are(app: FaultyApp) -> None:
    table = app.table("Connections")
    for number in range(30):
        table.put(id=str(number), text="x" * 100_000)
    assert table.count() == 30


def test_a_table_that_is_not_there_is_named(app: FaultyApp) -> None:
    with pytest.raises(KeyError, match="Conections"):
        app.table("Conections")
