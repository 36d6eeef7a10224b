"""Frames for everybody in a group, and what becomes of those who are gone."""

import time
from dataclasses import replace
from typing import Any

import pytest

from backend_aws import recorded
from longwire_app import items
from longwire_app.broadcast import Broadcaster, Publication
from longwire_app.caster import Caster
from longwire_app.delivery import Delivery
from longwire_app.doorbell import Doorbell
from longwire_app.errors import BadRequest
from longwire_app.protocol import GroupMessage, ServerMessage
from longwire_app.rules import TopicRule
from longwire_app.session import Peer, Session
from longwire_app.spread import JobQueue
from longwire_app.store import Store
from longwire_app.table import Table
from longwire_app.topic_log import TopicLog
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

VOLATILE = TopicRule("", reliable=False)
ROOM = group_topic("room")
HELLO = Publication(ROOM, GroupMessage(group="room", data="hello", data_type="text"), VOLATILE)
WIRE = {"type": "message", "from": "group", "group": "room", "dataType": "text", "data": "hello"}


@pytest.fixture
def broadcaster(  # noqa: PLR0917 (fixtures)
    request: pytest.FixtureRequest,
    store: Store,
    delivery: Delivery,
    topic_log: TopicLog,
    doorbell: Doorbell,
    jobs: JobQueue,
    turn: Turn,
) -> Broadcaster:
    """With a parameter, one for which the deadline is always now."""
    late = hasattr(request, "param")
    steady = (lambda: turn.deadline) if late else time.monotonic
    return Broadcaster(Caster(store, delivery, doorbell, jobs, steady=steady), topic_log)


@pytest.fixture
def room(store: Store, session: Any, turn: Turn) -> Any:
    """Fills the room with greeted sessions."""

    def fill(*connection_ids: str) -> list[Peer]:
        peers = []
        for connection_id in connection_ids:
            opened = session(connection_id, connection_id)
            store.open_session(opened, [ROOM], limit=3, now=turn.now)
            store.mark_greeted(opened.peer)
            peers.append(opened.peer)
        return peers

    return fill


def test_everybody_in_the_group_gets_it_and_nobody_else(
    broadcaster: Broadcaster, room: Any, store: Store, connections: Any, turn: Turn
) -> None:
    room("c1=", "c2=")
    store.join(Peer("c3=", "c3="), group_topic("room#0"), turn.now)
    broadcaster.publish(HELLO, turn)
    assert connections.frames == {"c1=": [WIRE], "c2=": [WIRE]}
    assert turn.counts == {"MessagesOut": 2}


def test_one_session_can_be_left_out(broadcaster: Broadcaster, room: Any, connections: Any, turn: Turn) -> None:
    room("c1=", "c2=")
    broadcaster.publish(replace(HELLO, but=frozenset(["c1="])), turn)
    assert connections.frames == {"c2=": [WIRE]}


def test_nobody_there_is_no_error(broadcaster: Broadcaster, turn: Turn) -> None:
    broadcaster.publish(HELLO, turn)
    assert not turn.counts


def test_a_410_ends_the_session_of_that_recipient_alone(
    broadcaster: Broadcaster, room: Any, aws: Any, connections: Any, turn: Turn
) -> None:
    room("c1=", "c2=", "c3=")
    connections.statuses["c2="] = 410
    broadcaster.publish(HELLO, turn)
    assert connections.frames == {"c1=": [WIRE], "c3=": [WIRE]}
    assert recorded("c2=") is None
    assert recorded("c1=") is not None
    assert not any("c2=" in pk or "c2=" in sk for pk, sk in aws.key_pairs())
    assert turn.counts == {"MessagesOut": 2, "Gone": 1, "SessionsEnded": 1}
    broadcaster.publish(HELLO, turn)
    assert connections.posts["c2="] == 1


def test_a_410_of_an_old_connection_does_not_end_a_session_that_moved_on(
    broadcaster: Broadcaster, store: Store, session: Any, connections: Any, turn: Turn
) -> None:
    opened = session("c1=")
    store.open_session(opened, [], limit=0, now=turn.now)
    store.mark_greeted(opened.peer)
    store.join(Peer("c1=", "c0="), ROOM, turn.now)
    connections.statuses["c0="] = 410
    broadcaster.publish(HELLO, turn)
    assert recorded("c1=") is not None


