"""What becomes of a batch of stream records: tried again, cut in two, or given up. No I/O; times are epoch seconds.

Source: Lambda developer guide, "Process records from DynamoDB/Kinesis", "Error handling", "Partial batch response".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from longwire.core.event_source import FOREVER

__all__ = ["Batch", "Policy", "Record", "Verdict", "first_failed", "judge", "pause"]

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds between two tries of one batch; AWS does not document its own


@dataclass(frozen=True, slots=True)
class Record:
    """``event`` is the record as the function gets it; ``at`` when it was written."""

    sequence_number: str
    at: float
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """``failures`` counts the tries that ended in an error, ``calls`` the invocations."""

    records: tuple[Record, ...]
    failures: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """Seconds and counts of one event source mapping."""

    maximum_retry_attempts: int = FOREVER
    maximum_record_age: float = FOREVER
    bisect: bool = False
    retention: float = 86_400


Reason = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``again`` are the batches to try, in order; ``given_up`` goes to the on-failure destination."""

    again: tuple[Batch, ...] = ()
    given_up: Batch | None = None
    reason: Reason = "RetryAttemptsExhausted"


def judge(batch: Batch, failed_from: str | None, policy: Policy, now: float) -> Verdict:
    """After an error. ``failed_from`` is the lowest sequence number that was reported; None when all failed.

    "Lambda retries the batch from the lowest sequence number"; with bisecting too, it is cut there and no more.
    """
    start = place(batch, failed_from)
    rest = Batch(batch.records[start:], batch.failures + 1, batch.calls)
    oldest = now - rest.records[0].at
    if oldest > (policy.retention if policy.maximum_record_age == FOREVER else policy.maximum_record_age):
        return Verdict(given_up=rest, reason="RecordAgeExceeded")
    if policy.bisect and not start and len(rest.records) > 1:
        # "Splitting a batch does not count toward the retry quota."
        half = len(rest.records) // 2
        parts = (rest.records[:half], rest.records[half:])
        return Verdict(again=tuple(Batch(part, batch.failures, batch.calls) for part in parts))
    if policy.maximum_retry_attempts != FOREVER and rest.failures > policy.maximum_retry_attempts:
        return Verdict(given_up=rest)
    return Verdict(again=(rest,))


def place(batch: Batch, sequence_number: str | None) -> int:
    numbers = [record.sequence_number for record in batch.records]
    return numbers.index(sequence_number) if sequence_number in numbers else 0


def pause(failures: int) -> float:
    return float(min(FIRST_PAUSE * 2 ** min(failures, 20), LONGEST_PAUSE))


def first_failed(payload: bytes, records: Sequence[Record]) -> str | None:
    """The first record that a function with ReportBatchItemFailures did not process; None when it did all.

    Documented: nothing, null or an empty list is success; what is no such answer fails the whole batch.
    """
    whole = records[0].sequence_number
    numbers = [record.sequence_number for record in records]
    try:
        answer = json.loads(payload or b"null")
        failures = (answer or {}).get("batchItemFailures") or []
        reported = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, KeyError, TypeError, AttributeError):
        return whole
    if not reported:
        return None
    return min(reported, key=numbers.index) if reported.issubset(numbers) else whole
