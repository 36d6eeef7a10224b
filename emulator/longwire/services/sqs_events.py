"""What Lambda hands a function for a batch of SQS messages, and what it makes of the function's answer.

The shape is that of Lambda's developer guide, "Using Lambda with Amazon SQS".
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["MAX_PAYLOAD", "event", "failed_ids", "in_payloads", "record"]

Message = dict[str, Any]
MAX_PAYLOAD = 6_000_000  # bytes; documented: a batch ends at the payload limit of 6 MB too


def event(messages: Sequence[Message], queue_arn: str, region: str) -> str:
    """The JSON text of an event; messages are as ReceiveMessage gives them with all attributes."""
    return json.dumps({"Records": [record(message, queue_arn, region) for message in messages]})


def record(message: Message, queue_arn: str, region: str) -> dict[str, Any]:
    found = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": region,
    }
    if "MD5OfMessageAttributes" in message:
        found["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return found


def attribute(value: dict[str, Any]) -> dict[str, Any]:
    named = {"StringValue": "stringValue", "BinaryValue": "binaryValue"}
    held = {ours: value[theirs] for theirs, ours in named.items() if theirs in value}
    return {**held, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}


def in_payloads(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Cut a batch so that each part's event is within the payload limit."""
    part: list[Message] = []
    size = 0
    for message in messages:
        length = len(json.dumps(message))
        if part and size + length > MAX_PAYLOAD:
            yield part
            part, size = [], 0
        part.append(message)
        size += length
    if part:
        yield part


def failed_ids(payload: bytes, message_ids: frozenset[str]) -> frozenset[str]:
    """The messages that a function with ReportBatchItemFailures did not process.

    Documented: nothing, null or an empty list is success; an answer that is not JSON, an identifier that is empty,
    null or under another key, or one that is not of this batch fails all of them.
    """
    try:
        answer = json.loads(payload or b"null")
        failures = (answer or {}).get("batchItemFailures") or []
        ids = frozenset(failure["itemIdentifier"] for failure in failures)
    except (ValueError, KeyError, TypeError, AttributeError):
        return message_ids
    return ids if message_ids.issuperset(ids) else message_ids
