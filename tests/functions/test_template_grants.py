"""template.yaml's policies: each function may do what it does and nothing else; every grant is used."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import boto3
import pytest

from backend_device import Stage
from backend_poller import Poller
from backend_template import FILE, actions, expanded, statements
from longwire_app import authorizer, broadcast_worker, connect, disconnect, message, publish_queue
from longwire_app.doorbell import Bell
from longwire_app.session import JOIN, SEND, Identity, Peer
from longwire_app.spread import Cast, Job
from longwire_app.tokens import Rules, issue


@cache
def whole() -> dict[str, Any]:
    return expanded(FILE.read_text(encoding="utf-8"))


# What is asked of IAM for a transaction, and what Lambda itself calls for an event source.
ASKED = {
    "dynamodb:TransactWriteItems": {"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"},
    "sqs:SendMessageBatch": {"sqs:SendMessage"},
}
POLLS = {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
POSTS = {"execute-api:ManageConnections"}


def granted(function: str) -> set[str]:
    return {action for statement in statements(whole(), f"{function}Role") for action in actions(statement)}


@pytest.fixture
def asked(calls: Any) -> Any:
    """What was asked of IAM since the last look."""

    def read() -> set[str]:
        found = {action for call in calls for action in ASKED.get(call, {call})}
        calls.clear()
        return found

    return read


@pytest.fixture
def connected(backend: None, event: Any, context: Any, asked: Any) -> Any:  # noqa: ARG001 (its environment)
    """Connects, and forgets what that asked for."""

    def make(connection: str = "c1=") -> None:
        made = event("$connect", headers={}, connection=connection, groups=("room",))
        assert connect.handler(made, context)["statusCode"] == 200
        asked()

    return make


def test_the_fallbacks_grants(stage: Stage, asked: Any) -> None:
    device = stage.device("ada")
    device.connect("a1=")
    stage.pump()
    device.receive()
    poller = Poller(stage.now, session_id="a1=", token=device.token)
    asked()
    assert poller.connect(resume=True) == 200
    assert stage.connections.closed == ["a1="]
    poller.send(type="joinGroup", group="room")
    poller.send(type="leaveGroup", group="other")
    poller.send(type="sendToGroup", group="room", data=1)
    assert poller.poll() == [1]
    poller.ask("DELETE", poller.path, link=poller.link)
    assert granted("FallbackFunction") == asked() | POSTS | {"dynamodb:GetItem"}


@pytest.mark.usefixtures("backend")
def test_the_authorizers_grants(handshake: Any, context: Any, turn: Any, asked: Any) -> None:
    token = issue(Identity("alice"), b"s" * 64, now=turn.now, lifetime=60, rules=Rules(), kid=None)
    assert authorizer.handler(handshake({}, {"access_token": token}), context)["principalId"] == "alice"
    assert granted("AuthorizerFunction") == asked()


def test_connects_grants(stage: Stage, event: Any, context: Any, aws: Any, asked: Any) -> None:
    device = stage.device()
    device.identity = replace(device.identity, groups=("room",))
    asked()
    device.connect("r1=")
    opened = asked()
    stage.pump()
    device.receive()
    asked()
    assert device.connect("r2=", resume=True) == 200
    boto3.client("sqs").delete_queue(QueueUrl=aws.queue_url)
    opened |= asked() - {"sqs:DeleteQueue"}
    assert connect.handler(event("$connect", headers={}, groups=("room",)), context) == {"statusCode": 500}
    assert granted("ConnectFunction") == opened | asked() | POSTS
    assert stage.connections.closed == ["r1="]


def test_disconnects_grants(connected: Any, stage: Stage, event: Any, context: Any, asked: Any) -> None:
    connected()
    device = stage.device()
    device.connect("r1=")
    asked()
    device.vanish()
    disconnect.handler(event("$disconnect"), context)
    assert granted("DisconnectFunction") == asked()


def test_the_message_functions_grants(
    connected: Any, stage: Stage, event: Any, context: Any, store: Any, asked: Any
) -> None:
    connected()
    store.mark_greeted(Peer("c1=", "c1="))
    device = stage.device()
    device.connect("r1=")
    stage.connections.frames.clear()
    asked()
    device.ask(type="joinGroup", group="room")
    device.ask(type="event", event="auth.refresh", data="no token at all")
    frames: list[dict[str, Any]] = [
        {"type": "joinGroup", "group": "other"},
        {"type": "leaveGroup", "group": "other", "ackId": 1},
        {"type": "sendToGroup", "group": "room", "data": 1, "ackId": 2},
    ]
    for status in (200, 410):
        stage.connections.statuses["c1="] = status
        for frame in frames:
            message.handler(event(frame["type"], body=json.dumps(frame), roles=(JOIN, SEND)), context)
    # Asked for when two publishers meet in a log that begins, and when a client brings a new token.
    assert granted("MessageFunction") == asked() | POSTS | {"dynamodb:GetItem", "secretsmanager:GetSecretValue"}


def test_the_workers_grants(connected: Any, stage: Stage, porter: Any, connections: Any, turn: Any, asked: Any) -> None:
    for connection in ("c1=", "c2="):
        connected(connection)
    device = stage.device()
    device.connect("r1=")
    device.ask(type="joinGroup", group="room")
    device.ask(type="sendToGroup", group="room", data=1)
    connections.statuses["c2="] = 410
    asked()
    bells = [Bell(session_id, session_id) for session_id in ("c1=", "c2=", "r1=")]
    assert porter.answer(bells, turn) == []
    assert granted("WorkerFunction") == asked() | POSTS | POLLS


def test_the_broadcasts_grants(connected: Any, stage: Stage, context: Any, store: Any, jobs: Any, asked: Any) -> None:
    connected("c1=")
    store.mark_greeted(Peer("c1=", "c1="))
    device = stage.device()
    device.connect("r1=")
    stage.pump()
    device.ask(type="joinGroup", group="room")
    over = [Peer("c1=", "c1="), Peer("r1=", "r1=", reliable=True), Peer("over=", "over=")]
    stage.connections.statuses |= {peer.connection_id: 410 for peer in over}
    cast = Cast("g:room", b'{"type":"message"}', kept=False)
    ringing = replace(cast, kept=True, bells_only=True)
    jobs.put([Job(cast), Job(ringing, tuple(over)), Job(cast, tuple(over))])
    found: set[str] = set()
    while records := stage.aws.jobs():
        asked()
        assert broadcast_worker.handler({"Records": records}, context) == {"batchItemFailures": []}
        found |= asked()
    assert granted("BroadcastFunction") == found | POSTS | POLLS


def test_the_administrations_grants(stage: Stage, service_sdk: Any, asked: Any) -> None:
    device = stage.device()
    device.connect("r1=")
    asked()
    service_sdk.add_connection_to_group("room", "r1=")
    service_sdk.send_to_group("room", 1)
    service_sdk.send_to_group("volatile.room", 1, headers={"x-ms-client-request-id": "1"})
    service_sdk.close_connection("r1=")
    assert stage.connections.closed == ["r1="]
    # UpdateItem and GetItem of a log are asked for when two publishers meet in one that begins.
    assert granted("AdminFunction") == asked() | POSTS


def test_the_publish_queues_grants(stage: Stage, context: Any, asked: Any) -> None:
    for user, protocol in (("ada", "json.webpubsub.azure.v1"), ("bob", "json.reliable.webpubsub.azure.v1")):
        stage.device(user, protocol).connect(f"{user}=")
    stage.pump()
    stage.connections.statuses["ada="] = 410
    asked()
    targets: list[dict[str, Any]] = [{"group": "volatile.x"}, {"session": "bob="}, {"all": True}, {"none": 1}]
    records = [
        {"messageId": str(number), "body": json.dumps({"to": to, "data": 1})} for number, to in enumerate(targets)
    ]
    assert publish_queue.handler({"Records": records}, context) == {"batchItemFailures": []}
    # For a volatile message that failed, and for a log in whose beginning two publishers meet.
    rare = {"dynamodb:BatchWriteItem", "dynamodb:GetItem"}
    assert granted("PublishFunction") == asked() | POSTS | POLLS | rare
