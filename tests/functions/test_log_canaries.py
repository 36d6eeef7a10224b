"""Nothing of a client is in a log line: canaries wherever a client can put one, through every route and failure."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from backend_device import Device, Stage
from longwire_app import authorizer
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

CANARY = "CANARY"
SECRET = b"s" * 64


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], logged: Callable[[], list[Any]]) -> Callable[[], str]:
    """All that the functions wrote: log lines and metrics."""
    return lambda: json.dumps(logged()) + "".join(capsys.readouterr())


def token(stage: Stage, user: str = f"{CANARY}-user") -> str:
    identity = Identity(user, roles=frozenset((JOIN, SEND)))
    return issue(identity, SECRET, now=stage.now, lifetime=60, rules=Rules(), kid=None)


def handshakes(stage: Stage, handshake: Any, context: Any) -> list[str]:
    """Good, expired, forged and malformed ones, in the query and in the header; returns the tokens."""
    good = token(stage)
    tokens = [good, good[:-4] + "AAAA", f"{CANARY}.{CANARY}.{CANARY}", CANARY]
    for each in tokens:
        for event in (handshake({}, {"access_token": each}), handshake({"Authorization": f"Bearer {each}"}, {})):
            try:
                authorizer.handler(event, context)
            except authorizer.Unauthorized:
                continue
    return tokens


FRAMES: list[dict[str, Any]] = [
    {"type": "joinGroup", "group": f"{CANARY}-group"},
    {"type": "sendToGroup", "group": f"{CANARY}-group", "data": f"{CANARY}-data"},
    {"type": "sendToGroup", "group": f"volatile.{CANARY}", "data": {CANARY: CANARY}},
    {"type": "event", "event": "echo", "data": f"{CANARY}-data"},
    {"type": "event", "event": "announce", "data": f"{CANARY}-data"},
    {"type": "event", "event": f"{CANARY}-event", "data": 1},
    {"type": "event", "event": "shout", "data": {CANARY: 1}},
    {"type": "event", "event": "auth.refresh", "data": f"{CANARY}.{CANARY}.{CANARY}"},
    {"type": f"{CANARY}-type", "data": CANARY},
    {"type": "joinGroup", "group": 1, CANARY: CANARY},
    {"type": "leaveGroup", "group": f"{CANARY}-group"},
]


def talk(device: Device, stage: Stage) -> None:
    for frame in FRAMES:
        device.send(**frame)
        device.send(**frame, ackId=len(json.dumps(frame)))
    device.send_text(f'{{"type":"{CANARY}')
    device.send_text(CANARY * 100)
    stage.pump()


@pytest.mark.parametrize("failing", [None, "Query", "PutItem", "UpdateItem", "TransactWriteItems", "SendMessageBatch"])
def test_no_canary_is_in_any_line(
    stage: Stage, handshake: Any, context: Any, denials: Any, printed: Callable[[], str], failing: str | None
) -> None:
    tokens = handshakes(stage, handshake, context)
    device = stage.device(f"{CANARY}-user")
    device.connect("a1=")
    stage.pump()
    device.receive()
    reconnection = device.token
    if failing is not None:
        stage.interrupted = True
        denials[failing] = 10_000
    talk(device, stage)
    stage.connections.statuses["a1="] = 410
    talk(device, stage)
    device.vanish()
    device.connect("a2=", resume=True)
    device.connect("a3=", resume=True, token=f"{CANARY}-reconnection")
    denials.clear()
    found = printed()
    assert '"message"' in found
    assert CANARY not in found
    for secret in (*tokens, reconnection):
        assert secret not in found


def test_lines_name_the_session_and_the_frames_ack_id(stage: Stage, printed: Callable[[], str]) -> None:
    device = stage.device()
    device.connect("a1=")
    device.send(type="joinGroup", group="", ackId=77)
    found = printed()
    assert '"session": "a1="' in found
    assert '"ack": 77' in found
    assert '"correlation_id": "a1="' in found
