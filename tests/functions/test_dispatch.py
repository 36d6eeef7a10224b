"""From frames to effects and acks."""

import json
from typing import Any

import boto3
import pytest

from backend_aws import recorded
from longwire_app.broadcast import Broadcaster
from longwire_app.caster import Caster
from longwire_app.delivery import Delivery
from longwire_app.dispatch import Dispatcher, Gate, Streams
from longwire_app.doorbell import Doorbell
from longwire_app.errors import Forbidden, InvalidToken
from longwire_app.events import Application, EventCall, Reply
from longwire_app.groups import Groups
from longwire_app.reauth import Authority
from longwire_app.session import JOIN, SEND, Caller, Identity
from longwire_app.session_store import SessionStore
from longwire_app.spread import JobQueue
from longwire_app.store import Store
from longwire_app.topic_log import TopicLog
from longwire_app.topics import group_topic
from longwire_app.turn import Turn


class Client:
    """Sends frames for one caller and reads what reaches its connection."""

    def __init__(self, dispatcher: Dispatcher, caller: Caller, connections: Any, turn: Turn) -> None:
        self.dispatcher = dispatcher
        self.caller = caller
        self.connections = connections
        self.turn = turn

    def send(self, **frame: Any) -> list[Any]:
        return self.send_text(json.dumps(frame))

    def send_text(self, body: str) -> list[Any]:
        """Returns the frames that came back."""
        before = len(self.got)
        self.dispatcher.receive(self.caller, body, self.turn)
        return self.got[before:]

    @property
    def got(self) -> list[Any]:
        frames: list[Any] = self.connections.frames[self.caller.peer.connection_id]
        return frames


@pytest.fixture
def streams(store: Store, sessions: SessionStore, topic_log: TopicLog, doorbell: Doorbell) -> Streams:
    return Streams(sessions, doorbell, Groups(store, topic_log, doorbell))


@pytest.fixture
def app() -> Application:
    return Application()


@pytest.fixture
def caster(store: Store, delivery: Delivery, doorbell: Doorbell, jobs: JobQueue) -> Caster:
    return Caster(store, delivery, doorbell, jobs)


@pytest.fixture
def dispatcher(streams: Streams, topic_log: TopicLog, caster: Caster, app: Application) -> Dispatcher:
    def no_token(token: str) -> Identity:
        raise InvalidToken(token)

    return Dispatcher(Gate(Authority(streams.sessions, no_token)), streams, Broadcaster(caster, topic_log), app)


@pytest.fixture
def client(dispatcher: Dispatcher, caller: Any, connections: Any, turn: Turn) -> Any:

    def make(connection: str = "c1=", roles: tuple[str, ...] = (JOIN, SEND), **who: Any) -> Client:
        return Client(dispatcher, caller(connection, roles=roles, **who), connections, turn)

    return make


def done(ack_id: int) -> dict[str, Any]:
    return {"type": "ack", "ackId": ack_id, "success": True}


def error(frames: list[Any]) -> tuple[bool, str]:
    (ack,) = frames
    assert ack["type"] == "ack"
    return ack["success"], ack["error"]["name"]


def test_what_one_publishes_the_others_receive(client: Any) -> None:
    alice, bob = client("c1=", user="alice"), client("c2=", user="bob")
    assert alice.send(type="joinGroup", group="room", ackId=1) == [done(1)]
    assert bob.send(type="joinGroup", group="room", ackId=1) == [done(1)]
    message = {
        "type": "message",
        "from": "group",
        "group": "room",
        "dataType": "json",
        "data": {"x": [1, None]},
        "fromUserId": "bob",
    }
    got, ack = bob.send(type="sendToGroup", group="room", data={"x": [1, None]}, ackId=2)
    assert ack == done(2)
    assert alice.got == [done(1), got]
    assert got.pop("offset") > 0
    assert got == message


def test_without_an_ack_id_nothing_comes_back(client: Any) -> None:
    alice = client()
    assert alice.send(type="joinGroup", group="room") == []
    assert alice.send(type="sendToGroup", group="room", data=1, noEcho=True) == []
    assert alice.send(type="leaveGroup", group="room") == []
    assert alice.send(type="sequenceAck", sequenceId=1) == []


