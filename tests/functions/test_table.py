"""Conditions and pages."""

from typing import Any

from longwire_app.table import Table

KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}
NEW = "attribute_not_exists(pk)"


def test_a_condition_that_fails_changes_nothing(table: Table) -> None:
    assert table.put_if(NEW, {}, KEY | {"n": {"N": "1"}})
    assert not table.put_if(NEW, {}, KEY | {"n": {"N": "2"}})
    assert not table.update_if("n = :old", {":old": {"N": "2"}, ":new": {"N": "3"}}, KEY, "SET n = :new")
    assert not table.delete_if("n = :old", {":old": {"N": "2"}}, KEY)
    assert table.get(KEY) == KEY | {"n": {"N": "1"}}


def test_a_condition_that_holds_changes_it(table: Table) -> None:
    table.put_all([KEY | {"n": {"N": "1"}}])
    assert table.update_if("n = :old", {":old": {"N": "1"}, ":new": {"N": "3"}}, KEY, "SET n = :new")
    assert table.delete_if("n = :old", {":old": {"N": "3"}}, KEY)
    assert table.get(KEY) is None


def test_every_page_of_a_partition_is_read(table: Table, calls: Any) -> None:
    items = [{"pk": {"S": "a"}, "sk": {"S": f"{number:02}"}} for number in range(30)]
    table.put_all(items)
    assert calls["dynamodb:BatchWriteItem"] == 2
    assert [item for page in table.query("a", Limit=7) for item in page] == items
    assert calls["dynamodb:Query"] == 5
