"""Closes, deadlines and the four verbs."""

import json
from random import Random
from typing import Any

import pytest

from longwire.core.events import (
    CloseConnection,
    ConnectionLost,
    FrameRefused,
    Invoke,
    PeerClosed,
    PingReceived,
    PostToConnection,
    RejectHandshake,
)
from longwire.errors import ImpossibleInput


def disconnects(world: Any) -> list[tuple[int, str]]:
    contexts = [json.loads(effect.payload)["requestContext"] for effect in world.of(Invoke)]
    return [(context["disconnectStatusCode"], context["disconnectReason"]) for context in contexts]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (lambda i: PeerClosed(i, 1005, ""), (1005, "Client-side close frame status not set")),  # OBSERVED
        (lambda i: PeerClosed(i, 1001, ""), (1001, "")),  # OBSERVED: a browser tab that was closed
        (lambda i: PeerClosed(i, 4001, "bye"), (4001, "bye")),  # INFERRED
        (ConnectionLost, (1006, "")),  # UNKNOWN, section J
        (lambda i: FrameRefused(i, 1009, ""), (1009, "")),
    ],
)
def test_disconnect_says_how_the_connection_ended_exactly_once(
    world: Any, routes: Any, event: Any, expected: tuple[int, str]
) -> None:
    w = world(routes.aws_proxy("$disconnect"))
    connection_id = w.open()
    w.receive(event(connection_id))
    assert disconnects(w) == [expected]
    with pytest.raises(ImpossibleInput):
        w.receive(event(connection_id))


def test_ten_idle_minutes_close_with_1001_going_away(world: Any, routes: Any) -> None:
    """DOCUMENTED and OBSERVED."""
    w = world(routes.aws_proxy("$disconnect"))
    connection_id = w.open()
    w.advance(599.9)
    assert w.effects == []
    w.advance(0.1)
    assert w.of(CloseConnection) == [CloseConnection(connection_id, 1001, "Going away")]
    assert disconnects(w) == [(1001, "Going away")]


@pytest.mark.parametrize("activity", ["message", "post"])
def test_a_message_either_way_starts_the_ten_minutes_anew(world: Any, routes: Any, activity: str) -> None:
    """OBSERVED for both directions."""
    w = world(routes.aws_proxy("$default"))
    connection_id = w.open()
    for _ in range(5):
        w.advance(590)
        assert w.of(CloseConnection) == []
        if activity == "message":
            w.say(connection_id, "x")
            w.answer(w.invoked()[0], "null")
        else:
            w.receive(PostToConnection("r", connection_id, b"x"))
    w.advance(600)
    assert len(w.of(CloseConnection)) == 1


@pytest.mark.parametrize(("resets", "open_at_end"), [(False, False), (True, True)])
def test_whether_pings_count_is_a_setting_and_off_by_default(world: Any, resets: bool, open_at_end: bool) -> None:
    """UNKNOWN on AWS."""
    w = world(ping_resets_idle=resets)
    connection_id = w.open()
    w.advance(400)
    w.receive(PingReceived(connection_id))
    w.advance(400)
    assert (connection_id in w.gateway.connections) is open_at_end


def test_two_hours_end_a_busy_connection(world: Any, routes: Any) -> None:
    """DOCUMENTED; the code is inferred."""
    w = world(routes.aws_proxy("$disconnect"))
    connection_id = w.open()
    for _ in range(14):
        w.advance(500)
        w.receive(PostToConnection("r", connection_id, b"x"))
    w.advance(199)
    assert connection_id in w.gateway.connections
    w.advance(2)
    assert w.of(CloseConnection) == [CloseConnection(connection_id, 1001, "Going away")]


def test_a_day_with_a_thousand_connections_needs_no_waiting(world: Any) -> None:
    w = world()
    for _ in range(1000):
        w.open()
        w.now += 0.01
    closed = [effect for effect in w.advance(24 * 3600) if isinstance(effect, CloseConnection)]
    assert len(closed) == 1000
    assert w.gateway.next_deadline() is None


def test_shutting_down_closes_the_open_and_refuses_the_undecided(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"), routes.aws_proxy("$disconnect"))
    opened = w.open()
    w.shake()
    w.effects = w.gateway.shut_down(w.now)
    assert w.of(CloseConnection) == [CloseConnection(opened, 1001, "Going away")]
    assert [effect.status for effect in w.of(RejectHandshake)] == [503]
    assert disconnects(w) == [(1001, "Going away")]
    assert w.gateway.connections == {}


def test_the_same_seed_and_inputs_give_the_same_effects(world: Any, routes: Any) -> None:
    def run() -> list[Any]:
        w = world(routes.aws_proxy("$connect"), routes.aws_proxy("$default", two_way=True))
        order = Random(5)
        seen: list[Any] = []
        ids = [w.open() for _ in range(5)]
        for _ in range(50):
            w.advance(order.random() * 30)
            if live := [i for i in ids if i in w.gateway.connections]:
                seen += w.say(order.choice(live), {"n": order.random()})
        return seen

    assert run() == run()
