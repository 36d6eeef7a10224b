"""Python source for what a timeline holds."""

import json
from typing import Any
from unittest.mock import ANY

import pytest

from longwire.inspector.literals import Literals

ALICE, AT = "L0SM9cOFvHcCJhw=", 1_790_000_000.0


def literals() -> Literals:
    return Literals({ALICE: "alice_id"})


def value(source: str) -> Any:
    return eval(source, {"ANY": ANY, "alice_id": ALICE})  # noqa: S307 - what the test made itself


@pytest.mark.parametrize(
    "payload",
    [
        '{"type": "ack", "ackId": 1, "success": true, "error": null, "ratio": 0.5, "tags": ["a", {}]}',
        '["é", "\\ud800", "\\u0000", "\'\\"\\\\", "\\n"]',
        "no JSON",
        "",
        "12",
        '"text"',
        '{"a": 1e400, "b": -1e400}',
    ],
)
def test_what_stays_the_same_is_written_as_it_came(payload: str) -> None:
    written = literals()
    source = written.expected(payload, AT)
    assert value(source) == (json.loads(payload) if payload[:1] in ('{["1') and payload else payload)
    assert not written.any_used


@pytest.mark.parametrize(
    "passing",
    [
        "JiS7dGTJIAMFhrg=",
        "8f2c1a90-7b1e-4d3a-9c55-0123456789ab",
        "2026-11-25T08:34:51.123Z",
        "01JDHZ0V4QK5W8E2N7M3P9R6TX",
        "9f86d081884c7d659a2feaa0c55ad015",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln",
        "aGVsbG8gd29ybGQ5aGVsbG8=",
        f"hello {ALICE}",
        int(AT),
        int(AT * 1000) + 5,
        AT + 0.25,
    ],
)
def test_ids_times_and_tokens_are_not_compared(passing: Any) -> None:
    written = literals()
    assert written.expected(json.dumps({"a": [passing]}), AT) == "{'a': [ANY]}"
    assert written.any_used


@pytest.mark.parametrize(
    "lasting", ["hello", "sendToGroup", "a-long-name-of-a-group-of-people", "/path/to/something/long", 12, 0]
)
def test_words_and_small_numbers_are_compared(lasting: Any) -> None:
    assert literals().expected(json.dumps({"a": lasting}), AT) == f"{{'a': {lasting!r}}}"


def test_the_id_of_a_connection_is_its_variable() -> None:
    written = literals()
    assert written.expected(f'{{"from": "{ALICE}"}}', AT) == "{'from': alice_id}"
    assert written.sent(f'{{"to": "{ALICE}"}}') == f"""'{{"to": "{ALICE}"}}'.replace('{ALICE}', alice_id)"""
    assert written.used == {"alice_id"}


def test_a_payload_that_is_nested_too_deep_is_not_compared() -> None:
    assert literals().expected("[" * 50_000 + "]" * 50_000, AT) in ("ANY", repr("[" * 50_000 + "]" * 50_000))
