"""Frames in and out, and at least sixty bodies that are none."""

import json
import random
from typing import Any

import pytest

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

SEND = '{"type":"sendToGroup","group":"g","ackId":3,"data":%s}'
JOIN = '{"type":"joinGroup","ackId":3,"group":%s}'
ACK = '{"type":"joinGroup","group":"g","ackId":%s}'

# Each body, why it is no frame, and the ackId that can still be answered.
HOSTILE: list[tuple[str, str, int | None]] = [
    ("", "not JSON", None),
    (" ", "not JSON", None),
    ("hello", "not JSON", None),
    ("{", "not JSON", None),
    ("}", "not JSON", None),
    ("{}{}", "not JSON", None),
    ('{"type":"ping"', "not JSON", None),
    ("{'type':'ping'}", "not JSON", None),
    ('{type:"ping"}', "not JSON", None),
    ('{"type":"ping",}', "not JSON", None),
    ('\ufeff{"type":"ping"}', "not JSON", None),
    ('{"type":"ping"}\x00', "not JSON", None),
    ("[" * 100_000, "not JSON", None),
    ('{"a":' * 100_000, "not JSON", None),
    (SEND % ("[" * 100_000 + "]" * 100_000), "not JSON", None),
    (SEND % ('{"a":' * 300 + "1" + "}" * 300), "not JSON", None),
    (SEND % ("1" * 5_000), "not JSON", None),
    (SEND % r'"\ud800"', "not JSON", None),
    (SEND % r'"\udc00\ud800"', "not JSON", None),
    (JOIN % r'"\ud83d"', "not JSON", None),
    (SEND % "Infinity1", "not JSON", None),
    (SEND % "01", "not JSON", None),
    (SEND % "+1", "not JSON", None),
    (SEND % ".5", "not JSON", None),
    (SEND % "0x10", "not JSON", None),
    (SEND % "undefined", "not JSON", None),
    (SEND % '"a\nb"', "not JSON", None),
    (SEND % r'"\x41"', "not JSON", None),
    ("null", "not an object", None),
    ("true", "not an object", None),
    ("1", "not an object", None),
    ("NaN", "not an object", None),
    ('"joinGroup"', "not an object", None),
    ("[]", "not an object", None),
    ('[{"type":"joinGroup","group":"g"}]', "not an object", None),
    ("{}", "type: missing", None),
    ('{"Type":"joinGroup","ackId":3}', "type: missing", 3),
    ('{"type":null,"ackId":3}', "type: unknown", 3),
    ('{"type":1,"ackId":3}', "type: unknown", 3),
    ('{"type":["joinGroup"],"ackId":3}', "type: unknown", 3),
    ('{"type":{"a":1},"ackId":3}', "type: unknown", 3),
    ('{"type":"","ackId":3}', "type: unknown", 3),
    ('{"type":"joingroup","group":"g","ackId":3}', "type: unknown", 3),
    ('{"type":"joinGroup ","group":"g","ackId":3}', "type: unknown", 3),
    ('{"type":"$connect","ackId":3}', "type: unknown", 3),
    ('{"type":"ack","ackId":3,"success":true}', "type: unknown", 3),
    ('{"type":"message","from":"server","data":1,"ackId":3}', "type: unknown", 3),
    ('{"type":"system","event":"connected","ackId":3}', "type: unknown", 3),
    ('{"type":"invoke","invocationId":"1","target":"event","event":"e"}', "type: unknown", None),
    ('{"type":"joinGroup","ackId":3}', "group: missing", 3),
    (JOIN % "null", "group: string type", 3),
    (JOIN % "1", "group: string type", 3),
    (JOIN % '["g"]', "group: string type", 3),
    (JOIN % '{"S":"g"}', "group: string type", 3),
    (JOIN % '""', "group: string too short", 3),
    (JOIN % f'"{"g" * 1025}"', "group: string too long", 3),
    (ACK % "-1", "ackId: greater than equal", None),
    (ACK % str(2**64), "ackId: less than", None),
    (ACK % ("9" * 4_000), "ackId: less than", None),
    (ACK % "1.0", "ackId: int type", None),
    (ACK % "1e3", "ackId: int type", None),
    (ACK % "1e400", "ackId: int type", None),
    (ACK % "NaN", "ackId: int type", None),
    (ACK % "true", "ackId: int type", None),
    (ACK % '"1"', "ackId: int type", None),
    (ACK % "[1]", "ackId: int type", None),
    (SEND % "NaN", "data: not finite", 3),
    (SEND % "Infinity", "data: not finite", 3),
    (SEND % "-Infinity", "data: not finite", 3),
    (SEND % "1e400", "data: not finite", 3),
    (SEND % '{"a":[{"b":-1e400}]}', "data: not finite", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3}', "data: missing", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":1,"dataType":"xml"}', "dataType: literal error", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":1,"dataType":null}', "dataType: literal error", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":1,"dataType":"text"}', "data is no string", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":"!","dataType":"binary"}', "data is no base64", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":"YQ","dataType":"binary"}', "data is no base64", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":"é","dataType":"protobuf"}', "data is no base64", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":[1],"dataType":"protobuf"}', "data is no string", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":1,"noEcho":"yes"}', "noEcho: bool type", 3),
    ('{"type":"sendToGroup","group":"g","ackId":3,"data":1,"noEcho":1}', "noEcho: bool type", 3),
    ('{"type":"event","ackId":3,"data":1}', "event: missing", 3),
    ('{"type":"event","event":"","ackId":3,"data":1}', "event: string too short", 3),
    ('{"type":"sequenceAck","sequenceId":-1}', "sequenceId: greater than equal", None),
    ('{"type":"sequenceAck"}', "sequenceId: missing", None),
]


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
