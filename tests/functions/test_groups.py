"""What of the past a join brings, and what rules of topics keep of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from backend_device import Device, Stage
from longwire_app.application import app
from longwire_app.rules import TopicRule

RULES = [
    TopicRule("short.", history=3),
    TopicRule("price.", recovery="cache"),
    TopicRule("lately.", rewind=2),
    TopicRule("both.", history=4, rewind=2),
]


@pytest.fixture(autouse=True)
def _rules() -> Iterator[None]:
    app.rules.extend(RULES)
    yield
    del app.rules[-len(RULES) :]


@pytest.fixture
def alice(stage: Stage) -> Device:
    return connected(stage, "a1=", "alice")


@pytest.fixture
def bob(stage: Stage) -> Device:
    return connected(stage, "b1=", "bob")


def connected(stage: Stage, connection: str, user: str, **fields: Any) -> Device:
    device = stage.device(user, **fields)
    assert device.connect(connection) == 200
    stage.pump()
    device.receive()
    return device


def publish(device: Device, group: str, *data: Any) -> None:
    for each in data:
        assert device.ask(type="sendToGroup", group=group, data=each)["success"]


def got(stage: Stage, device: Device) -> list[Any]:
    stage.pump()
    return device.receive()


def offsets(device: Device) -> list[int]:
    return [frame["offset"] for frame in device.frames() if frame["type"] == "message"]


def test_a_join_may_ask_for_the_last_messages(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "room", *range(5))
    assert alice.ask(type="joinGroup", group="room", rewind=2)["success"]
    publish(bob, "room", "next")
    assert got(stage, alice) == [3, 4, "next"]
    assert [frame["sequenceId"] for frame in alice.frames() if frame["type"] == "message"] == [1, 2, 3]


@pytest.mark.parametrize("rewind", [5, 6, 1000])
def test_asking_for_more_than_there_is_brings_what_there_is(
    stage: Stage, alice: Device, bob: Device, rewind: int
) -> None:
    publish(bob, "room", *range(5))
    assert alice.ask(type="joinGroup", group="room", rewind=rewind)["success"]
    assert got(stage, alice) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("past", [{}, {"rewind": 0}])
def test_a_join_that_asks_for_nothing_begins_at_the_end(stage: Stage, alice: Device, bob: Device, past: Any) -> None:
    publish(bob, "room", *range(3))
    assert alice.ask(type="joinGroup", group="room", **past)["success"]
    assert got(stage, alice) == []
    publish(bob, "room", "next")
    assert got(stage, alice) == ["next"]


def test_a_group_without_a_past_has_none(stage: Stage, alice: Device, bob: Device) -> None:
    assert alice.ask(type="joinGroup", group="room", rewind=10)["success"]
    assert alice.ask(type="joinGroup", group="other", since=0)["success"]
    publish(bob, "room", 1)
    publish(bob, "other", 2)
    assert sorted(got(stage, alice)) == [1, 2]


def test_what_expired_is_not_in_the_past(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "room", "old-1", "old-2", "new")
    stage.expire("old")
    assert alice.ask(type="joinGroup", group="room", rewind=3)["success"]
    assert got(stage, alice) == ["new"]


def test_a_join_goes_on_where_another_session_ended(stage: Stage, alice: Device, bob: Device) -> None:
    alice.ask(type="joinGroup", group="room")
    publish(bob, "room", *range(4))
    assert got(stage, alice) == [0, 1, 2, 3]
    seen = offsets(alice)
    assert seen == list(range(seen[0], seen[0] + 4))
    fresh = connected(stage, "a2=", "alice")
    assert fresh.ask(type="joinGroup", group="room", since=seen[1])["success"]
    assert got(stage, fresh) == [2, 3]


def test_what_is_gone_after_since_is_told(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "room", "zero", "lost-1", "lost-2", "kept")
    lost = stage.expire("lost")
    assert alice.ask(type="joinGroup", group="room", since=lost - 1)["success"]
    assert got(stage, alice) == [{"$rt": "resync", "group": "room", "from": lost, "to": lost + 1}, "kept"]


def test_since_zero_is_all_that_is_kept(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "room", *range(3))
    assert alice.ask(type="joinGroup", group="room", since=0)["success"]
    assert got(stage, alice) == [0, 1, 2]


def test_since_the_future_is_refused(stage: Stage, alice: Device, bob: Device, aws: Any) -> None:
    publish(bob, "room", 1)
    refused = alice.ask(type="joinGroup", group="room", since=2**60)
    assert (refused["error"]["name"], refused["error"]["message"]) == (
        "BadRequest",
        "since is beyond the group's last message",
    )
    assert not any("g:room" in pk for pk, _ in aws.key_pairs())
    assert got(stage, alice) == []


@pytest.mark.parametrize(
    ("past", "says"),
    [
        ({"rewind": -1}, "rewind: greater than equal"),
        ({"rewind": 1001}, "rewind: less than equal"),
        ({"rewind": "3"}, "rewind: int type"),
        ({"rewind": True}, "rewind: int type"),
        ({"since": -1}, "since: greater than equal"),
        ({"since": 2**64}, "since: less than"),
        ({"rewind": 1, "since": 1}, "rewind and since exclude each other"),
    ],
)
def test_a_past_that_there_cannot_be_is_no_frame(alice: Device, past: Any, says: str) -> None:
    assert alice.ask(type="joinGroup", group="room", **past)["error"] == {"name": "BadRequest", "message": says}


@pytest.mark.parametrize(("protocol", "group"), [("json.webpubsub.azure.v1", "room"), (None, "volatile.x")])
def test_without_a_stream_there_is_no_rewind(stage: Stage, protocol: str | None, group: str) -> None:
    device = connected(stage, "p1=", "paul", **({"protocol": protocol} if protocol else {}))
    for past in ({"rewind": 1}, {"since": 0}):
        refused = device.ask(type="joinGroup", group=group, **past)
        assert "read the history instead" in refused["error"]["message"]
    assert device.ask(type="joinGroup", group=group, rewind=0)["success"]


def test_a_repeated_join_rings_again(stage: Stage, alice: Device, bob: Device, aws: Any) -> None:
    """The first may have died before it rang."""
    publish(bob, "room", 1)
    frame = {"type": "joinGroup", "group": "room", "rewind": 1, "ackId": 77}
    alice.send(**frame)
    assert got(stage, alice) == [1]
    alice.send(**frame)
    assert [json.loads(bell["body"]) for bell in aws.bells()] == [{"sessionId": "a1=", "topic": "g:room"}]


def test_joining_again_brings_nothing_twice(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "room", *range(3))
    alice.ask(type="joinGroup", group="room", rewind=2)
    assert got(stage, alice) == [1, 2]
    alice.ask(type="joinGroup", group="room", rewind=3)
    assert got(stage, alice) == []
    alice.ask(type="leaveGroup", group="room")
    publish(bob, "room", 3)
    alice.ask(type="joinGroup", group="room", rewind=3)
    assert got(stage, alice) == [3]


def test_a_rule_gives_each_join_its_past(stage: Stage, bob: Device) -> None:
    publish(bob, "lately.x", *range(4))
    alice = stage.device("alice")
    alice.identity = type(alice.identity)("alice", "", alice.identity.roles, ("lately.x",))
    alice.connect("a1=")
    assert got(stage, alice) == [2, 3]
    plain = connected(stage, "p1=", "paul", protocol="json.webpubsub.azure.v1")
    assert plain.ask(type="joinGroup", group="lately.x")["success"]
    assert got(stage, plain) == []


def test_a_short_history_is_all_that_who_is_behind_gets_and_the_rest_is_told(
    stage: Stage, alice: Device, bob: Device
) -> None:
    alice.ask(type="joinGroup", group="short.x")
    publish(bob, "short.x", "first")
    assert got(stage, alice) == ["first"]
    first = offsets(alice)[0]
    alice.acknowledge()
    alice.vanish()
    publish(bob, "short.x", *range(5))
    alice.connect("a2=", resume=True)
    told = {"$rt": "resync", "group": "short.x", "from": first + 1, "to": first + 2}
    assert got(stage, alice) == [told, 2, 3, 4]


@pytest.mark.parametrize("missed", [1, 2, 3])
def test_within_a_short_history_nothing_is_lost(stage: Stage, alice: Device, bob: Device, missed: int) -> None:
    alice.ask(type="joinGroup", group="short.x")
    publish(bob, "short.x", "first")
    assert got(stage, alice) == ["first"]
    alice.acknowledge()
    alice.vanish()
    publish(bob, "short.x", *range(missed))
    alice.connect("a2=", resume=True)
    assert got(stage, alice) == list(range(missed))


def test_no_join_gets_more_than_the_history(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "both.x", *range(9))
    alice.ask(type="joinGroup", group="both.x", rewind=9)
    assert got(stage, alice) == [5, 6, 7, 8]


def test_of_a_cached_topic_who_comes_back_gets_the_latest_alone(stage: Stage, alice: Device, bob: Device) -> None:
    alice.ask(type="joinGroup", group="price.x")
    publish(bob, "price.x", 1)
    assert got(stage, alice) == [1]
    alice.vanish()
    publish(bob, "price.x", 2, 3, 4)
    alice.connect("a2=", resume=True)
    assert got(stage, alice) == [4]
    ids = [frame["sequenceId"] for frame in alice.frames() if frame["type"] == "message"]
    # 1 was never acknowledged, and is passed over all the same.
    assert ids == [2]
    alice.acknowledge()
    publish(bob, "price.x", 5)
    assert got(stage, alice) == [5]


def test_ids_of_a_cached_topic_that_are_passed_over_are_told(stage: Stage, alice: Device, bob: Device) -> None:
    alice.ask(type="joinGroup", group="price.x")
    publish(bob, "price.x", 1, 2, 3)
    assert got(stage, alice) == [3]
    (message,) = [frame for frame in alice.frames() if frame["type"] == "message"]
    assert (message["sequenceId"], message.get("follows", message["sequenceId"] - 1)) in {(1, 0), (3, 0)}
    alice.vanish()
    alice.connect("a2=", resume=True)
    publish(bob, "price.x", 4)
    assert got(stage, alice)[-1] == 4
    last = [frame for frame in alice.frames() if frame["type"] == "message"][-1]
    # What was not acknowledged is overtaken, and its ids with it: 4 follows what was acknowledged, which is nothing.
    assert last["sequenceId"] > 1
    assert last.get("follows") == 0 or last["sequenceId"] == 2


def test_of_a_cached_topic_who_is_slow_gets_the_latest_alone(stage: Stage, alice: Device, bob: Device) -> None:
    alice.ask(type="joinGroup", group="price.x")
    alice.ask(type="joinGroup", group="room")
    publish(bob, "price.x", 1, 2)
    publish(bob, "room", "a", "b")
    publish(bob, "price.x", 3)
    assert sorted(map(str, got(stage, alice))) == ["3", "a", "b"]


def test_a_join_of_a_cached_topic_may_ask_for_the_latest(stage: Stage, alice: Device, bob: Device) -> None:
    publish(bob, "price.x", 1, 2)
    alice.ask(type="joinGroup", group="price.x", rewind=1)
    assert got(stage, alice) == [2]
