"""What a client gets when it comes back, case by case: the recovery table of Centrifugo's broker tests.

Positions are the server's here, so a client cannot name one that does not exist. Where Centrifugo answers "not
recovered, and nothing", we tell the loss and go on; where it limits, our window delivers the rest after an ack. In
``cache`` mode the latest message is all there is to recover.
"""

from typing import Any

import boto3
import pytest

from backend_world import World
from longwire_app.rules import TopicRule
from world_client import Client

STREAM, CACHE = "room", "price.gold"
WINDOW = 5
DAY = 86_400


@pytest.fixture
def cached(world: World) -> World:
    """With a topic of which only the latest message is recovered."""
    app = world.handlers["message"].app
    if app.rule(CACHE).recovery != "cache":
        app.topics(TopicRule("price.", recovery="cache"))
    return world


class Reader:
    """A client that has read ``read`` messages of a topic, went away, and comes back after ``missed`` more."""

    def __init__(self, world: World, group: str) -> None:
        self.world = world
        self.group = group
        self.count = 0
        self.alice = Client(world, "alice")
        self.alice.connect()
        world.settle()
        self.alice.receive()
        self.alice.ask(type="joinGroup", group=group)

    def publish(self, count: int) -> None:
        sender = Client(self.world, "bob")
        assert sender.connect() == 200
        for _ in range(count):
            sender.ask(type="sendToGroup", group=self.group, data=self.count)
            self.count += 1
        sender.disconnected(sender.vanish())

    def read(self, count: int) -> None:
        self.publish(count)
        self.world.settle()
        self.alice.acknowledge()

    def away(self) -> None:
        self.alice.disconnected(self.alice.vanish())

    def back(self) -> list[Any]:
        """What it gets, with acks, until nothing more comes."""
        before = len(self.alice.shown)
        assert self.alice.connect() == 200
        while True:
            self.world.settle()
            seen = self.alice.seen
            self.alice.receive()
            if self.alice.seen == seen:
                return [data for _, data in self.alice.shown[before:]]
            self.alice.acknowledge()

    def lost(self) -> int:
        """Messages that were told to be lost."""
        return sum(each["to"] - each["from"] + 1 for each in self.alice.lost)


def expire(world: World, *, removed: bool) -> None:
    """The retention of all messages ends; ``removed``: DynamoDB has deleted them too, and the topic's origin."""
    client = boto3.client("dynamodb")
    world.clock.sleep(60)  # much less than a retention, but a log that begins anew begins later
    for item in client.scan(TableName="log")["Items"]:
        key = {"pk": item["pk"], "sk": item["sk"]}
        if removed:
            client.delete_item(TableName="log", Key=key)
        elif "until" in item:
            client.put_item(TableName="log", Item=item | {"until": {"N": str(int(world.clock.time()) - 1)}})


def test_empty_stream(world: World) -> None:
    reader = Reader(world, STREAM)
    reader.away()
    assert (reader.back(), reader.lost()) == ([], 0)


@pytest.mark.parametrize("missed", [1, 3, WINDOW])
def test_from_position(world: World, missed: int) -> None:
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.away()
    reader.publish(missed)
    assert (reader.back(), reader.lost()) == (list(range(2, 2 + missed)), 0)


@pytest.mark.parametrize("missed", [WINDOW + 1, 3 * WINDOW])
def test_from_position_limited(world: World, missed: int) -> None:
    """More than the window: never a part for the whole, but all, window by window."""
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.away()
    reader.publish(missed)
    assert (reader.back(), reader.lost()) == (list(range(2, 2 + missed)), 0)


def test_from_position_that_already_gone(world: World) -> None:
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.away()
    reader.publish(3)
    expire(world, removed=False)
    reader.publish(2)
    assert (reader.back(), reader.lost()) == ([5, 6], 3)


def test_from_position_that_not_exist_yet(world: World) -> None:
    """An ack of what was never sent changes nothing, and nothing is skipped for it."""
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.alice.send(type="sequenceAck", sequenceId=1_000)
    reader.away()
    reader.publish(2)
    assert (reader.back(), reader.lost()) == ([2, 3], 0)


def test_same_position_no_pubs_expected(world: World) -> None:
    reader = Reader(world, STREAM)
    reader.read(3)
    reader.away()
    assert (reader.back(), reader.lost()) == ([], 0)


def test_from_position_in_expired_stream(world: World) -> None:
    """All that was missed is gone, and is told with the next message."""
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.away()
    reader.publish(3)
    expire(world, removed=True)
    world.clock.sleep(60)
    reader.publish(1)
    assert reader.back() == [5]
    assert reader.lost() >= 3


def test_from_same_position_in_expired_stream(world: World) -> None:
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.away()
    expire(world, removed=True)
    assert (reader.back(), reader.lost()) == ([], 0)


@pytest.mark.parametrize(
    ("read", "missed", "expected"), [(0, 0, []), (2, 0, []), (2, 1, [2]), (2, 3, [4]), (2, 3 * WINDOW, [16])]
)
def test_cache_mode_recovers_the_latest_alone(cached: World, read: int, missed: int, expected: list[int]) -> None:
    reader = Reader(cached, CACHE)
    reader.read(read)
    before = len(reader.alice.shown)
    reader.away()
    reader.publish(missed)
    assert (reader.back(), reader.lost()) == (expected, 0)
    assert before <= read


@pytest.mark.parametrize("removed", [True, False])
def test_cache_mode_of_an_expired_stream_recovers_nothing_and_goes_on(cached: World, removed: bool) -> None:
    reader = Reader(cached, CACHE)
    reader.read(2)
    reader.away()
    reader.publish(2)
    expire(cached, removed=removed)
    assert (reader.back(), reader.lost()) == ([], 0)
    reader.read(1)
    assert reader.alice.shown[-1] == (CACHE, 4)


def test_an_unknown_session_becomes_a_new_one_and_no_error(world: World) -> None:
    client = Client(world, "alice", session_id="never=", token="never")
    assert client.connect() == 404
    assert client.connect() == 200


def test_a_stream_that_begins_anew_while_somebody_is_away_gives_no_old_offset_again(world: World) -> None:
    """Centrifugo's epoch: an offset of the former stream is not one of the new."""
    reader = Reader(world, STREAM)
    reader.read(2)
    reader.away()
    expire(world, removed=True)
    world.clock.sleep(20 * DAY // 24)
    reader.publish(2)
    assert reader.back() == [2, 3]
