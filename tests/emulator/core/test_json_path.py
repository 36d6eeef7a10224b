"""JSONPath as Jayway's."""

import time
from typing import Any

import pytest

from longwire.core.json_path import JsonPath, JsonPathError

BOOKS = {
    "store": {
        "book": [
            {"category": "reference", "price": 8.95},
            {"category": "fiction", "price": 12.99, "isbn": "1"},
            {"category": "fiction", "price": 8.99},
        ],
        "bicycle": {"price": 19.95},
    },
    "a b": 1,
    "x.y": {"$": True},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", BOOKS),
        ("$.store.book[0].category", "reference"),
        ("$['store']['bicycle'].price", 19.95),
        ('$["a b"]', 1),
        ("$['x.y']['$']", True),
        ("store.bicycle.price", 19.95),
        ("$.store.book[-1].price", 8.99),
        ("$.store.book[*].price", [8.95, 12.99, 8.99]),
        ("$.store.book.*.price", [8.95, 12.99, 8.99]),
        ("$..price", [8.95, 12.99, 8.99, 19.95]),
        ("$..book[0].category", ["reference"]),
        ("$.store.book[0,2].price", [8.95, 8.99]),
        ("$.store.book[1:].price", [12.99, 8.99]),
        ("$.store.book[:-1].price", [8.95, 12.99]),
        ("$.store.book[?(@.price < 9)].price", [8.95, 8.99]),
        ("$.store.book[?(@.isbn)].price", [12.99]),
        ("$.store.book[?(!@.isbn)].price", [8.95, 8.99]),
        ("$.store.book[?(@.category == 'fiction' && @.price > 9 || @.price == 8.95)].price", [8.95, 12.99]),
        ("$.store.book[?(@['category'] != \"fiction\")].price", [8.95]),
        ("$.store.book[?(@.category =~ /FIC.*/i)].price", [12.99, 8.99]),
        ("$.store.book[?(@.price < 'x')]", []),
        ("$.store.book[0]['category','isbn']", {"category": "reference"}),
        ("$.store.book.length()", 3),
        ("$..price.sum()", 50.88),
        ("$..price.max()", 19.95),
        ("$.missing", None),
        ("$.missing.deeper[3]", None),
        ("$.store.book[9]", None),
        ("$.a b".replace(" ", "_"), None),
    ],
)
def test_a_path_finds(path: str, expected: Any) -> None:
    found = JsonPath(path).find(BOOKS)
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)


@pytest.mark.parametrize(
    ("path", "character"),
    [("", 1), ("$.", 3), ("$[", 2), ("$.a b", 4), ("$.a[b]", 4), ("$.a[?(@.x ==)]", 11), ("$a", 2),
     ("$.a.length().b", 13)],
)  # fmt: skip
def test_what_is_no_path_is_refused_with_its_place(path: str, character: int) -> None:
    with pytest.raises(JsonPathError, match=f"at character {character}"):
        JsonPath(path)


def test_a_path_does_not_multiply_a_message_without_end() -> None:
    deep: Any = {}
    for _ in range(3000):
        deep = {"a": deep}
    started = time.perf_counter()
    for path in ("$..*..*", "$..a..a..a", "$..*..zz"):
        with pytest.raises(JsonPathError, match="more than 100,000"):
            JsonPath(path).find(deep)
    assert JsonPath("$..zz").find([[1] * 60_000]) == []
    assert time.perf_counter() - started < 10
