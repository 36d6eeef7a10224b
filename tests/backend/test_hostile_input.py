"""Bodies and tokens that attack, through the emulator: each gets its defined answer, and the next frame is served."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from hostile_bodies import HOSTILE
from longwire.harness import Longwire
from longwire.testing import Refused
from tokens_table import BAD, CLAIMS, EXP, GOOD, NOW, resigned, token

JSON = "json.webpubsub.azure.v1"
FRAME = 32 * 1024
URL = 4_096

ODD = {
    "a group of 1,024 characters": "g" * 1_024,
    "a group of 1,024 characters of four bytes": "😀" * 1_024,
    "a key separator": "room#0",
    "an escaped key separator": "room%230",
    "an escape of an escape": "room%25230",
    "the name of a hashed key": "%h" + "0" * 64,
    "another family of topics": "@all",
    "NUL": "room\x00",
    "a line end": "room\r\nX-Header: 1",
    "precomposed": "caf\u00e9",
    "decomposed": "cafe\u0301",
    "Cyrillic o": "r\u043eom",
    "full width": "\uff52oom",
    "zero width": "ro\u200bom",
    "right to left": "room\u202e",
    "another case": "ROOM",
    "spaces": " room ",
    "JSON": '{"S":"room"}',
    "an expression": ":now OR attribute_exists(pk)",
    "JavaScript": "__proto__",
}
"""Names of groups that are good, and each another than all others."""


@pytest.fixture
def secret(longwire: Longwire) -> bytes:
    value: str = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))[
        "SecretString"
    ]
    return value.encode()


@pytest.fixture
def good(secret: bytes) -> str:
    roles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"]
    return resigned(token({**CLAIMS, "role": roles}), secret)


def greeted(longwire: Longwire, good: str) -> Any:
    ws = longwire.connect(token=good, subprotocols=[JSON])
    assert ws.receive_json(timeout=20)["event"] == "connected"
    return ws


def acks(ws: Any, count: int) -> dict[int, dict[str, Any]]:
    found = [ws.receive_json(timeout=20) for _ in range(count)]
    assert [frame["type"] for frame in found] == ["ack"] * count
    return {frame["ackId"]: frame for frame in found}


def numbered(body: str, number: int) -> str:
    return body.replace('"ackId":3', f'"ackId":{1_000 + number}')


def test_sixty_bodies_that_are_no_frames_get_their_answers(longwire: Longwire, good: str) -> None:
    assert len(HOSTILE) >= 60
    ws = greeted(longwire, good)
    for number, (body, reason, ack_id) in enumerate(HOSTILE):
        if len(body.encode()) <= FRAME:
            ws.send(numbered(body, number))
            ws.send(type="joinGroup", group="room", ackId=number)
            found = acks(ws, 1 if ack_id is None else 2)
            assert found.pop(number)["success"]
            assert [ack["error"] for ack in found.values()] == [
                {"name": "BadRequest", "message": reason} for _ in found
            ], body
    assert not [each for each in longwire.timeline if each["event"] == "invocation_finished" and each["error"]]


@pytest.mark.parametrize("body", [body for body, _, _ in HOSTILE if len(body.encode()) > FRAME], ids=["1", "2", "3"])
def test_a_body_that_is_too_long_for_a_frame_closes_with_1009(longwire: Longwire, good: str, body: str) -> None:
    ws = greeted(longwire, good)
    ws.send(body)
    assert ws.wait_closed(20).code == 1009


def test_names_that_attack_keys_are_names_and_no_two_are_one(longwire: Longwire, good: str) -> None:
    ws = greeted(longwire, good)
    for number, group in enumerate(ODD.values()):
        ws.send(json.dumps({"type": "joinGroup", "group": group, "ackId": number}, ensure_ascii=False))
        assert acks(ws, 1)[number]["success"]
    messages = []
    for number, (name, group) in enumerate(ODD.items()):
        frame = {"type": "sendToGroup", "group": group, "data": name, "ackId": 100 + number}
        ws.send(json.dumps(frame, ensure_ascii=False))
        messages += [frame for frame in (ws.receive_json(timeout=20) for _ in range(2)) if frame["type"] == "message"]
    assert [(frame["data"], frame["group"]) for frame in messages] == list(ODD.items())


def test_numbers_come_back_as_they_went(longwire: Longwire, good: str) -> None:
    ws = greeted(longwire, good)
    for ack_id in (2**53 + 1, 2**64 - 1, 0):
        ws.send(f'{{"type":"joinGroup","group":"room","ackId":{ack_id}}}')
        assert acks(ws, 1)[ack_id]["success"]
    data = '{"big":' + "9" * 300 + ',"small":1e-300,"twice":1,"twice":2,"\\u0000":"\\u0000"}'
    ws.send(f'{{"type":"sendToGroup","group":"room","data":{data},"ackId":5}}')
    frames = [ws.receive_json(timeout=20) for _ in range(2)]
    assert [frame["data"] for frame in frames if frame["type"] == "message"] == [json.loads(data)]


LATER = {
    "nbf in a day": token(nbf=NOW + 86_400),
    "iat in a day": token(iat=NOW + 86_400),
    "nbf infinite": token(json.dumps({**CLAIMS, "nbf": 0}).replace('"nbf": 0', '"nbf": 1e400')),
    "exp far, as a text": token(exp=str(EXP)),
}
"""In the place of those that are early by a second."""


def test_forty_bad_tokens_open_no_connection_and_are_not_repeated(longwire: Longwire, secret: bytes) -> None:
    # The template asks for no audience and no issuer by itself.
    elsewhere = {"audience", "issuer", "early"}
    wanted = {name: bad for name, (bad, reason) in BAD.items() if reason not in elsewhere and name != "aud numbers"}
    wanted |= LATER
    assert len(wanted) >= 40
    let_in = {}
    for name, bad in wanted.items():
        mine = resigned(bad, secret)
        status, body = handshake(longwire, mine)
        expected = {401} if len(quote(mine)) < URL - 100 else {401, 414, 431}
        if status not in expected or (mine and mine in body):
            let_in[name] = status, body
    assert let_in == {}
    assert not longwire.client("dynamodb").scan(TableName=longwire.physical_id("StateTable"))["Items"]


def test_the_good_ones_of_the_same_make_do(longwire: Longwire, secret: bytes) -> None:
    for name in ("current secret", "key material in the header", "typ of another kind"):
        assert handshake(longwire, resigned(GOOD[name], secret)) == (101, "")


def handshake(longwire: Longwire, text: str) -> tuple[int, str]:
    try:
        longwire.connect(token=text, subprotocols=[JSON]).close()
    except Refused as refused:
        return refused.status, refused.body
    return 101, ""
