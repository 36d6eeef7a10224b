"""Reliable sessions from the handshake to the last frame, over DynamoDB and SQS: what clients get, and when."""

from typing import Any

import boto3
import pytest

from backend_device import Device, Stage
from longwire_app.delivery import MAX_FRAME
from longwire_app.doorbell import Bell


@pytest.fixture
def alice(stage: Stage) -> Device:
    """Connected, greeted, and in the room."""
    device = stage.device("alice")
    device.connect("a1=")
    stage.pump()
    device.receive()
    assert device.ask(type="joinGroup", group="room")["success"]
    return device


@pytest.fixture
def bob(stage: Stage) -> Device:
    device = stage.device("bob")
    device.connect("b1=")
    stage.pump()
    return device


def publish(device: Device, *texts: Any, group: str = "room", **fields: Any) -> None:
    for text in texts:
        assert device.ask(type="sendToGroup", group=group, data=text, **fields)["success"]


def test_the_greeting_comes_first_with_a_token_for_the_next_connection(stage: Stage) -> None:
    device = stage.device("zoë")
    device.connect("a1=")
    stage.pump()
    (greeting,) = device.frames()
    token = greeting.pop("reconnectionToken")
    assert greeting == {"type": "system", "event": "connected", "userId": "zoë", "connectionId": "a1="}
    assert len(token) >= 22


def test_messages_come_in_order_with_ids_from_one(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "one", "two", "three")
    stage.pump()
    messages = [frame for frame in alice.frames() if frame["type"] == "message"]
    assert [(frame["sequenceId"], frame["data"]) for frame in messages] == [(1, "one"), (2, "two"), (3, "three")]
    assert messages[0]["fromUserId"] == "bob"


def test_bells_that_ring_twice_change_nothing(stage: Stage, alice: Device, bob: Device, porter: Any, turn: Any) -> None:
    publish(bob, "one")
    for _ in range(2):
        assert porter.answer([Bell("a1=", "m")], turn) == []
    stage.pump()
    assert alice.receive() == ["one"]


@pytest.mark.parametrize("missed", [0, 1, 7])
@pytest.mark.parametrize("told", [True, False])
def test_what_was_missed_comes_after_the_resume(
    stage: Stage, alice: Device, bob: Device, missed: int, told: bool
) -> None:
    publish(bob, "before")
    stage.pump()
    assert alice.receive() == ["before"]
    alice.acknowledge()
    alice.vanish(told=told)
    publish(bob, *range(missed))
    stage.pump()
    assert alice.connect("a2=", resume=True) == 200
    stage.pump()
    publish(bob, "after")
    stage.pump()
    assert alice.frames()[0]["event"] == "connected"
    assert alice.frames()[0]["connectionId"] == "a1="
    assert alice.receive() == [*range(missed), "after"]


def test_what_was_posted_and_not_acknowledged_comes_again_under_its_id(
    stage: Stage, alice: Device, bob: Device
) -> None:
    publish(bob, "one", "two")
    stage.pump()
    alice.vanish()
    alice.connect("a2=", resume=True, token=alice.frames()[0]["reconnectionToken"])
    stage.pump()
    messages = [frame for frame in alice.frames() if frame["type"] == "message"]
    assert [(frame["sequenceId"], frame["data"]) for frame in messages] == [(1, "one"), (2, "two")]


def test_ones_own_messages_stay_away_with_no_echo(stage: Stage, alice: Device, bob: Device) -> None:
    publish(alice, "mine", noEcho=True)
    publish(bob, "yours")
    stage.pump()
    assert alice.receive() == ["yours"]


