"""New tokens on open connections, frames after expiry, and floods, as a client meets them."""

from dataclasses import replace
from typing import Any

import pytest

from backend_aws import recorded
from backend_device import Device, Stage
from longwire_app import message
from longwire_app.auth import Denied, Handshake
from longwire_app.auth_rules import rules
from longwire_app.session import JOIN, SEND, Identity
from longwire_app.tokens import Rules, issue

SECRET = b"s" * 64
PLAIN = "json.webpubsub.azure.v1"


def token(stage: Stage, user: str = "alice", *, lifetime: int = 3600, secret: bytes = SECRET, **who: Any) -> str:
    identity = Identity(user, roles=frozenset(who.pop("roles", (JOIN, SEND))), **who)
    return issue(identity, secret, now=stage.now, lifetime=lifetime, rules=Rules(), kid=None)


@pytest.fixture(params=["json.reliable.webpubsub.azure.v1", PLAIN])
def alice(stage: Stage, request: pytest.FixtureRequest) -> Device:
    """Her token gives no role."""
    device = stage.device("alice", request.param, roles=())
    device.connect("a1=")
    stage.pump()
    device.receive()
    return device


def refresh(device: Device, data: Any, **fields: Any) -> Any:
    return device.ask(type="event", event="auth.refresh", data=data, **fields)


@pytest.mark.parametrize("data_type", ["text", "json"])
def test_the_roles_of_a_new_token_hold_at_once(stage: Stage, alice: Device, data_type: str) -> None:
    assert alice.ask(type="joinGroup", group="room")["error"]["name"] == "Forbidden"
    assert refresh(alice, token(stage), dataType=data_type)["success"]
    assert alice.ask(type="joinGroup", group="room")["success"]
    assert alice.ask(type="sendToGroup", group="room", data="hi")["success"]


def test_the_connection_goes_on_after_the_first_token_expired(stage: Stage, alice: Device) -> None:
    assert refresh(alice, token(stage))["success"]
    alice.identity = replace(alice.identity, expires=stage.now - 60)
    assert alice.ask(type="joinGroup", group="room")["success"]
    assert stage.connections.closed == []


def test_a_new_token_that_expired_too_ends_the_connection(stage: Stage, alice: Device) -> None:
    refresh(alice, token(stage, lifetime=5))
    alice.identity = replace(alice.identity, expires=stage.now - 60)
    meta = next(item for item in stage.aws.items() if item["sk"]["S"] == "META")
    stage.aws.put(meta | {"renewed": {"S": f'{{"roles": [], "expires": {stage.now - 60}}}'}})
    refused = alice.ask(type="joinGroup", group="room")
    assert refused["error"]["name"] == "Forbidden"
    assert alice.frames()[-1]["event"] == "disconnected"
    assert stage.connections.closed == ["a1="]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "another user": ({"user": "bob"}, "the token is another user's"),
    "another tenant": ({"tenant": "acme"}, "the token is another user's"),
    "expired": ({"lifetime": -60}, "the token is not valid: expired"),
    "another key": ({"secret": b"x" * 64}, "the token is not valid: signature"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_token_that_the_handshake_would_refuse_is_refused(stage: Stage, alice: Device, case: str) -> None:
    fields, message_text = BAD[case]
    answer = refresh(alice, token(stage, **fields))
    assert answer["error"] == {"name": "Forbidden", "message": message_text}
    assert alice.ask(type="joinGroup", group="room")["error"]["name"] == "Forbidden"


@pytest.mark.parametrize("data", [None, 1, {"token": "x"}, ["x"]])
def test_what_is_no_text_is_no_token(alice: Device, data: Any) -> None:
    assert refresh(alice, data)["error"]["name"] == "BadRequest"


def test_rules_of_the_application_see_new_tokens_too(stage: Stage, alice: Device) -> None:
    def refuse(handshake: Handshake) -> Identity:
        assert handshake.refreshed
        raise Denied("today")

    rules.rules.append(refuse)
    try:
        assert refresh(alice, token(stage))["error"]["name"] == "Forbidden"
    finally:
        rules.rules.remove(refuse)


def test_a_new_token_does_not_outlive_its_connection(stage: Stage) -> None:
    alice = stage.device("alice", roles=())
    alice.connect("a1=")
    stage.pump()
    alice.receive()
    refresh(alice, token(stage))
    alice.vanish()
    alice.connect("a2=", resume=True)
    assert alice.ask(type="joinGroup", group="room")["error"]["name"] == "Forbidden"


def test_whoever_only_listens_is_ended_when_the_token_has_expired(stage: Stage) -> None:
    bob, alice = stage.device("bob"), stage.device("alice")
    for device, name in ((bob, "b1="), (alice, "a1=")):
        device.identity = replace(device.identity, expires=stage.now + 3600 if device is bob else stage.now - 10)
        device.connect(name)
        stage.pump()
    alice.ask(type="joinGroup", group="room")
    item = next(item for item in stage.aws.items() if item["pk"]["S"] == "S#a1=" and item["sk"]["S"] == "META")
    stage.aws.put(item | {"authExp": {"N": str(stage.now - 60)}})
    bob.ask(type="sendToGroup", group="room", data="hi")
    stage.pump()
    assert alice.frames()[-1]["event"] == "disconnected"
    assert stage.connections.closed == ["a1="]
    kept = recorded("a1=")
    assert kept is not None
    assert kept.detached


def test_a_flood_is_refused_and_what_asks_for_no_ack_is_dropped(
    stage: Stage, alice: Device, monkeypatch: pytest.MonkeyPatch, counted: Any
) -> None:
    monkeypatch.setenv("CLIENT_RATE", "1")
    monkeypatch.setenv("CLIENT_BURST", "10")
    stage.forget()
    message.dispatcher.cache_clear()
    for _ in range(40):
        alice.send(type="event", event="echo", data=1)
    assert len(alice.receive()) < 20
    counted()
    refused = alice.ask(type="event", event="echo", data=1)
    assert refused["error"] == {"name": "TooManyRequests", "message": "more than 1 frames a second"}
    assert counted()["RefusedTooManyRequests"] == 1
    message.dispatcher.cache_clear()
