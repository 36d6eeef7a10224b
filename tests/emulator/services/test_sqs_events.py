"""Batches and what a function says of them."""

import json

import pytest

from longwire.services.sqs_events import event, failed_ids, in_payloads

IDS = frozenset({"a", "b"})
MESSAGE = {"MessageId": "a", "ReceiptHandle": "r", "Body": "x", "MD5OfBody": "m"}


def test_a_message_without_attributes_has_empty_ones_and_no_hash_of_them() -> None:
    (record,) = json.loads(event([MESSAGE], "arn:aws:sqs:eu-west-1:123456789012:q", "eu-west-1"))["Records"]
    assert record["messageAttributes"] == {}
    assert "md5OfMessageAttributes" not in record


@pytest.mark.parametrize("answer", ["", "null", "{}", '{"batchItemFailures": []}', '{"batchItemFailures": null}'])
def test_nothing_reported_is_success(answer: str) -> None:
    assert failed_ids(answer.encode(), IDS) == frozenset()


def test_what_is_reported_failed() -> None:
    assert failed_ids(b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', IDS) == {"b"}


@pytest.mark.parametrize(
    "answer",
    [
        "not json",
        '"text"',
        '{"batchItemFailures": [{"itemIdentifier": ""}]}',
        '{"batchItemFailures": [{"itemIdentifier": null}]}',
        '{"batchItemFailures": [{"identifier": "a"}]}',
        '{"batchItemFailures": [{"itemIdentifier": "of another batch"}]}',
        '{"batchItemFailures": ["a"]}',
        '{"batchItemFailures": 1}',
    ],
)
def test_an_answer_that_says_nothing_sensible_fails_the_whole_batch(answer: str) -> None:
    assert failed_ids(answer.encode(), IDS) == IDS


def test_a_batch_is_cut_at_the_payload_limit() -> None:
    messages = [{**MESSAGE, "MessageId": str(n), "Body": "x" * 1_000_000} for n in range(10)]
    parts = list(in_payloads(messages))
    assert [message for part in parts for message in part] == messages
    assert [len(part) for part in parts] == [5, 5]
    assert list(in_payloads([])) == []
