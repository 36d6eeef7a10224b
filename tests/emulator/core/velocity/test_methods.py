"""Java's methods."""

from typing import Any

import pytest

from longwire.core.velocity.methods import METHODS, called, property_of
from longwire.core.velocity.values import Budget, Entry


@pytest.mark.parametrize(
    ("value", "name", "arguments", "expected"),
    [
        ("Hello", "substring", [1, 3], "el"),
        ("Hello", "substring", [2], "llo"),
        ("Hello", "indexOf", ["l", 3], 3),
        ("Hello", "hashCode", [], 69609650),
        ("Hello", "compareTo", ["Help"], -4),
        ("Hello", "matches", ["H.*"], True),
        ("Hello", "replaceAll", ["(l+)", "<$1>"], "He<ll>o"),
        ("it\\'s", "replaceAll", ["\\\\'", "'"], "it's"),
        ("aXbX", "replaceFirst", ["X", "\\$"], "a$bX"),
        ("a.b.c", "replace", [".", "-"], "a-b-c"),
        ("a,b,,c,,", "split", [","], ["a", "b", "", "c"]),
        (",a", "split", [","], ["", "a"]),
        ("abc", "split", [""], ["a", "b", "c"]),
        ("a,b,c", "split", [",", 2], ["a", "b,c"]),
        ("", "split", [","], [""]),
        ("Hello", "concat", [5], None),
        ("Hello", "equals", [5], False),
        (5, "parseInt", ["7"], 7),
        (5, "toString", [], "5"),
        (7.9, "intValue", [], 7),
        (True, "booleanValue", [], True),
        ([1, 2], "count", [], 2),
        ([1, 2], "get", [1], 2),
        (["b", 1], "remove", ["b"], True),
        ([1, 2, 3], "subList", [1, 3], [2, 3]),
        (range(3), "size", [], 3),
        (range(3), "add", [1], None),
        ({"a": 1}, "getOrDefault", ["b", 2], 2),
        ({"a": 1}, "keySet", [], ["a"]),
        ({"a": 1}, "entrySet", [], [Entry("a", 1)]),
        (Entry("a", 1), "getValue", [], 1),
    ],
)  # fmt: skip
def test_a_method_gives_what_javas_gives(value: Any, name: str, arguments: list[Any], expected: Any) -> None:
    assert called(value, name, arguments, Budget()) == expected


@pytest.mark.parametrize(
    ("value", "name", "arguments"),
    [("a", "substring", [2]), ("a", "charAt", [1]), ([1], "get", [-1]), ([1], "set", [1, 1]), (5, "parseInt", ["x"])],
)
def test_a_method_throws_where_javas_throws(value: Any, name: str, arguments: list[Any]) -> None:
    with pytest.raises((IndexError, ValueError)):
        called(value, name, arguments, Budget())


def test_lists_and_maps_change() -> None:
    items: list[Any] = [1]
    assert called(items, "add", [2], Budget()) is True
    assert called(items, "add", [0, 0], Budget()) is None
    assert called(items, "set", [0, 9], Budget()) == 0
    assert called(items, "addAll", [[3]], Budget()) is True
    assert items == [9, 1, 2, 3]
    found: dict[Any, Any] = {}
    assert called(found, "put", ["a", 1], Budget()) is None
    assert called(found, "put", ["a", 2], Budget()) == 1
    called(found, "putAll", [{"b": 3}], Budget())
    assert found == {"a": 2, "b": 3}


def test_properties_are_keys_and_getters() -> None:
    assert property_of({"a": 1}, "a") == 1
    assert property_of(Entry("k", "v"), "value") == "v"
    assert property_of([], "empty") is True
    assert property_of("a", "class") is None


def test_no_method_leads_out_of_the_template() -> None:
    assert not METHODS & {"getClass", "class", "forName", "getBytes", "exec"}
    assert called("a", "getClass", [], Budget()) is None
