"""Filters look at a record as its event source mapping shows it."""

from base64 import b64encode
from typing import Any

import pytest

from longwire.services.event_filters import passes


def message(body: str) -> dict[str, Any]:
    return {"eventSource": "aws:sqs", "body": body, "attributes": {"SenderId": "A"}}


def kinesis(data: bytes) -> dict[str, Any]:
    return {"eventSource": "aws:kinesis", "kinesis": {"data": b64encode(data).decode(), "partitionKey": "1"}}


@pytest.mark.parametrize(
    ("pattern", "record", "expected"),
    [
        ({"body": {"n": [1]}}, message('{"n": 1}'), True),
        ({"body": {"n": [1]}}, message('{"n": 2}'), False),
        ({"body": {"n": [1]}}, message("text"), False),
        ({"body": ["text"]}, message("text"), True),
        ({"body": ["12"]}, message("12"), True),
        ({"body": ["text"]}, message('{"n": 1}'), False),
        ({"attributes": {"SenderId": ["A"]}}, message(""), True),
        ({"data": {"n": [1]}}, kinesis(b'{"n": 1}'), True),
        ({"data": ["text"]}, kinesis(b"text"), True),
        ({"data": ["text"]}, kinesis(b"\xff"), False),
        ({"partitionKey": ["1"]}, kinesis(b""), True),
        ({"eventName": ["INSERT"]}, {"eventSource": "aws:dynamodb", "eventName": "INSERT"}, True),
        ({"eventName": ["INSERT"]}, {"eventSource": "aws:dynamodb", "eventName": "REMOVE"}, False),
    ],
)
def test_what_passes(pattern: dict[str, Any], record: dict[str, Any], expected: bool) -> None:
    assert passes([pattern], record) is expected


def test_one_of_the_filters_is_enough_and_none_lets_all_through() -> None:
    assert passes([{"body": ["a"]}, {"body": ["b"]}], message("b"))
    assert passes([], message("b"))