def test_the_sender_gets_no_copy_with_no_echo_but_the_others_do(client: Any) -> None:
    alice, bob = client("c1="), client("c2=")
    for each in (alice, bob):
        each.send(type="joinGroup", group="room")
    assert alice.send(type="sendToGroup", group="room", data=1, noEcho=True, ackId=1) == [done(1)]
    assert len(bob.got) == 1


def test_who_left_receives_nothing(client: Any) -> None:
    alice = client()
    alice.send(type="joinGroup", group="room")
    assert alice.send(type="leaveGroup", group="room", ackId=1) == [done(1)]
    assert alice.send(type="sendToGroup", group="room", data=1, ackId=2) == [done(2)]


def test_publishing_needs_no_membership(client: Any) -> None:
    assert client().send(type="sendToGroup", group="empty", data=1, ackId=1) == [done(1)]


@pytest.mark.parametrize("data_type", ["text", "json", "binary", "protobuf"])
def test_every_data_type_passes_unchanged(client: Any, data_type: str) -> None:
    alice = client()
    alice.send(type="joinGroup", group="room")
    (message,) = alice.send(type="sendToGroup", group="room", dataType=data_type, data="aGk=")
    assert (message["dataType"], message["data"]) == (data_type, "aGk=")


@pytest.mark.parametrize("kind", ["joinGroup", "leaveGroup", "sendToGroup"])
def test_without_the_role_it_is_forbidden_and_nothing_happens(client: Any, store: Store, aws: Any, kind: str) -> None:
    store.join(client("c2=").caller.peer, group_topic("room"), client().turn.now)
    before = aws.key_pairs()
    other_roles = (SEND,) if kind != "sendToGroup" else (JOIN,)
    alice = client("c1=", roles=(*other_roles, f"{JOIN}.other", f"{SEND}.other"))
    assert error(alice.send(type=kind, group="room", data=1, ackId=1)) == (False, "Forbidden")
    assert alice.send(type=kind, group="room", data=1) == []
    assert aws.key_pairs() == before
    assert client("c2=").got == []
    assert alice.turn.counts["RefusedForbidden"] == 2


def test_a_refused_ack_id_may_be_used_again(client: Any) -> None:
    assert error(client(roles=()).send(type="joinGroup", group="room", ackId=1)) == (False, "Forbidden")
    assert client().send(type="joinGroup", group="room", ackId=1) == [done(1)]


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "sendToGroup", "group": "other", "data": 1},
        {"type": "event", "event": "count", "data": 1},
    ],
)
def test_a_repeated_ack_id_is_a_duplicate_and_has_no_effect(client: Any, app: Application, frame: Any) -> None:
    calls: list[EventCall] = []
    app.event("count")(calls.append)
    alice, bob = client("c1="), client("c2=")
    bob.send(type="joinGroup", group="other")
    assert alice.send(**frame, ackId=1) == [done(1)]
    received = len(bob.got), len(calls)
    assert error(alice.send(**frame, ackId=1)) == (False, "Duplicate")
    assert (len(bob.got), len(calls)) == received


def test_joining_and_leaving_twice_is_as_good_as_once(client: Any, store: Store) -> None:
    alice = client()
    for kind, members in (("joinGroup", 1), ("leaveGroup", 0)):
        assert [alice.send(type=kind, group="room", ackId=1) for _ in range(2)] == [[done(1)], [done(1)]]
        assert sum(len(page) for page in store.subscribers(group_topic("room"), alice.turn.now)) == members


def test_the_largest_ack_id_comes_back_exactly(client: Any) -> None:
    assert client().send_text('{"type":"joinGroup","group":"g","ackId":18446744073709551615}') == [done(2**64 - 1)]
    assert client().send_text('{"type":"joinGroup","group":"g","ackId":9007199254740993}') == [done(2**53 + 1)]


