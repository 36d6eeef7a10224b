"""Event source mappings: what of a queue or a stream invokes a function, and how it is tried again.

Functions and sources are logical ids, durations seconds. ``filters`` are event patterns of which one has to fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["FOREVER", "EventSource", "StreamSource"]

FOREVER = -1  # as MaximumRetryAttempts and MaximumRecordAgeInSeconds have it


@dataclass(frozen=True, slots=True)
class EventSource:
    """A mapping of an SQS queue."""

    function: str
    queue: str
    batch_size: int = 10
    batching_window: float = 0.0
    report_batch_item_failures: bool = False
    maximum_concurrency: int | None = None
    filters: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A mapping of a table's stream or of a Kinesis stream; ``stream_arn`` is the stream's own.

    ``start`` is AT_TIMESTAMP's, in epoch seconds. The stream is as old as the emulator, so LATEST and TRIM_HORIZON
    both begin with its first record. ``on_failure`` is the ARN of a queue or topic, or empty.
    """

    function: str
    source: str
    stream_arn: str
    batch_size: int = 100
    batching_window: float = 0.0
    start: float = 0.0
    report_batch_item_failures: bool = False
    maximum_retry_attempts: int = FOREVER
    maximum_record_age: int = FOREVER
    bisect: bool = False
    on_failure: str = ""
    filters: tuple[Mapping[str, Any], ...] = ()
