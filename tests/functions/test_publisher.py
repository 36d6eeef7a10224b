"""Messages for one user, one session, or everybody: who gets them, numbered or at once, and after a lost connection."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from backend_aws import recorded
from backend_device import Device, Stage
from longwire_app import wiring
from longwire_app.application import app
from longwire_app.doorbell import Bell
from longwire_app.errors import BadRequest
from longwire_app.publisher import Publisher
from longwire_app.session import RELIABLE, RETENTION, Peer
from longwire_app.turn import Turn


@pytest.fixture
def publisher(stage: Stage, turn: Turn) -> Publisher:  # noqa: ARG001 (its environment)
    return Publisher(wiring.broadcaster(), app, turn)


@pytest.fixture
def greeted(stage: Stage) -> Any:
    """Connects devices, which have their greeting then."""

    def make(connection: str, user: str = "alice", **fields: Any) -> Device:
        device = stage.device(user, **fields)
        assert device.connect(connection) == 200
        stage.pump()
        device.receive()
        return device

    return make


PLAIN = "json.webpubsub.azure.v1"


def got(stage: Stage, device: Device) -> list[Any]:
    stage.pump()
    return device.receive()


def test_a_message_for_a_user_reaches_the_users_sessions_and_nobody_else(
    stage: Stage, publisher: Publisher, greeted: Any
) -> None:
    alice, phone, bob = greeted("a1="), greeted("a2=", protocol=PLAIN), greeted("b1=", "bob")
    publisher.to_user("alice", {"n": 1})
    stage.pump()
    frame = {"type": "message", "from": "server", "dataType": "json", "data": {"n": 1}}
    assert phone.frames()[-1] == frame
    assert alice.frames()[-1] == frame | {"sequenceId": 1}
    assert got(stage, bob) == []


def test_a_message_for_everybody_reaches_all_but_those_who_are_left_out(
    stage: Stage, publisher: Publisher, greeted: Any
) -> None:
    devices = [greeted("a1="), greeted("b1=", "bob"), greeted("c1=", "carol", protocol=PLAIN)]
    publisher.to_all("hi", "text")
    replace(publisher, but=frozenset(["b1=", "c1="])).to_all("again", "text")
    assert [got(stage, device) for device in devices] == [["hi", "again"], ["hi"], ["hi"]]


def test_a_message_for_a_session_reaches_that_one(stage: Stage, publisher: Publisher, greeted: Any) -> None:
    one, other, plain = greeted("a1="), greeted("a2="), greeted("p1=", protocol=PLAIN)
    assert publisher.to_session("a1=", 1)
    assert publisher.to_session("p1=", 2)
    assert not publisher.to_session("nobody=", 3)
    assert [got(stage, device) for device in (one, other, plain)] == [[1], [], [2]]


def test_what_a_session_missed_comes_in_order_after_its_resume(
    stage: Stage, publisher: Publisher, greeted: Any
) -> None:
    alice = greeted("a1=")
    alice.ask(type="joinGroup", group="room")
    publisher.to_user("alice", "before")
    assert got(stage, alice) == ["before"]
    alice.acknowledge()
    alice.vanish()
    for publish in (publisher.to_all, lambda data: publisher.to_user("alice", data)):
        for number in range(2):
            publish(number)
    publisher.to_group("room", "group")
    assert publisher.to_session("a1=", "mine")
    assert alice.connect("a2=", resume=True) == 200
    found = got(stage, alice)
    assert sorted(map(str, found)) == ["0", "0", "1", "1", "group", "mine"]
    ids = [frame["sequenceId"] for frame in alice.frames() if frame["type"] == "message"]
    assert ids == list(range(2, 8))
    publisher.to_user("alice", "after")
    assert got(stage, alice) == ["after"]


def test_a_session_gets_nothing_from_before_it_was_greeted(stage: Stage, publisher: Publisher, greeted: Any) -> None:
    greeted("a1=")
    for number in range(3):
        publisher.to_user("alice", number)
        publisher.to_all(number)
    late = greeted("a2=")
    assert late.receive() == []
    publisher.to_user("alice", "now")
    publisher.to_all("all")
    assert sorted(got(stage, late)) == ["all", "now"]


def test_a_greeting_that_had_to_be_tried_again_begins_where_the_first_did(
    stage: Stage, publisher: Publisher, porter: Any, connections: Any
) -> None:
    publisher.to_user("alice", "long ago")
    alice = stage.device("alice")
    alice.connect("a1=")
    connections.statuses["a1="] = 429
    (bell,) = porter.answer([Bell("a1=", "m")], publisher.turn)
    assert bell.session_id == "a1="
    publisher.to_user("alice", "meanwhile")
    publisher.to_all("all")
    connections.statuses.clear()
    stage.pump()
    publisher.to_user("alice", "then")
    assert sorted(got(stage, alice)) == ["all", "meanwhile", "then"]


def test_a_bell_before_there_is_a_session_does_no_harm(
    stage: Stage, publisher: Publisher, session: Any, store: Any, turn: Turn
) -> None:
    """A slot is taken first: a message for the user rings for a session that is not there yet."""
    number = store.slots.take(replace(session("a1="), peer=Peer("a1=", "a1=", reliable=True)), 3, turn.now)
    publisher.to_user("alice", "early")
    alice = stage.device("alice")
    assert alice.connect("a1=") == 200
    stage.pump()
    publisher.to_all("all")
    publisher.to_user("alice", "then")
    assert sorted(got(stage, alice)) == ["all", "then"]
    assert recorded("a1=").slot == number


def test_sessions_of_a_user_are_found_without_a_limit(
    stage: Stage, publisher: Publisher, greeted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTIONS_PER_USER", "0")
    stage.forget()
    devices = [greeted(f"a{number}=", protocol=PLAIN) for number in range(5)]
    publisher.to_user("alice", 1)
    assert [device.receive() for device in devices] == [[1]] * 5
    devices[0].vanish()
    publisher.to_user("alice", 2)
    assert stage.connections.posts["a0="] == 2


@pytest.mark.parametrize(("tenant", "user"), [("", "alice#x"), ("a", "b"), ("", "a#b"), ("é" * 256, "ü" * 256)])
def test_users_and_tenants_do_not_meet(
    stage: Stage, publisher: Publisher, session: Any, store: Any, tenant: str, user: str
) -> None:
    opened = session("x1=", user, tenant)
    store.open_session(opened, [], limit=3, now=stage.now)
    for other_tenant, other_user in [("", "alice"), ("a", "b"), ("", "a#b"), ("a#b", ""), ("é" * 256, "ü" * 255)]:
        if (other_tenant, other_user) != (tenant, user):
            publisher.to_user(other_user, 1, tenant=other_tenant)
    assert stage.connections.frames == {}
    publisher.to_user(user, 2, tenant=tenant)
    assert [frame["data"] for frame in stage.connections.frames["x1="]] == [2]


def test_who_is_gone_is_ended_and_not_asked_again(stage: Stage, publisher: Publisher, greeted: Any) -> None:
    gone, there = greeted("a1=", protocol=PLAIN), greeted("a2=", protocol=PLAIN)
    gone.vanish(told=False)
    for number in range(2):
        publisher.to_all(number)
        publisher.to_user("alice", number)
    assert there.receive() == [0, 0, 1, 1]
    assert stage.connections.posts["a1="] == 2
    assert recorded("a1=") is None


def test_a_session_that_waits_is_not_rung_for_and_one_that_expired_is_not_there(
    stage: Stage, publisher: Publisher, greeted: Any, aws: Any, turn: Turn
) -> None:
    alice = greeted("a1=")
    alice.vanish()
    publisher.to_all(1)
    publisher.to_user("alice", 1)
    assert aws.bells() == []
    later = Publisher(publisher.broadcaster, app, Turn(turn.now + RETENTION + 60, turn.deadline))
    assert not later.to_session("a1=", 1)
    assert publisher.to_session("a1=", 2)
    assert alice.connect("a2=", resume=True) == 200
    assert sorted(got(stage, alice)) == [1, 1, 2]


@pytest.mark.parametrize("scope", ["user", "session", "all"])
def test_what_expired_unread_is_told_with_its_scope(
    stage: Stage, publisher: Publisher, greeted: Any, scope: str
) -> None:
    alice = greeted("a1=")
    sends: dict[str, Callable[[str], object]] = {
        "user": partial(publisher.to_user, "alice"),
        "session": partial(publisher.to_session, "a1="),
        "all": publisher.to_all,
    }
    sends[scope]("first")
    assert got(stage, alice) == ["first"]
    alice.acknowledge()
    alice.vanish()
    for text in ("lost-1", "lost-2", "kept"):
        sends[scope](text)
    first = stage.expire("lost")
    alice.connect("a2=", resume=True)
    assert got(stage, alice) == [{"$rt": "resync", "scope": scope, "from": first, "to": first + 1}, "kept"]


def test_a_message_that_is_too_big_is_refused_before_anybody_gets_it(
    stage: Stage, publisher: Publisher, greeted: Any
) -> None:
    alice = greeted("a1=")
    for send in (publisher.to_all, lambda data: publisher.to_user("alice", data)):
        with pytest.raises(BadRequest, match="131008 bytes"):
            send("x" * 131_072)
    assert got(stage, alice) == []


@pytest.mark.parametrize("protocol", [RELIABLE, PLAIN])
def test_a_session_is_ended_with_a_reason_and_cannot_be_resumed(
    stage: Stage, publisher: Publisher, greeted: Any, protocol: str
) -> None:
    alice = greeted("a1=", protocol=protocol)
    assert publisher.disconnect("a1=", "see you")
    assert alice.frames()[-1] == {"type": "system", "event": "disconnected", "message": "see you"}
    assert stage.connections.closed == ["a1="]
    assert not publisher.disconnect("a1=", "again")
    assert alice.connect("a2=", resume=True, token=alice.token or "x") == 404
    assert publisher.turn.counts["Dismissed"] == 1


def test_a_session_that_waits_is_ended_too(publisher: Publisher, greeted: Any) -> None:
    alice = greeted("a1=")
    alice.vanish()
    assert publisher.disconnect("a1=", "see you")
    assert alice.connect("a2=", resume=True) == 404