def test_a_session_whose_handshake_is_under_way_is_not_taken_for_gone(
    broadcaster: Broadcaster, store: Store, session: Any, connections: Any, turn: Turn
) -> None:
    store.open_session(session("c1="), [ROOM], limit=0, now=turn.now)
    connections.scripts["c1="] = [410]
    broadcaster.publish(HELLO, turn)
    assert recorded("c1=") is not None
    broadcaster.publish(HELLO, turn)
    assert connections.frames == {"c1=": [WIRE]}


def test_failures_are_counted_and_end_nobodys_session(
    broadcaster: Broadcaster, room: Any, connections: Any, turn: Turn
) -> None:
    room("c1=", "c2=", "c3=", "c4=")
    connections.statuses.update({"c1=": 403, "c2=": 429, "c3=": 500})
    broadcaster.publish(HELLO, turn)
    assert turn.counts == {"MessagesOut": 1, "Throttled": 1, "DeliveryFailures": 2}
    assert all(recorded(connection_id) for connection_id in ("c1=", "c2=", "c3="))


def test_after_the_deadline_nothing_is_posted_and_nobody_is_ended(
    broadcaster: Broadcaster, room: Any, connections: Any
) -> None:
    room("c1=", "c2=")
    late = Turn(now=int(time.time()), deadline=time.monotonic())
    broadcaster.publish(HELLO, late)
    assert late.counts == {"DeadlineMissed": 2}
    assert not connections.posts


@pytest.mark.parametrize("broadcaster", [True], indirect=True)
def test_the_deadline_also_holds_for_ending_sessions(
    broadcaster: Broadcaster, room: Any, connections: Any, turn: Turn
) -> None:
    room("c1=")
    connections.statuses["c1="] = 410
    broadcaster.publish(HELLO, turn)
    assert turn.counts == {"Gone": 1, "SessionsEnded": 0}
    assert recorded("c1=") is not None


def test_a_message_that_api_gateway_would_not_take_is_refused_before_anybody_gets_it(
    broadcaster: Broadcaster, room: Any, connections: Any, turn: Turn
) -> None:
    room("c1=")
    envelope = len(GroupMessage(group="room", data="", data_type="text").encoded())
    biggest = GroupMessage(group="room", data="x" * (131_008 - envelope), data_type="text")
    broadcaster.publish(replace(HELLO, frame=biggest), turn)
    too_big = GroupMessage(group="room", data=f"{biggest.data}x", data_type="text")
    with pytest.raises(BadRequest, match="131008 bytes"):
        broadcaster.publish(replace(HELLO, frame=too_big), turn)
    assert connections.posts["c1="] == 1


def test_a_frame_for_one_ends_its_session_when_it_is_gone(
    broadcaster: Broadcaster, room: Any, connections: Any, turn: Turn
) -> None:
    one, two = room("c1=", "c2=")
    connections.statuses["c1="] = 410
    for peer in (one, two):
        broadcaster.send(peer, ServerMessage(data=1), turn)
    assert recorded("c1=") is None
    assert connections.frames == {"c2=": [{"type": "message", "from": "server", "dataType": "json", "data": 1}]}


def test_many_of_whom_nine_in_ten_are_gone(
    broadcaster: Broadcaster, table: Table, store: Store, connections: Any, turn: Turn
) -> None:
    """Each is asked once; who is there gets it, who is not is ended once, and the next message asks nobody else."""
    ids = [f"c{number}=" for number in range(200)]
    records: list[items.Item] = []
    for connection_id in ids:
        session = Session(Peer(connection_id, connection_id), "u", "", "", 1)
        records.append(items.session_item(session, None, turn.now + 600) | {"greeted": {"S": connection_id}})
        records += items.subscription_items(session.peer, ROOM, turn.now + 600)
    table.put_all(records)
    connections.statuses.update(dict.fromkeys(ids[20:], 410))
    broadcaster.publish(HELLO, turn)
    assert turn.counts == {"MessagesOut": 20, "Gone": 180, "SessionsEnded": 180}
    broadcaster.publish(HELLO, turn)
    assert {connection_id: count for connection_id, count in connections.posts.items() if count != 1} == dict.fromkeys(
        ids[:20], 2
    )
    assert sum(len(page) for page in store.subscribers(ROOM, turn.now)) == 20
