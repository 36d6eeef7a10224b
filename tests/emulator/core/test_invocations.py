"""Invocations under way."""

from longwire.core.api import Route
from longwire.core.invocations import Invocations, Pending, Purpose


def pending(timeout: float) -> Pending:
    return Pending(Purpose.MESSAGE, "c", "r", Route("x"), timeout)


def test_different_timeouts_expire_in_their_own_time() -> None:
    invocations = Invocations()
    slow, fast = pending(29), pending(1)
    invocations.add("slow", slow, 0)
    invocations.add("fast", fast, 5)
    assert invocations.next_deadline() == 6
    assert invocations.expire(6) == [fast]
    assert invocations.next_deadline() == 29
    assert invocations.expire(29) == [slow]
    assert invocations.next_deadline() is None


def test_an_answer_after_the_timeout_finds_nothing() -> None:
    invocations = Invocations()
    invocations.add("a", pending(1), 0)
    invocations.expire(1)
    assert invocations.finish("a") is None


def test_an_answer_in_time_stops_the_timer() -> None:
    invocations = Invocations()
    invocations.add("a", pending(1), 0)
    assert invocations.finish("a") is not None
    assert invocations.expire(100) == []
