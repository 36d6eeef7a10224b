"""Event patterns fit what EventBridge's documentation says they do."""

from typing import Any

import pytest

from longwire.core.event_pattern import check, matches

EVENT = {
    "source": "orders",
    "detail": {
        "price": 300,
        "rate": 300.0,
        "name": "Alice",
        "tags": ["a", "b"],
        "lines": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}],
        "none": None,
        "empty": "",
        "done": True,
        "ip": "10.0.0.7",
        "list": [],
    },
}


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"price": [300]}, True),
        ({"price": [300.0]}, False),
        ({"rate": [300.0]}, True),
        ({"price": ["300"]}, False),
        ({"done": [True]}, True),
        ({"done": [1]}, False),
        ({"none": [None]}, True),
        ({"missing": [None]}, False),
        ({"empty": [""]}, True),
        ({"name": ["Bob", "Alice"]}, True),
        ({"name": ["alice"]}, False),
        ({"name": [{"equals-ignore-case": "ALICE"}]}, True),
        ({"name": [{"prefix": "Al"}]}, True),
        ({"name": [{"prefix": "al"}]}, False),
        ({"name": [{"prefix": {"equals-ignore-case": "al"}}]}, True),
        ({"name": [{"suffix": "ice"}]}, True),
        ({"name": [{"suffix": {"equals-ignore-case": "ICE"}}]}, True),
        ({"name": [{"wildcard": "A*c*"}]}, True),
        ({"name": [{"wildcard": "A*\\*"}]}, False),
        ({"price": [{"prefix": "3"}]}, False),
        ({"price": [{"numeric": [">", 299, "<=", 300]}]}, True),
        ({"price": [{"numeric": [">", 300]}]}, False),
        ({"price": [{"numeric": ["=", 300.0]}]}, True),
        ({"done": [{"numeric": ["=", 1]}]}, False),
        ({"name": [{"numeric": ["=", 1]}]}, False),
        ({"name": [{"anything-but": "Bob"}]}, True),
        ({"name": [{"anything-but": ["Bob", "Alice"]}]}, False),
        ({"name": [{"anything-but": {"prefix": "B"}}]}, True),
        ({"name": [{"anything-but": {"prefix": ["B", "A"]}}]}, False),
        ({"name": [{"anything-but": {"wildcard": "A*"}}]}, False),
        ({"missing": [{"anything-but": "Bob"}]}, False),
        ({"price": [{"exists": True}]}, True),
        ({"price": [{"exists": False}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"none": [{"exists": True}]}, True),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"name": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"tags": ["b"]}, True),
        ({"tags": ["c"]}, False),
        ({"list": ["c"]}, False),
        ({"lines": {"sku": ["y"], "n": [2]}}, True),
        ({"lines": {"sku": ["y"], "n": [1]}}, False),
        ({"name": {"first": ["Alice"]}}, False),
        ({"$or": [{"name": ["Bob"]}, {"price": [300]}]}, True),
        ({"$or": [{"name": ["Bob"]}, {"price": [1]}]}, False),
        ({"name": ["Alice"], "price": [1]}, False),
    ],
)
def test_what_fits(detail: dict[str, Any], expected: bool) -> None:
    check({"detail": detail})
    assert matches({"source": ["orders"], "detail": detail}, EVENT) is expected


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ([], "takes a mapping"),
        ({}, "not empty"),
        ({"source": "orders"}, "source: has to be an object or a list"),
        ({"source": []}, "source: has to be"),
        ({"detail": {"a": 1}}, "detail.a: has to be"),
        ({"a": [{"prefx": "x"}]}, "a: there is no operator prefx; there are exists, prefix"),
        ({"a": [{"prefix": 1}]}, "prefix does not take 1"),
        ({"a": [{"prefix": "x", "suffix": "y"}]}, "neither a value nor one operator"),
        ({"a": [["x"]]}, "neither a value nor one operator"),
        ({"a": [{"numeric": [">"]}]}, "numeric does not take"),
        ({"a": [{"numeric": ["!", 1]}]}, "numeric does not take"),
        ({"a": [{"exists": "yes"}]}, "exists does not take"),
        ({"a": [{"anything-but": []}]}, "anything-but does not take"),
        ({"a": [{"anything-but": {"cidr": "::/0"}}]}, "anything-but does not take"),
        ({"a": [{"cidr": "10.0.0"}]}, "cidr does not take"),
        ({"$or": [{"a": 1}]}, r"\$or.0.a: has to be"),
    ],
)
def test_what_is_refused(pattern: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check(pattern)
