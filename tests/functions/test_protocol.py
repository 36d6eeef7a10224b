"""Frames in and out, and the bodies of hostile_bodies.py, which are none."""

import json
import random
from typing import Any

import pytest

from hostile_bodies import ACK, HOSTILE, JOIN, SEND
from longwire_app.errors import Duplicate
from longwire_app.protocol import (
    Ack,
    Connected,
    Event,
    GroupMessage,
    JoinGroup,
    LeaveGroup,
    Malformed,
    SendToGroup,
    SequenceAck,
    ServerMessage,
    parse,
)


@pytest.mark.parametrize(("body", "reason", "ack_id"), HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_what_is_no_frame_is_named_without_showing_it(body: str, reason: str, ack_id: int | None) -> None:
    assert parse(body) == Malformed(reason, ack_id)


@pytest.mark.parametrize(
    ("body", "frame"),
    [
        (JOIN % '"g"', JoinGroup(type="joinGroup", group="g", ack_id=3)),
        (ACK % "null", JoinGroup(type="joinGroup", group="g")),
        (ACK % "0", JoinGroup(type="joinGroup", group="g", ack_id=0)),
        (ACK % str(2**53 + 1), JoinGroup(type="joinGroup", group="g", ack_id=2**53 + 1)),
        (ACK % str(2**64 - 1), JoinGroup(type="joinGroup", group="g", ack_id=2**64 - 1)),
        (JOIN % f'"{"g" * 1024}"', JoinGroup(type="joinGroup", group="g" * 1024, ack_id=3)),
        (JOIN % r'"#\u0000%😀"', JoinGroup(type="joinGroup", group="#\x00%😀", ack_id=3)),
        ('{"type":"leaveGroup","group":"g"}', LeaveGroup(type="leaveGroup", group="g")),
        (SEND % "null", SendToGroup(type="sendToGroup", group="g", data=None, ack_id=3)),
        (SEND % '"é\\n"', SendToGroup(type="sendToGroup", group="g", data="é\n", ack_id=3)),
        (SEND % ("9" * 4_000), SendToGroup(type="sendToGroup", group="g", data=int("9" * 4_000), ack_id=3)),
        (
            '{"type":"sendToGroup","group":"g","data":"YQ==","dataType":"binary","noEcho":true}',
            SendToGroup(type="sendToGroup", group="g", data="YQ==", data_type="binary", no_echo=True),
        ),
        (
            '{"type":"event","event":"e","dataType":"text","data":""}',
            Event(type="event", event="e", data_type="text", data=""),
        ),
        ('{"type":"sequenceAck","sequenceId":5}', SequenceAck(type="sequenceAck", sequence_id=5)),
        # RFC 8259 leaves repeated names open; as in ECMAScript, the last one counts.
        ('{"type":"joinGroup","type":"leaveGroup","group":"a","group":"b"}', LeaveGroup(type="leaveGroup", group="b")),
        ('{"type":"joinGroup","group":"g","role":"admin","__proto__":{}}', JoinGroup(type="joinGroup", group="g")),
    ],
)
def test_what_is_a_frame(body: str, frame: object) -> None:
    assert parse(body) == frame


def test_the_deepest_data_that_comes_in_also_goes_out() -> None:
    deep = "[" * 195 + "]" * 195
    frame = parse(SEND % deep)
    assert isinstance(frame, SendToGroup)
    assert json.loads(GroupMessage(group="g", data=frame.data).encoded())["data"] == json.loads(deep)


def test_mutated_frames_are_frames_or_malformed_and_nothing_else() -> None:
    seeds = [body for body, _, _ in HOSTILE if len(body) < 200] + [SEND % '{"a":[1,"x",null]}', JOIN % '"g"']
    chance = random.Random(1)
    for _ in range(20_000):
        text = list(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            text.insert(chance.randrange(len(text) + 1), chance.choice('{}[]",:\\u0123456789eE+-.truefalsn\x00é😀 '))
        frame = parse("".join(text))
        if isinstance(frame, SendToGroup):
            json.loads(GroupMessage(group=frame.group, data=frame.data, data_type=frame.data_type).encoded())


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (Ack.done(2**64 - 1), {"type": "ack", "ackId": 2**64 - 1, "success": True}),
        (
            Ack.refused(1, Duplicate()),
            {
                "type": "ack",
                "ackId": 1,
                "success": False,
                "error": {"name": "Duplicate", "message": "this ackId was used before on this connection"},
            },
        ),
        (
            Ack.failed(1),
            {
                "type": "ack",
                "ackId": 1,
                "success": False,
                "error": {"name": "InternalServerError", "message": "the server failed; try again"},
            },
        ),
        (
            GroupMessage(group="g", data={"a": None}, from_user_id="u"),
            {
                "type": "message",
                "from": "group",
                "group": "g",
                "dataType": "json",
                "data": {"a": None},
                "fromUserId": "u",
            },
        ),
        (
            GroupMessage(group="g", data="x", data_type="text"),
            {"type": "message", "from": "group", "group": "g", "dataType": "text", "data": "x"},
        ),
        (
            ServerMessage(data=None),
            {"type": "message", "from": "server", "dataType": "json", "data": None},
        ),
        (
            Connected(user_id="u", connection_id="c="),
            {"type": "system", "event": "connected", "userId": "u", "connectionId": "c="},
        ),
    ],
)
def test_outgoing_frames_on_the_wire(frame: Any, wire: dict[str, Any]) -> None:
    encoded = frame.encoded()
    assert json.loads(encoded) == wire
    assert encoded.startswith(b'{"type":')


@pytest.mark.parametrize("data", [float("nan"), float("inf"), {"a": float("inf")}, object(), {1: 2}, (1,), b"x"])
def test_what_is_not_json_never_becomes_a_frame(data: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ServerMessage(data=data)


def test_errors_do_not_show_what_was_sent() -> None:
    with pytest.raises(ValueError, match="validation error") as caught:
        ServerMessage(data="SECRET-CANARY", data_type="binary")
    assert "CANARY" not in str(caught.value)
