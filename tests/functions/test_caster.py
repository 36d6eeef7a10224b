"""Messages for many: cut into jobs that reach everybody once, whoever is gone, throttled, or without time."""

import time
from typing import Any

import boto3
import pytest
from hypothesis import strategies as st

from backend_events import Context
from longwire_app import broadcast_worker, items, wiring
from longwire_app.broadcast import Broadcaster, Publication
from longwire_app.errors import Duplicate
from longwire_app.protocol import GroupMessage
from longwire_app.rules import TopicRule
from longwire_app.session import Peer, Session
from longwire_app.spread import job_of
from longwire_app.table import Table
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

pytestmark = pytest.mark.usefixtures("backend")

ROOM = group_topic("room")
CONTEXT: Any = Context()


@pytest.fixture
def crowd(table: Table, turn: Turn, connections: Any) -> Any:
    """Fills the room with greeted sessions, of which those that ``gone`` names are gone."""

    def fill(count: int, *, gone: Any = lambda _: False, reliable: bool = False) -> list[str]:
        ids = [f"c{number}=" for number in range(count)]
        records: list[items.Item] = []
        for number, connection_id in enumerate(ids):
            peer = Peer(connection_id, connection_id, reliable)
            record = items.session_item(Session(peer, "u", "", "", 1), None, turn.now + 600)
            records.append(record | {"greeted": {"S": connection_id}})
            records += items.subscription_items(peer, ROOM, turn.now + 600)
            if gone(number):
                connections.statuses[connection_id] = 410
        table.put_all(records)
        return ids

    return fill


@pytest.fixture
def broadcaster(monkeypatch: pytest.MonkeyPatch) -> Broadcaster:
    monkeypatch.setenv("FANOUT_DIRECT", "50")
    return wiring.broadcaster()


def hello(**fields: Any) -> Publication:
    message = GroupMessage(group="room", data="hello", data_type="text")
    return Publication(ROOM, message, TopicRule("", **({"reliable": False} | fields)))


def work(aws: Any) -> int:
    """As the workers do, until no job is left; says how many there were."""
    done = 0
    while records := aws.jobs():
        assert broadcast_worker.handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}
        done += len(records)
    return done


def test_few_are_posted_to_by_the_publisher(broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any) -> None:
    crowd(50)
    broadcaster.publish(hello(), turn)
    assert turn.counts == {"MessagesOut": 50}
    assert aws.jobs() == []


def test_of_many_each_is_asked_once_and_each_that_is_gone_is_ended_once(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, connections: Any, counted: Any
) -> None:
    ids = crowd(300, gone=lambda number: number % 10)
    broadcaster.publish(hello(), turn)
    assert turn.counts == {"Broadcasts": 1}
    counted()
    work(aws)
    assert {connection_id for connection_id, frames in connections.frames.items() if frames} == set(ids[::10])
    assert dict(connections.posts) == dict.fromkeys(ids, 1)
    left = {pk for pk, sk in aws.key_pairs() if sk == "META"}
    assert left == {f"S#{connection_id}" for connection_id in ids[::10]}
    broadcaster.publish(hello(), turn)
    work(aws)
    assert set(connections.posts.values()) == {1, 2}
    assert sum(connections.posts.values()) == 330


def test_one_is_left_out_by_the_workers_too(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, connections: Any
) -> None:
    crowd(60)
    publication = Publication(ROOM, hello().frame, hello().rule, frozenset(["c3="]))
    broadcaster.publish(publication, turn)
    work(aws)
    assert sum(connections.posts.values()) == 59
    assert "c3=" not in connections.posts


def test_reliable_sessions_are_rung_for_by_the_workers(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, connections: Any
) -> None:
    crowd(60, reliable=True)
    broadcaster.publish(hello(reliable=True), turn)
    assert aws.bells() == []
    work(aws)
    assert not connections.posts
    rung = boto3.client("sqs").get_queue_attributes(QueueUrl=aws.queue_url, AttributeNames=["All"])["Attributes"]
    assert rung["ApproximateNumberOfMessages"] == "60"


def test_a_repeated_publish_rings_again_and_posts_nothing(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, connections: Any
) -> None:
    crowd(60)
    publication = Publication(ROOM, hello().frame, TopicRule(""), sender=("s=", 1))
    broadcaster.publish(publication, turn)
    work(aws)
    with pytest.raises(Duplicate):
        broadcaster.publish(publication, turn)
    assert work(aws) == 1
    assert sum(connections.posts.values()) == 60


def test_who_is_throttled_is_tried_again_by_a_later_job(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, connections: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longwire_app.caster.PAUSES", (0, 0))
    monkeypatch.setattr("longwire_app.delivery.TRIES", 1)
    crowd(60)
    connections.scripts["c1="] = [429]
    connections.statuses["c2="] = 429
    broadcaster.publish(hello(), turn)
    assert work(aws) == 3
    assert len(connections.frames["c1="]) == 1
    assert connections.posts["c2="] == 3
    assert sum(connections.posts.values()) == 60 + 1 + 2


def test_who_there_was_no_time_for_is_left_to_the_next_invocation(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, connections: Any
) -> None:
    crowd(60)
    broadcaster.publish(hello(), turn)
    (record,) = aws.jobs()
    late = Turn(turn.now, time.monotonic())
    job = job_of(record)
    assert job is not None
    wiring.caster().work(job, late)
    assert not late.counts
    work(aws)
    assert sum(connections.posts.values()) == 60


texts = st.text(st.characters(codec="utf-8"))
peers = st.lists(st.builds(Peer, texts, texts, st.booleans()), max_size=3).map(tuple)


def test_whom_dynamodb_does_not_let_go_is_ended_by_the_next_job(
    broadcaster: Broadcaster, crowd: Any, turn: Turn, aws: Any, denials: Any
) -> None:
    crowd(60, gone=lambda number: number < 3)
    broadcaster.publish(hello(), turn)
    (record,) = aws.jobs()
    assert broadcast_worker.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    (burial,) = aws.jobs()
    denials["Query"] = 3
    assert broadcast_worker.handler({"Records": [burial]}, CONTEXT)["batchItemFailures"]
    denials["Query"] = 2
    assert broadcast_worker.handler({"Records": [burial]}, CONTEXT) == {"batchItemFailures": []}
    assert work(aws) == 1
    assert len([pk for pk, sk in aws.key_pairs() if sk == "META"]) == 57