def test_what_is_no_frame_is_a_bad_request_if_it_can_be_answered(client: Any) -> None:
    alice = client()
    (ack,) = alice.send(type="joinGroup", group="", ackId=9)
    assert ack["error"] == {"name": "BadRequest", "message": "group: string too short"}
    assert error(alice.send(type="unknown", ackId=9)) == (False, "BadRequest")
    for body in ("", "nonsense", "[]", '{"type":"invoke"}', '{"type":"joinGroup","group":"g","ackId":-1}'):
        assert alice.send_text(body) == []
    assert alice.turn.counts["RefusedBadRequest"] == 7


def test_the_log_of_a_bad_request_does_not_show_it(client: Any, logged: Any) -> None:
    client().send(type="sendToGroup", group="CANARY-group", data="CANARY-data", dataType="binary")
    (line,) = logged()
    assert (line["message"], line["reason"]) == ("not a frame", "data is no base64")
    assert "CANARY" not in json.dumps(line)


def test_an_event_is_answered_by_the_application(client: Any, app: Application) -> None:
    @app.event("whoami")
    def whoami(call: EventCall) -> Reply:
        return Reply({"user": call.user_id, "session": call.session_id, "got": call.data})

    frames = client(user="alice").send(type="event", event="whoami", data=[1], ackId=1)
    data = {"user": "alice", "session": "c1=", "got": [1]}
    assert frames == [{"type": "message", "from": "server", "dataType": "json", "data": data}, done(1)]


def test_an_event_may_publish_to_groups_that_its_sender_may_not(client: Any, app: Application) -> None:
    @app.event("tell")
    def tell(call: EventCall) -> None:
        call.publish("room", call.data, call.data_type)

    listener = client("c2=")
    listener.send(type="joinGroup", group="room")
    assert client(roles=()).send(type="event", event="tell", dataType="text", data="hi", ackId=1) == [done(1)]
    expected = {"type": "message", "from": "group", "group": "room", "dataType": "text", "data": "hi"}
    assert listener.got == [expected | {"offset": listener.got[0]["offset"]}]


def test_an_event_handler_refuses_by_raising(client: Any, app: Application) -> None:
    @app.event("never")
    def never(call: EventCall) -> None:
        raise Forbidden(f"not {call.data}")

    (ack,) = client().send(type="event", event="never", data="today", ackId=1)
    assert ack["error"] == {"name": "Forbidden", "message": "not today"}


def test_an_event_that_nobody_handles_is_not_found(client: Any) -> None:
    assert error(client().send(type="event", event="missing", data=1, ackId=1)) == (False, "NotFound")


@pytest.mark.parametrize(
    "handler",
    [
        lambda _: 1 // 0,
        lambda _: Reply(float("nan")),
        lambda _: Reply(object()),  # type: ignore[arg-type]  # the mistake under test
        lambda _: Reply("\ud800", "text"),
        lambda _: "not a reply",
        lambda call: call.publish("", 1),
    ],
)
def test_a_handler_that_fails_can_be_tried_again(client: Any, app: Application, logged: Any, handler: Any) -> None:
    app.event("broken")(handler)
    alice = client()
    for _ in range(2):
        assert error(alice.send(type="event", event="broken", data=1, ackId=1)) == (False, "InternalServerError")
    assert alice.turn.counts["FrameErrors"] == 2
    assert [line["message"] for line in logged()] == ["a frame could not be served"] * 2


def test_a_reply_too_big_for_api_gateway_is_refused(client: Any, app: Application) -> None:
    app.event("big")(lambda _: Reply("x" * 131_072))
    assert error(client().send(type="event", event="big", data=1, ackId=1)) == (False, "BadRequest")


def test_a_failing_table_is_an_internal_error_and_no_exception(client: Any, aws: Any) -> None:
    alice = client()
    boto3.client("dynamodb").delete_table(TableName=aws.table)
    for kind in ("joinGroup", "leaveGroup", "sendToGroup"):
        assert error(alice.send(type=kind, group="g", data=1, ackId=1)) == (False, "InternalServerError")


def test_a_sender_that_is_gone_is_ended(client: Any, store: Store, session: Any, connections: Any) -> None:
    alice = client()
    store.open_session(session("c1="), [], limit=0, now=alice.turn.now)
    store.mark_greeted(alice.caller.peer)
    connections.statuses["c1="] = 410
    assert alice.send(type="joinGroup", group="room", ackId=1) == []
    assert recorded("c1=") is None
