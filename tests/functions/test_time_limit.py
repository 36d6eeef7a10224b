"""No call of AWS that could outlive its invocation."""

import time
from typing import Any

import boto3
import pytest

from backend_events import Context
from longwire_app.log import guarded
from longwire_app.time_limit import OutOfTime, TimeLimit, time_limit


@pytest.fixture
def limit(calls: Any) -> Any:  # noqa: ARG001 (its services)
    return TimeLimit()


@pytest.fixture
def client(limit: TimeLimit) -> Any:
    made = boto3.client("dynamodb")
    limit.bind(made)
    return made


def test_without_an_invocation_there_is_none(client: Any) -> None:
    assert client.list_tables()["TableNames"]


@pytest.mark.parametrize(("left", "called"), [(60, 1), (4.9, 0), (-1, 0)])
def test_a_call_begins_only_if_its_try_and_the_pause_after_it_fit(
    client: Any, limit: TimeLimit, calls: Any, left: float, called: int
) -> None:
    with limit.until(time.monotonic() + left):
        try:
            client.list_tables()
        except OutOfTime:
            assert not called
    assert calls["dynamodb:ListTables"] == called
    client.list_tables()


def test_a_handler_has_until_half_a_second_before_its_timeout() -> None:
    seen = []

    def note(_event: Any, turn: Any) -> Any:
        seen.append(time_limit.deadline == turn.deadline)
        return {}

    context: Any = Context()
    guarded(failed=None)(note)({}, context)
    assert seen == [True]
    assert time_limit.deadline > 1e300
