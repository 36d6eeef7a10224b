"""Who may go on with a session: tokens, races, limits, and late news of old connections."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from backend_aws import recorded
from backend_device import Device, Stage
from longwire_app.session import RETENTION, Peer
from longwire_app.session_store import SessionStore
from longwire_app.stream import Entry, Stream


@pytest.fixture
def alice(stage: Stage) -> Device:
    device = stage.device("alice")
    device.connect("a1=")
    stage.pump()
    device.receive()
    return device


def test_a_token_is_good_once_the_next_was_acknowledged(stage: Stage, alice: Device) -> None:
    old = alice.token
    alice.vanish()
    alice.connect("a2=", resume=True)
    stage.pump()
    alice.receive()
    alice.ask(type="joinGroup", group="room")
    alice.ask(type="sendToGroup", group="room", data=1)
    stage.pump()
    alice.receive()
    alice.acknowledge()
    assert alice.token != old
    thief = replace(alice)
    assert thief.connect("t1=", resume=True, token=old) == 404
    assert alice.connect("a3=", resume=True) == 200


def test_a_greeting_that_was_lost_leaves_the_old_token_good(stage: Stage, alice: Device) -> None:
    old = alice.token
    alice.vanish()
    for connection in ("a2=", "a3="):
        assert alice.connect(connection, resume=True, token=old) == 200
        stage.pump()


def test_an_ack_before_the_greeting_leaves_the_old_token_good(stage: Stage, alice: Device) -> None:
    """It is for what came on the connection before: it proves nothing about the new token."""
    old = alice.token
    alice.ask(type="joinGroup", group="room")
    alice.ask(type="sendToGroup", group="room", data=1)
    stage.pump()
    assert alice.receive() == [1]
    alice.vanish()
    alice.connect("a2=", resume=True)
    alice.acknowledge()
    alice.vanish()
    assert alice.connect("a3=", resume=True, token=old) == 200


def test_another_user_cannot_resume_with_a_stolen_token(stage: Stage, alice: Device) -> None:
    eve = stage.device("eve")
    eve.session_id = alice.session_id
    assert eve.connect("e1=", resume=True, token=alice.token) == 404


def test_of_two_devices_the_last_has_the_session_and_the_other_is_closed(stage: Stage, alice: Device) -> None:
    twin = replace(alice, read={})
    assert twin.connect("a2=", resume=True) == 200
    assert stage.connections.closed == ["a1="]
    stage.pump()
    twin.ask(type="joinGroup", group="room")
    twin.ask(type="sendToGroup", group="room", data="hi")
    stage.pump()
    assert (twin.receive(), alice.receive()) == (["hi"], [])


@pytest.mark.usefixtures("alice")
def test_of_two_resumes_at_once_one_is_refused(stage: Stage, sessions: SessionStore) -> None:
    stage.interrupted = True  # without the rest of their handshakes
    found = sessions.find("a1=", stage.now)
    assert found is not None
    both = [replace(found.session, peer=Peer("a1=", connection, True), epoch=2) for connection in "xy"]
    assert [sessions.resume(found, session, "h", "g", stage.now) for session in both] == [True, False]


@pytest.mark.parametrize("told", [True, False])
def test_many_resumes_at_once_leave_one_connection_in_one_slot(stage: Stage, alice: Device, told: bool) -> None:
    """Each on its own thread, against the store: whoever wins, the slot can be freed, and no other is taken."""
    if told:
        alice.vanish()
    devices = [replace(alice, read={}) for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda each: each[1].connect(f"r{each[0]}=", resume=True), enumerate(devices)))
    assert set(statuses) <= {200, 409}
    kept = recorded("a1=")
    assert kept is not None
    winner = next(device for device in devices if device.connection == kept.peer.connection_id)
    slots = [item for item in stage.aws.items() if item["pk"]["S"].startswith("U#")]
    assert [(item["sk"]["S"], item["epoch"]["N"]) for item in slots] == [(f"SLOT#{kept.slot}", str(kept.epoch))]
    winner.vanish()
    assert not [pk for pk, _ in stage.aws.key_pairs() if pk.startswith("U#")]


def test_a_handshake_that_was_overtaken_by_a_later_one_has_no_session(stage: Stage, alice: Device) -> None:
    late = replace(alice, read={})
    stage.now += 5
    assert alice.connect("a2=", resume=True) == 200
    stage.now -= 1
    assert late.connect("a3=", resume=True) == 409
    stage.pump()
    assert stage.connections.closed == ["a1="]
    assert alice.ask(type="joinGroup", group="room")["success"]


def test_a_connect_that_is_repeated_late_does_not_begin_the_session_again(stage: Stage, alice: Device) -> None:
    alice.ask(type="joinGroup", group="room")
    alice.ask(type="sendToGroup", group="room", data="one")
    stage.pump()
    assert alice.receive() == ["one"]
    alice.acknowledge()
    before = recorded("a1=")
    assert replace(alice).connect("a1=") == 200
    assert recorded("a1=") == before
    alice.ask(type="sendToGroup", group="room", data="two")
    stage.pump()
    assert alice.receive() == ["two"]
    alice.vanish()
    assert alice.connect("a2=", resume=True) == 200
    assert replace(alice, session_id="a1=").connect("a1=") == 500
    assert recorded("a1=").peer.connection_id == "a2="


def test_late_news_of_an_old_connection_changes_nothing(stage: Stage, alice: Device) -> None:
    old = replace(alice)
    alice.connect("a2=", resume=True)
    old.vanish(told=True)
    old.send(type="sequenceAck", sequenceId=1)
    stage.pump()
    alice.ask(type="joinGroup", group="room")
    alice.ask(type="sendToGroup", group="room", data="hi")
    stage.pump()
    assert alice.receive() == ["hi"]


def test_a_session_that_waited_too_long_is_gone(stage: Stage, alice: Device, sessions: SessionStore) -> None:
    alice.vanish()
    assert sessions.find("a1=", stage.now + RETENTION - 60) is not None
    assert sessions.find("a1=", stage.now + RETENTION + 60) is None


def test_a_session_that_is_away_takes_no_slot(stage: Stage, alice: Device) -> None:
    for number in range(2):
        assert stage.device("alice").connect(f"o{number}=") == 200
    assert stage.device("alice").connect("o2=") == 429
    alice.vanish()
    assert stage.device("alice").connect("o3=") == 200
    assert alice.connect("a2=", resume=True) == 429


@pytest.mark.parametrize("sequence_id", [0, 2, 2**53 + 1, 2**64 - 1])
def test_an_ack_of_what_was_never_sent_is_ignored(stage: Stage, alice: Device, sequence_id: int) -> None:
    alice.ask(type="joinGroup", group="room")
    alice.ask(type="sendToGroup", group="room", data="hi")
    stage.pump()
    alice.send(type="sequenceAck", sequenceId=sequence_id)
    alice.vanish()
    alice.connect("a2=", resume=True)
    stage.pump()
    assert alice.receive() == ["hi"]


@pytest.mark.usefixtures("alice")
def test_a_stream_is_stored_as_it_is(stage: Stage, sessions: SessionStore) -> None:
    entries = [Entry("g:a", 5, "xx"), Entry("g:b", 9, "y"), Entry("g:a", 8, since=6), Entry("g:a", 9, "z")]
    stream = Stream(full=True).assigned("other", entries, full=True)
    assert sessions.assign("a1=", stream, 1)
    assert not sessions.assign("a1=", stream, 1)
    sessions.acknowledge(Peer("a1=", "a1=", True), 1)
    found = sessions.find("a1=", stage.now)
    assert found is not None
    assert found.snapshot().stream == stream.acknowledged(1)


def test_frames_after_the_token_expired_end_the_connection(stage: Stage, alice: Device) -> None:
    alice.identity = replace(alice.identity, expires=stage.now - 60)
    refused = alice.ask(type="joinGroup", group="room")
    assert refused["error"]["name"] == "Forbidden"
    assert alice.frames()[-1] == {"type": "system", "event": "disconnected", "message": refused["error"]["message"]}
    assert stage.connections.closed == ["a1="]


def test_ten_resumes_keep_the_subscriptions(stage: Stage, alice: Device) -> None:
    alice.ask(type="joinGroup", group="room")
    for number in range(2, 12):
        alice.vanish()
        assert alice.connect(f"a{number}=", resume=True) == 200
        stage.pump()
        alice.ask(type="sendToGroup", group="room", data=number)
        stage.pump()
        assert alice.receive() == [number]
        alice.acknowledge()


def test_what_a_session_left_behind_is_swept_by_the_next_bell(stage: Stage, alice: Device, store: Any) -> None:
    stage.interrupted = True
    alice.ask(type="joinGroup", group="room")
    store._table.delete_all([{"pk": {"S": "S#a1="}, "sk": {"S": "META"}}])
    stage.device("bob").connect("b1=")
    alice.ask(type="sendToGroup", group="room", data=1)
    stage.pump()
    assert [page for page in store.subscribers("g:room", stage.now) if page] == []
