"""Invocations under way."""

from typing import Any

import pytest

from longwire.core.api import Route
from longwire.core.connection import Connection
from longwire.core.invocations import Invocations, Pending, Purpose


@pytest.fixture
def connection(world: Any) -> Connection:
    w = world()
    found: Connection = w.gateway.connections[w.open()]
    return found


def pending(connection: Connection, timeout: float) -> Pending:
    return Pending(Purpose.MESSAGE, connection, "r", Route("x"), timeout, started=0)


def test_different_timeouts_expire_in_their_own_time(connection: Connection) -> None:
    invocations = Invocations()
    slow, fast = pending(connection, 29), pending(connection, 1)
    invocations.add("slow", slow, 0)
    invocations.add("fast", fast, 5)
    assert invocations.next_deadline() == 6
    assert invocations.expire(6) == [fast]
    assert invocations.next_deadline() == 29
    assert invocations.expire(29) == [slow]
    assert invocations.next_deadline() is None


def test_an_answer_after_the_timeout_finds_nothing(connection: Connection) -> None:
    invocations = Invocations()
    invocations.add("a", pending(connection, 1), 0)
    invocations.expire(1)
    assert invocations.finish("a") is None


def test_an_answer_in_time_stops_the_timer(connection: Connection) -> None:
    invocations = Invocations()
    invocations.add("a", pending(connection, 1), 0)
    assert invocations.finish("a") is not None
    assert invocations.expire(100) == []
