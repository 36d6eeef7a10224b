"""The backend on the emulator, as its clients meet it: template.yaml, the ``longwire`` fixture, nothing else."""

import json
from typing import Any

import pytest

from longwire.harness import Longwire
from longwire.harness_async import AsyncLongwire
from longwire.testing import Refused
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

JSON = "json.webpubsub.azure.v1"


@pytest.fixture
def token(longwire: Longwire) -> Any:
    """``token("alice")``: signed as the stack's own tokens are, with the secret that the template generates."""
    secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))

    def make(user: str, *, roles: frozenset[str] = frozenset((JOIN, SEND)), lifetime: int = 3600) -> str:
        import time

        identity = Identity(user, "", roles, ())
        key = secret["SecretString"].encode()
        return issue(
            identity, key, now=int(time.time()), lifetime=lifetime, rules=Rules(None, None), kid=secret["VersionId"]
        )

    return make


def greeted(longwire: Longwire, token: str) -> Any:
    ws = longwire.connect(token=token, subprotocols=[JSON])
    greeting = ws.receive_json(timeout=10)
    assert (greeting["type"], greeting["event"]) == ("system", "connected")
    assert greeting["connectionId"] == longwire.connection_id(ws)
    return ws


def joined(longwire: Longwire, token: str, group: str) -> Any:
    ws = greeted(longwire, token)
    ws.send(type="joinGroup", group=group, ackId=1)
    assert ws.receive_json(timeout=10) == {"type": "ack", "ackId": 1, "success": True}
    return ws


def test_two_clients_in_a_group_hear_each_other(longwire: Longwire, token: Any) -> None:
    alice, bob = joined(longwire, token("alice"), "room"), joined(longwire, token("bob"), "room")
    assert alice.subprotocol == JSON
    alice.send(type="sendToGroup", group="room", dataType="text", data="hello", noEcho=True, ackId=2)
    message = bob.receive_json(timeout=5)
    assert message.pop("offset") > 0
    assert message == {
        "type": "message", "from": "group", "group": "room", "dataType": "text", "data": "hello", "fromUserId": "alice",
    }  # fmt: skip
    assert alice.receive_json(timeout=5) == {"type": "ack", "ackId": 2, "success": True}


def test_a_ping_is_answered_without_a_function(longwire: Longwire, token: Any) -> None:
    ws = greeted(longwire, token("alice"))
    ws.send(type="ping")
    assert ws.receive_json() == {"type": "pong"}
    message = longwire.wait_for("message_received")
    assert message["route_key"] == "ping"
    assert not [
        entry
        for entry in longwire.timeline
        if entry.get("route_key") == "ping" and entry["event"] == "invocation_started"
    ]


def test_an_event_reaches_the_registered_handler(longwire: Longwire, token: Any) -> None:
    ws = greeted(longwire, token("alice"))
    ws.send(type="event", event="shout", dataType="text", data="hello", ackId=7)
    answers = [ws.receive_json(timeout=5), ws.receive_json(timeout=5)]
    assert {"type": "message", "from": "server", "dataType": "text", "data": "HELLO"} in answers
    assert {"type": "ack", "ackId": 7, "success": True} in answers


@pytest.mark.parametrize("bad", [None, "", "nonsense", "a.b.c"])
def test_without_a_good_token_nobody_gets_in(longwire: Longwire, bad: str | None) -> None:
    with pytest.raises(Refused) as refused:
        longwire.connect(token=bad)
    assert refused.value.status in (401, 403)
    assert not longwire.client("dynamodb").scan(TableName=longwire.physical_id("StateTable"))["Items"]


def test_an_expired_token_is_refused(longwire: Longwire, token: Any) -> None:
    with pytest.raises(Refused):
        longwire.connect(token=token("alice", lifetime=-3600))


def test_a_page_of_another_origin_is_refused(longwire: Longwire, token: Any) -> None:
    with pytest.raises(Refused) as refused:
        longwire.connect(token=token("alice"), origin="https://evil.example")
    assert refused.value.status == 403


