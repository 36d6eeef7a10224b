"""The rules by which clients come back."""

import pytest

from longwire_infra.errors import WorkloadError
from longwire_infra.simulation.backoff import RULES, rule


@pytest.mark.parametrize(
    ("name", "windows"),
    [
        ("full", [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 30), (0, 30)]),
        ("half-second", [(1, 1.5), (2, 2.5), (4, 4.5), (8, 8.5), (16, 16.5), (30, 30.5), (30, 30.5)]),
        ("none", [(1, 1), (2, 2), (4, 4), (8, 8), (16, 16), (30, 30), (30, 30)]),
        ("fixed", [(1, 1)] * 7),
        ("spread", [(0, 300), (0, 2), (0, 4), (0, 8), (0, 16), (0, 30), (0, 30)]),
    ],
)
def test_when_an_attempt_is_made(name: str, windows: list[tuple[float, float]]) -> None:
    assert [rule(name).window(attempt) for attempt in range(1, 8)] == windows


def test_a_high_attempt_is_no_overflow() -> None:
    assert all(each.window(10**6)[1] <= 300 for each in RULES.values())


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    with pytest.raises(WorkloadError, match="did you mean fixed"):
        rule("fixd")
