"""How many frames a client may send, against DynamoDB and a clock of our own."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from longwire_app.errors import TooManyRequests
from longwire_app.rate_limit import KNOWN, RateLimit
from longwire_app.table import Table


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def environments(table: Table, clock: Clock) -> list[RateLimit]:
    """Three of them, each with a memory of its own: 10 a second, 100 at once."""
    return [RateLimit(table, 10, 100, steady=clock, wall=clock) for _ in range(3)]


def passed(limit: RateLimit, frames: int, session: str = "s1=") -> int:
    found = 0
    for _ in range(frames):
        try:
            limit.spend(session)
        except TooManyRequests:
            continue
        found += 1
    return found


def test_an_ordinary_client_is_never_refused_and_nothing_is_written(
    environments: list[RateLimit], clock: Clock, aws: Any, calls: Counter[str]
) -> None:
    for second in range(600):
        assert passed(environments[second % 3], 1) == 1
        clock.now += 1
    assert aws.items() == []
    assert not calls["dynamodb:UpdateItem"]


def test_a_burst_is_taken_and_then_the_rate(environments: list[RateLimit], clock: Clock) -> None:
    """A tenth of each is given from memory, so it is 10 and 1 a second more."""
    assert passed(environments[0], 1000) == 110
    for _ in range(20):
        clock.now += 1
        assert 8 <= passed(environments[0], 100) <= 14


def test_environments_share_the_bucket(environments: list[RateLimit], clock: Clock) -> None:
    assert sum(passed(each, 1000) for each in environments) == 100 + 3 * 10
    clock.now += 5
    assert sum(passed(each, 1000) for each in environments) <= 50 + 3 * 5


def test_a_flood_costs_hardly_any_write(environments: list[RateLimit], calls: Counter[str]) -> None:
    passed(environments[0], 110)
    calls.clear()
    assert passed(environments[0], 5000) == 0
    assert calls["dynamodb:UpdateItem"] == 2


def test_a_fast_client_costs_a_write_for_several_frames(
    environments: list[RateLimit], clock: Clock, calls: Counter[str]
) -> None:
    for _ in range(100):
        assert passed(environments[0], 1) == 1
        clock.now += 0.1
    assert calls["dynamodb:UpdateItem"] <= 45


def test_sessions_do_not_share_a_bucket_and_a_quiet_one_is_full_again(
    environments: list[RateLimit], clock: Clock
) -> None:
    assert passed(environments[0], 1000, "s1=") == passed(environments[0], 1000, "s2=") == 110
    clock.now += 60
    assert passed(environments[0], 1000, "s1=") == 110


def test_an_environment_forgets_the_sessions_that_it_has_not_seen_for_long(environments: list[RateLimit]) -> None:
    for number in range(KNOWN + 5):
        environments[0].spend(f"{number}")
    assert len(environments[0]._seen) == KNOWN


def test_a_rate_below_one_burst_still_lets_frames_through(table: Table, clock: Clock) -> None:
    limit = RateLimit(table, 1, 1, steady=clock, wall=clock)
    assert passed(limit, 10) == 2
    clock.now += 2
    assert passed(limit, 10) >= 1
