"""Java's values."""

from typing import Any

import pytest

from longwire.core.velocity.values import Budget, Definition, Entry, Exhausted, compared, computed, equal, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        ([1, None, "a"], "[1, null, a]"),
        ({"a": {"b": [False]}}, "{a={b=[false]}}"),
        (range(1, 3), "[1, 2]"),
        (Entry("k", 1), "k=1"),
        (Definition(lambda: "made"), "made"),
        (object(), ""),
    ],
)
def test_text_is_javas(value: Any, expected: str) -> None:
    assert text(value, Budget()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1.0"),
        (249.99, "249.99"),
        (0.0, "0.0"),
        (-2.5, "-2.5"),
        (0.001, "0.001"),
        (1e-4, "1.0E-4"),
        (0.00012, "1.2E-4"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (123456789.5, "1.234567895E8"),
        (1e21, "1.0E21"),
        (-1.5e300, "-1.5E300"),
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
    ],
)
def test_decimals_are_written_as_java_writes_them(value: float, expected: str) -> None:
    assert text(value, Budget()) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (None, None, True), (None, "", False), (1, 1.0, True), (1, "1", True), (True, "true", True),
        ([1], [1], True), ({"a": 1}, {"a": 2}, False), ("a", "b", False),
    ],
)  # fmt: skip
def test_equality_looks_at_worth_then_at_text(left: Any, right: Any, expected: bool) -> None:
    assert equal(left, right, Budget()) is expected


def test_only_numbers_have_an_order() -> None:
    assert compared("<", 1, 2.5)
    assert not compared("<", "a", "b")
    assert not compared(">=", None, 1)


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("+", 1, 2, 3), ("+", "a", 1, "a1"), ("+", None, 1, None), ("-", "a", 1, None), ("/", -7, 2, -3),
        ("%", -7, 2, -1), ("/", 1, 0, None), ("%", 1, 0, None), ("/", 7.0, 2, 3.5), ("%", 7.5, 2, 1.5),
        ("*", 10**20, 10, 10**21),
    ],
)  # fmt: skip
def test_operators_compute_or_give_null(operator: str, left: Any, right: Any, expected: Any) -> None:
    assert computed(operator, left, right, Budget()) == expected


def test_a_list_that_holds_itself_has_no_text() -> None:
    round_trip: list[Any] = []
    round_trip.append(round_trip)
    with pytest.raises(Exhausted):
        text(round_trip, Budget())
