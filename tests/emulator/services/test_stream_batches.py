"""What becomes of a failed batch, as Lambda documents it."""

import json

import pytest

from longwire.services.stream_batches import Batch, Policy, Record, first_failed, judge, pause

NOW = 1_000_000.0


def records(*numbers: str, at: float = NOW) -> tuple[Record, ...]:
    return tuple(Record(number, at, {}) for number in numbers)


ABC = records("1", "2", "3")


def numbers(*batches: Batch) -> list[str]:
    return ["".join(record.sequence_number for record in batch.records) for batch in batches]


def test_by_default_a_batch_is_tried_again_for_ever() -> None:
    verdict = judge(Batch(ABC, 999, 1000), None, Policy(), NOW)
    assert verdict.again == (Batch(ABC, 1000, 1000),)


def test_a_batch_is_given_up_after_its_retries() -> None:
    policy = Policy(maximum_retry_attempts=2)
    assert judge(Batch(ABC, 1), None, policy, NOW).given_up is None
    verdict = judge(Batch(ABC, 2), None, policy, NOW)
    assert (verdict.again, verdict.reason) == ((), "RetryAttemptsExhausted")
    assert verdict.given_up == Batch(ABC, 3)


@pytest.mark.parametrize(("policy", "age"), [(Policy(maximum_record_age=60), 61), (Policy(retention=3600), 3601)])
def test_a_batch_is_given_up_when_its_oldest_record_is_too_old(policy: Policy, age: float) -> None:
    batch = Batch(records("1", at=NOW - age) + records("2"))
    assert judge(batch, None, policy, NOW).reason == "RecordAgeExceeded"
    assert judge(batch, None, policy, NOW - 2).given_up is None


def test_bisecting_halves_and_counts_to_no_quota() -> None:
    policy = Policy(maximum_retry_attempts=0, bisect=True)
    verdict = judge(Batch(ABC), None, policy, NOW)
    assert numbers(*verdict.again) == ["1", "23"]
    assert [batch.failures for batch in verdict.again] == [0, 0]
    assert judge(verdict.again[0], None, policy, NOW).given_up == Batch(records("1"), 1)


def test_from_the_first_failed_record_on_it_is_tried_again() -> None:
    assert numbers(*judge(Batch(ABC), "2", Policy(), NOW).again) == ["23"]
    assert numbers(*judge(Batch(ABC), "2", Policy(bisect=True), NOW).again) == ["23"]
    assert numbers(*judge(Batch(ABC), "9", Policy(), NOW).again) == ["123"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, None),
        ({}, None),
        ({"batchItemFailures": []}, None),
        ({"batchItemFailures": None}, None),
        ({"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]}, "2"),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, "1"),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, "1"),
        ({"batchItemFailures": [{"id": "2"}]}, "1"),
        ({"batchItemFailures": [{"itemIdentifier": ["2"]}]}, "1"),
        ({"batchItemFailures": "2"}, "1"),
        ("text", "1"),
    ],
)
def test_what_a_function_reports(answer: object, expected: str | None) -> None:
    assert first_failed(json.dumps(answer).encode(), ABC) == expected


def test_an_answer_that_is_no_json_fails_the_batch_and_none_does_not() -> None:
    assert first_failed(b"{", ABC) == "1"
    assert first_failed(b"", ABC) is None


def test_pauses_grow_to_a_limit() -> None:
    assert [pause(n) for n in (0, 1, 2)] == [0.2, 0.4, 0.8]
    assert pause(100_000) == 30.0