def test_a_subprotocol_that_is_not_spoken_is_refused(longwire: Longwire, token: Any) -> None:
    with pytest.raises(Refused) as refused:
        longwire.connect(token=token("alice"), subprotocols=["graphql-ws"])
    assert refused.value.status == 400


def test_without_the_role_a_group_is_forbidden(longwire: Longwire, token: Any) -> None:
    ws = greeted(longwire, token("alice", roles=frozenset()))
    ws.send(type="joinGroup", group="room", ackId=1)
    answer = ws.receive_json(timeout=5)
    assert (answer["success"], answer["error"]["name"]) == (False, "Forbidden")


@pytest.mark.parametrize(
    "junk",
    [
        "not json",
        "{}",
        "[]",
        '"text"',
        '{"type":"nope"}',
        '{"type":"joinGroup"}',
        '{"type":"joinGroup","group":1}',
        "[" * 5000,
        '{"type":"sendToGroup","group":"room","dataType":"json","data":1e400}',
        "x" * 30_000,
    ],
)
def test_junk_is_survived_and_the_next_frame_is_served(longwire: Longwire, token: Any, junk: str) -> None:
    ws = greeted(longwire, token("alice"))
    ws.send(junk)
    ws.send(type="joinGroup", group="room", ackId=9)
    assert ws.receive_json(timeout=10) == {"type": "ack", "ackId": 9, "success": True}
    assert not [entry for entry in longwire.timeline if entry["event"] == "invocation_finished" and entry["error"]]


def test_a_hundred_kilobytes_in_one_frame_close_with_1009_and_hurt_nobody(longwire: Longwire, token: Any) -> None:
    alice, bob = greeted(longwire, token("alice")), joined(longwire, token("bob"), "room")
    alice.send("x" * 100_000)
    assert alice.wait_closed(5).code == 1009
    bob.send(type="ping")
    assert bob.receive_json() == {"type": "pong"}


def test_a_client_that_vanishes_leaves_nothing_behind(longwire: Longwire, token: Any) -> None:
    ws = joined(longwire, token("alice"), "room")
    ws.drop()
    closed = longwire.wait_for("connection_closed")
    assert (closed["code"], closed["by"]) == (1006, "network")
    longwire.wait_for("invocation_finished", function="DisconnectFunction", timeout=10)
    items = longwire.client("dynamodb").scan(TableName=longwire.physical_id("StateTable"))["Items"]
    assert not [item for item in items if item["pk"]["S"].startswith(("S#", "T#", "U#", "C#"))]


def test_a_duplicate_ack_id_is_said_to_be_one(longwire: Longwire, token: Any) -> None:
    ws = joined(longwire, token("alice"), "room")
    for _ in range(2):
        ws.send(type="sendToGroup", group="room", data=1, noEcho=True, ackId=9)
    taken, answer = (ws.receive_json(timeout=5) for _ in range(2))
    assert {taken["success"], answer["success"]} == {True, False}
    assert [each["error"]["name"] for each in (taken, answer) if not each["success"]] == ["Duplicate"]


def test_no_frame_without_a_type_ever_reaches_a_client(longwire: Longwire, token: Any) -> None:
    ws = joined(longwire, token("alice"), "room")
    for message in (
        "junk",
        '{"type":"event","event":"none","dataType":"text","data":"x","ackId":3}',
        '{"type":"ping"}',
    ):
        ws.send(message)
    longwire.wait_for("frame_sent", cause="mock")
    frames = [json.loads(entry["payload"]) for entry in longwire.timeline if entry["event"] == "frame_sent"]
    assert all("type" in frame for frame in frames)


def test_no_token_is_in_the_timeline_or_a_log_line(longwire: Longwire, token: Any) -> None:
    secret = token("alice")
    greeted(longwire, secret)
    assert secret not in json.dumps(longwire.timeline)


@pytest.mark.asyncio
async def test_async_tests_connect_the_same_way(longwire_async: AsyncLongwire, token: Any) -> None:
    async with longwire_async.connect(token=token("alice"), subprotocols=[JSON]) as ws:
        assert (await ws.receive_json(timeout=10))["event"] == "connected"
        await ws.send_json({"type": "ping"})
        assert await ws.receive_json(timeout=2) == {"type": "pong"}
