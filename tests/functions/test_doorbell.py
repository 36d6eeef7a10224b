"""Bells, through SQS."""

from typing import Any

import boto3
import pytest

from longwire_app.doorbell import Bell, Doorbell, Greeting, bell_of
from longwire_app.session import Peer


def test_a_bell_that_is_rung_is_heard(aws: Any) -> None:
    Doorbell(boto3.client("sqs"), aws.queue_url).ring(Peer("s=", "c="), "connected")
    (record,) = aws.bells()
    assert bell_of(record) == Bell("s=", record["messageId"], receipt=record["receiptHandle"])


def test_the_bell_of_a_handshake_brings_the_greetings_token(aws: Any) -> None:
    Doorbell(boto3.client("sqs"), aws.queue_url).ring(Peer("s=", "c="), "resumed", Greeting("c=", "secret"))
    heard = bell_of(aws.bells()[0])
    assert heard is not None
    assert heard.greeting == Greeting("c=", "secret")


def test_the_same_bell_rings_once_and_another_reason_is_another_bell(aws: Any) -> None:
    doorbell = Doorbell(boto3.client("sqs"), aws.queue_url)
    for why in ("connected", "connected", "news"):
        doorbell.ring(Peer("s=", "c="), why)
    attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=aws.queue_url, AttributeNames=["All"])
    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "2"


@pytest.mark.parametrize(
    "body", ["", "hello", "[]", "{}", '{"topic":"t"}', "null", "1", '{"sessionId":"s","greeting":{"x":1}}']
)
def test_what_is_no_bell_is_not_taken_for_one(body: str) -> None:
    assert bell_of({"messageId": "m", "body": body}) is None
