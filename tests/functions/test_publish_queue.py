"""The publish queue's consumer."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from backend_device import Stage
from longwire_app.publish_queue import handler

JSON = "json.webpubsub.azure.v1"


@pytest.fixture
def consume(stage: Stage, context: Any) -> Callable[..., list[str]]:
    """Hands bodies to the function as one batch; returns the ids that SQS is to deliver again."""

    def batch(*bodies: Any, ids: str = "abcdefghij") -> list[str]:
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        records = [{"messageId": ids[number], "body": text} for number, text in enumerate(texts)]
        answer = handler({"Records": records}, context)
        stage.pump()
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    return batch


@pytest.fixture
def rejected(aws: Any) -> Callable[[], list[tuple[str, str]]]:
    """Bodies and reasons of the dead letters."""

    def read() -> list[tuple[str, str]]:
        answer = boto3.client("sqs").receive_message(
            QueueUrl=aws.dead_letters_url, MaxNumberOfMessages=10, MessageAttributeNames=["reason"]
        )
        return [(each["Body"], each["MessageAttributes"]["reason"]["StringValue"]) for each in answer["Messages"]]

    return read


def devices(stage: Stage) -> list[Any]:
    found = [stage.device("ada"), stage.device("bob", JSON)]
    for device, connection in zip(found, ("a=", "b="), strict=True):
        device.connect(connection)
    stage.pump()
    for device in found:
        device.receive()
        device.ask(type="joinGroup", group="room")
    return found


def test_each_target_is_reached(stage: Stage, consume: Any) -> None:
    ada, bob = devices(stage)
    failed = consume(
        {"to": {"group": "room"}, "data": {"n": 1}, "id": "1"},
        {"to": {"user": "bob"}, "data": "two", "dataType": "text"},
        {"to": {"session": "a="}, "data": "Aw==", "dataType": "binary", "retention": 60},
        {"to": {"all": True}, "data": 4, "excluded": ["b="], "type": "publish"},
        {"to": {"session": "nobody="}, "data": 5},
        {"to": {"user": "ada", "tenant": "acme"}, "data": 6},
    )
    assert failed == []
    assert sorted(map(str, ada.receive())) == ["4", "Aw==", "{'n': 1}"]
    assert sorted(map(str, bob.receive())) == ["two", "{'n': 1}"]


def test_what_sqs_repeats_or_a_service_sends_again_is_published_once(stage: Stage, consume: Any) -> None:
    ada, bob = devices(stage)
    for group in ("room", "volatile.room"):
        for device in (ada, bob):
            device.ask(type="joinGroup", group=group)
        message = {"to": {"group": group}, "data": group}
        assert consume(message, ids="x") + consume(message, ids="x") == []
        assert consume(message | {"id": f"{group} 1"}, ids="y") + consume(message | {"id": f"{group} 1"}, ids="z") == []
    # A message without an id is known by SQS's, which was the same in both groups' batches.
    assert ada.receive() == ["room", "room", "volatile.room"]
    assert bob.receive() == ["room", "room", "volatile.room"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "JSON"),
        ("[]", "object"),
        ("{", "JSON"),
        ("[" * 3000, "JSON"),
        ({"data": 1}, "to: "),
        ({"to": {"group": "room"}}, "data: "),
        ({"to": {}, "data": 1}, "to: names one of"),
        ({"to": {"group": "a", "user": "b"}, "data": 1}, "to: names one of"),
        ({"to": {"group": ""}, "data": 1}, "to.group: "),
        ({"to": {"group": "g" * 1025}, "data": 1}, "to.group: "),
        ({"to": {"group": 1}, "data": 1}, "to.group: "),
        ({"to": {"all": False}, "data": 1}, "to.all: "),
        ({"to": {"session": "s", "tenant": "t"}, "data": 1}, "tenant goes with user"),
        ({"to": {"group": "g"}, "data": 1, "dataType": "xml"}, "dataType: "),
        ({"to": {"group": "g"}, "data": 1, "dataType": "text"}, "data is no string"),
        ({"to": {"group": "g"}, "data": "*", "dataType": "binary"}, "no base64"),
        ({"to": {"group": "g"}, "data": 1, "id": ""}, "id: "),
        ({"to": {"group": "g"}, "data": 1, "id": 7}, "id: "),
        ({"to": {"group": "g"}, "data": 1, "retention": 0}, "retention: "),
        ({"to": {"group": "g"}, "data": 1, "excluded": "a="}, "excluded: "),
        ({"to": {"group": "g"}, "data": 1, "é\x00": 1}, "?: Extra"),
        ({"to": {"group": "g"}, "data": 1, "type": "event"}, "type: "),
        ('{"to":{"group":"g"},"data":1e400}', "out of range"),
        ({"to": {"group": "g"}, "data": "x" * 131_072}, "more than"),
        ({"to": {"group": "g"}, "data": "x" * 262_144}, "too large"),
    ],
)
def test_what_can_never_be_published_is_a_dead_letter_at_once(
    stage: Stage,  # noqa: ARG001 (its services)
    consume: Any,
    rejected: Any,
    body: Any,
    reason: str,
) -> None:
    assert consume(body, {"to": {"all": True}, "data": "good"}) == []
    [(kept, why)] = rejected()
    assert kept == (body if isinstance(body, str) else json.dumps(body))
    assert reason in why


def test_what_fails_for_now_is_delivered_again_and_nothing_else(stage: Stage, consume: Any, denials: Any) -> None:
    ada, _ = devices(stage)
    bad, good = {"to": {"session": "a="}, "data": "bad"}, {"to": {"group": "room"}, "data": "good"}
    denials["GetItem"] = 1
    assert consume(bad, good) == ["a"]
    assert ada.receive() == ["good"]
    assert consume(bad) == []
    assert ada.receive() == ["bad"]


def test_a_dead_letter_that_is_not_taken_is_tried_again(consume: Any, rejected: Any, denials: Any) -> None:
    denials["SendMessage"] = 1
    assert consume("bad") == ["a"]
    assert consume("bad") == []
    assert len(rejected()) == 1


def test_no_payload_is_logged(consume: Any, logged: Any) -> None:
    consume(
        {"to": {"group": "g"}, "data": "secret", "dataType": "secret"}, {"to": {"user": "secret"}, "data": "secret"}
    )
    assert "secret" not in json.dumps(logged())
