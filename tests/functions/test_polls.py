"""Polls of a session, in time that the test makes."""

from typing import Any

import pytest

from backend_device import Stage
from longwire_app import fallback, message, wiring
from longwire_app.admission import admit
from longwire_app.application import app
from longwire_app.errors import HttpRefused
from longwire_app.polls import EVERY, Link, Marks, Polls
from longwire_app.session import RELIABLE, SEND, Caller, Identity

ADA = Identity("ada", roles=frozenset({SEND}))
LINK = Link("s1", "secret")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps = 0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def polls(stage: Stage, clock: Clock, turn: Any) -> Polls:  # noqa: ARG001 (its services)
    admit(Caller(LINK.peer(), ADA, RELIABLE), RELIABLE, None, turn.now * 1000, turn)
    return Polls(fallback.polls()._runner, message.dispatcher(), sleep=clock.sleep, steady=lambda: clock.now)


def test_each_poll_of_a_link_is_another_place_and_no_place_tells_the_secret() -> None:
    assert LINK.peer("a") != LINK.peer("b")
    assert LINK.peer("a").polls
    assert LINK.peer("a").place == LINK.peer("b").place == LINK.prefix
    assert "secret" not in LINK.prefix
    assert Link("s1", "other").prefix != LINK.prefix
    # No link is the beginning of another.
    assert len({len(Link("s", each).prefix) for each in ("", "a", "b" * 500)}) == 1


def test_a_poll_looks_four_times_a_second_as_long_as_it_may(polls: Polls, clock: Clock, turn: Any, calls: Any) -> None:
    assert polls.wait(LINK, ADA, Marks(), 0, turn) == []
    assert clock.sleeps == 0
    calls.clear()
    assert polls.wait(LINK, ADA, Marks(), 20, turn) == []
    assert 20 - 2 * EVERY <= clock.now <= 20
    assert calls["dynamodb:GetItem"] == clock.sleeps
    # One for the poll, one for the user's place; the session is read whole at its beginning.
    assert (calls["dynamodb:UpdateItem"], calls["dynamodb:Query"]) == (2, 3)


def test_no_poll_waits_into_the_end_of_its_function(polls: Polls, clock: Clock, turn: Any) -> None:
    clock.now = turn.deadline - 7
    assert polls.wait(LINK, ADA, Marks(), 20, turn) == []
    assert clock.now <= turn.deadline - 6


def test_a_message_ends_the_wait(polls: Polls, clock: Clock, turn: Any, stage: Stage) -> None:
    def publish_then_sleep(seconds: float) -> None:
        if clock.sleeps == 2:
            device = stage.device("bob")
            device.connect("b1=")
            polls.receive(LINK, ADA, '{"type":"event","event":"announce","data":1}', turn)
            wiring.groups()
            stage.pump()
        clock.sleep(seconds)

    rule = app.rule("announcements")
    wiring.groups().join(LINK.peer(), "announcements", rule, turn.now)
    waiting = Polls(fallback.polls()._runner, message.dispatcher(), sleep=publish_then_sleep, steady=lambda: clock.now)
    [frame] = waiting.wait(LINK, ADA, Marks(), 20, turn)
    assert b'"sequenceId":1' in frame
    assert clock.sleeps == 3


@pytest.mark.parametrize(
    ("link", "who", "marks"),
    [
        (Link("s1", "other"), ADA, Marks()),
        (Link("s2", "secret"), ADA, Marks()),
        (LINK, Identity("bob"), Marks()),
        (LINK, Identity("ada", "acme"), Marks()),
        (LINK, ADA, Marks(after=1)),
    ],
)
def test_who_is_not_on_the_link_or_ahead_of_it_is_refused(
    polls: Polls, turn: Any, link: Link, who: Identity, marks: Marks
) -> None:
    with pytest.raises(HttpRefused) as refusal:
        polls.wait(link, who, marks, 0, turn)
    assert refusal.value.status == 410
