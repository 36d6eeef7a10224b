"""Connections that API Gateway itself ends, on the emulator with its clock moved: the session goes on."""

import json
from typing import Any

import pytest

from longwire.harness import Longwire
from longwire_app.session import RELIABLE
from tokens_table import CLAIMS, EXP, resigned, token

ROLES = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"]


@pytest.fixture
def address(longwire: Longwire) -> Any:
    """The token of a user that is good for days."""
    secret = longwire.client("secretsmanager").get_secret_value(SecretId=longwire.physical_id("TokenSecret"))
    key: bytes = secret["SecretString"].encode()
    return lambda user: resigned(token({**CLAIMS, "sub": user, "exp": EXP + 86_400, "role": ROLES}), key)


def greeted(longwire: Longwire, good: str, **query: str) -> tuple[Any, dict[str, Any]]:
    ws = longwire.connect(token=good, subprotocols=[RELIABLE], query=query)
    greeting = ws.receive_json(timeout=20)
    assert greeting["event"] == "connected"
    return ws, greeting


def publish(longwire: Longwire, good: str, *data: Any) -> None:
    ws, _ = greeted(longwire, good)
    for number, each in enumerate(data):
        ws.send(type="sendToGroup", group="room", data=each, ackId=number)
        assert ws.receive_json(timeout=20)["success"]
    ws.close()


def survives(longwire: Longwire, address: Any, ended: Any) -> None:
    ws, greeting = greeted(longwire, address("alice"))
    ws.send(type="joinGroup", group="room", ackId=1)
    assert ws.receive_json(timeout=20)["success"]
    ended(ws)
    assert ws.wait_closed(20).code == 1001
    publish(longwire, address("bob"), "missed", "too")
    session = {"awps_connection_id": greeting["connectionId"], "awps_reconnection_token": greeting["reconnectionToken"]}
    again, second = greeted(longwire, address("alice"), **session)
    assert second["connectionId"] == greeting["connectionId"]
    frames = [json.loads(again.receive_text(20)) for _ in range(2)]
    assert [(frame["sequenceId"], frame["data"]) for frame in frames] == [(1, "missed"), (2, "too")]


def test_ten_idle_minutes_are_survived(longwire: Longwire, address: Any) -> None:
    survives(longwire, address, lambda _ws: longwire.clock.advance(minutes=10, seconds=1))


def test_the_end_after_two_hours_is_survived(longwire: Longwire, address: Any) -> None:
    def kept_busy(ws: Any) -> None:
        for _ in range(13):
            longwire.clock.advance(minutes=9)
            ws.send(type="ping")
            assert ws.receive_json(timeout=20) == {"type": "pong"}
        longwire.clock.advance(minutes=4)

    survives(longwire, address, kept_busy)