def test_a_full_window_waits_for_the_ack_and_loses_nothing(
    stage: Stage, alice: Device, bob: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDOW", "3")
    stage.forget()
    publish(bob, *range(8))
    stage.pump()
    assert alice.receive() == [0, 1, 2]
    alice.acknowledge()
    stage.pump()
    assert alice.receive() == [3, 4, 5]
    alice.vanish()
    alice.connect("a2=", resume=True)
    stage.pump()
    assert alice.receive() == []
    alice.acknowledge()
    stage.pump()
    assert alice.receive() == [6, 7]


def test_a_slow_client_disturbs_nobody_and_gets_all_in_the_end(
    stage: Stage, alice: Device, bob: Device, porter: Any, turn: Any
) -> None:
    bob.ask(type="joinGroup", group="room")
    stage.connections.statuses["a1="] = 429
    publish(bob, "one", "two")
    stage.pump()
    assert bob.receive() == ["one", "two"]
    del stage.connections.statuses["a1="]
    publish(bob, "three")
    assert porter.answer([Bell("a1=", "m")], turn) == []
    assert alice.receive() == ["one", "two", "three"]


def test_messages_that_expired_before_they_were_sent_are_told(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "seen")
    stage.pump()
    alice.receive()
    alice.acknowledge()
    alice.vanish()
    publish(bob, "gone 1", "gone 2", "there")
    first = stage.expire("gone")
    alice.connect("a2=", resume=True)
    stage.pump()
    lost = {"$rt": "resync", "group": "room", "from": first, "to": first + 1}
    assert alice.receive() == [lost, "there"]


def test_the_first_messages_of_a_group_that_expired_before_they_were_sent_are_told(
    stage: Stage, alice: Device, bob: Device
) -> None:
    """She joined while its log was empty, so no offset of hers says that something is missing."""
    alice.vanish()
    publish(bob, "gone 1", "gone 2", "there")
    first = stage.expire("gone")
    alice.connect("a2=", resume=True)
    stage.pump()
    assert alice.receive() == [{"$rt": "resync", "group": "room", "from": first, "to": first + 1}, "there"]


def test_messages_that_expired_after_they_were_sent_are_told_one_by_one(
    stage: Stage, alice: Device, bob: Device
) -> None:
    publish(bob, "gone", "there")
    stage.pump()
    first = stage.expire("gone")
    token = alice.frames()[0]["reconnectionToken"]
    alice.vanish()
    alice.connect("a2=", resume=True, token=token)
    stage.pump()
    assert alice.receive() == [{"$rt": "resync", "group": "room", "from": first, "to": first}, "there"]


def test_a_message_that_cannot_be_posted_does_not_hold_up_the_next(stage: Stage, alice: Device, bob: Device) -> None:
    stage.connections.scripts["a1="] = [413]
    publish(bob, "poison", "fine")
    stage.pump()
    assert [data if isinstance(data, str) else data["$rt"] for data in alice.receive()] == ["resync", "fine"]


def test_the_largest_message_has_room_for_its_id(stage: Stage, alice: Device, bob: Device) -> None:
    assert not bob.ask(type="sendToGroup", group="room", dataType="text", data="x" * MAX_FRAME)["success"]
    publish(bob, "x" * (MAX_FRAME - 200), dataType="text")
    stage.pump()
    assert len(alice.receive()[0]) == MAX_FRAME - 200


def test_after_leaving_nothing_more_comes_and_joining_again_does_not_bring_it(
    stage: Stage, alice: Device, bob: Device
) -> None:
    publish(bob, "one")
    stage.pump()
    alice.ask(type="leaveGroup", group="room")
    publish(bob, "two")
    stage.pump()
    alice.ask(type="joinGroup", group="room")
    publish(bob, "three")
    stage.pump()
    assert alice.receive() == ["one", "three"]


def test_joining_twice_loses_nothing_of_what_is_on_its_way(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "one")
    alice.ask(type="joinGroup", group="room")
    stage.pump()
    assert alice.receive() == ["one"]


def test_a_repeated_publish_is_a_duplicate_and_rings_again(stage: Stage, alice: Device, bob: Device) -> None:
    frame = {"type": "sendToGroup", "group": "room", "data": "once", "ackId": 77}
    bob.send(**frame)
    boto3.client("sqs").purge_queue(QueueUrl=stage.aws.queue_url)
    bob.send(**frame)
    assert bob.frames()[-1]["error"]["name"] == "Duplicate"
    stage.pump()
    assert alice.receive() == ["once"]


@pytest.mark.usefixtures("alice")
def test_a_bell_that_sqs_does_not_take_is_no_success(stage: Stage, bob: Device) -> None:
    queue = stage.aws.queue_url
    boto3.client("sqs").delete_queue(QueueUrl=queue)
    assert bob.ask(type="sendToGroup", group="room", data=1)["error"]["name"] == "InternalServerError"


def test_plain_and_reliable_clients_share_a_room(stage: Stage, alice: Device, bob: Device) -> None:
    plain = stage.device("carol", "json.webpubsub.azure.v1")
    plain.connect("c1=")
    stage.pump()
    plain.ask(type="joinGroup", group="room")
    publish(bob, "hi")
    stage.pump()
    assert [frame.get("sequenceId") for frame in plain.frames() if frame["type"] == "message"] == [None]
    assert (plain.receive(), alice.receive()) == (["hi"], ["hi"])
    plain.vanish()
    assert plain.connect("c2=", resume=True, token="x") == 404


def test_volatile_messages_have_no_id_and_reach_who_is_there(stage: Stage, alice: Device, bob: Device) -> None:
    alice.ask(type="joinGroup", group="volatile.cursors")
    publish(bob, "now", group="volatile.cursors")
    assert [frame.get("sequenceId", "none") for frame in alice.frames() if frame["type"] == "message"] == ["none"]
    alice.receive()
    alice.vanish()
    publish(bob, "missed", group="volatile.cursors")
    alice.connect("a2=", resume=True)
    stage.pump()
    publish(bob, "again", group="volatile.cursors")
    assert alice.receive() == ["again"]


def test_a_connection_that_never_opens_leaves_the_session_waiting(stage: Stage, alice: Device, bob: Device) -> None:
    alice.vanish()
    stage.connections.statuses["a2="] = 410
    alice.connect("a2=", resume=True)
    publish(bob, "kept")
    stage.pump()
    assert alice.connect("a3=", resume=True) == 200
    stage.pump()
    assert alice.receive() == ["kept"]


def test_the_time_from_commit_to_post_is_measured(alice: Device, bob: Device, porter: Any, turn: Any) -> None:
    publish(bob, "one", "two")
    porter.answer([Bell("a1=", "m")], turn)
    assert len(turn.latencies) == 2
    assert all(0 <= latency < 60_000 for latency in turn.latencies)
    assert len(alice.receive()) == 2
