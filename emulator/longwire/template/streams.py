"""Event source mappings of DynamoDB and Kinesis streams.

Source: Lambda API reference, CreateEventSourceMapping.
"""

import re
from collections.abc import Mapping
from typing import Any

from longwire.core.api import StreamSource
from longwire.core.event_source import FOREVER
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["OF_STREAMS", "stream_of", "stream_source"]

OF_STREAMS = (
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "StartingPositionTimestamp",
    "TumblingWindowInSeconds",
)
POSITIONS = ("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")
STREAM = re.compile(r"arn:[\w-]+:(dynamodb|kinesis):[\w-]+:\d{12}:(?:table/([\w.-]+)/stream/.+|stream/([\w.-]+))")
DESTINATION = re.compile(r"arn:[\w-]+:(?:sqs|sns):[\w-]+:\d{12}:[\w.-]+")
TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def stream_of(properties: Properties, resources: Resources) -> str:
    """The logical id of the table or stream; empty for another kind of source."""
    found = STREAM.fullmatch(properties.text("EventSourceArn"))
    if found is None:
        return ""
    kinds = TABLES if found[1] == "dynamodb" else ("AWS::Kinesis::Stream",)
    names = {name: logical for kind in kinds for name, logical in resources.by_physical_id(kind).items()}
    name = found[2] or found[3]
    if name not in names:
        message = f"the template has no {'table' if found[2] else 'stream'} {name}"
        raise properties.error("EventSourceArn", message, did_you_mean(name, names))
    source = resources.properties(names[name])
    if found[2] and not source.mapping("StreamSpecification"):
        raise properties.error("EventSourceArn", f"{names[name]} has no StreamSpecification, so it has no stream")
    return names[name]


def stream_source(
    properties: Properties, function: str, source: str, filters: tuple[Mapping[str, Any], ...], *, reports: bool
) -> StreamSource:
    if "ScalingConfig" in properties.values:
        raise properties.error("ScalingConfig", "is for queues, and this source is a stream")
    check_ignored(properties)
    return StreamSource(
        function=function,
        source=source,
        stream_arn=properties.text("EventSourceArn"),
        batch_size=properties.number("BatchSize", 100, 1, 10_000),
        batching_window=float(properties.number("MaximumBatchingWindowInSeconds", 0, 0, 300)),
        start=start(properties),
        report_batch_item_failures=reports,
        maximum_retry_attempts=properties.number("MaximumRetryAttempts", FOREVER, -1, 10_000),
        maximum_record_age=record_age(properties),
        bisect=properties.flag("BisectBatchOnFunctionError"),
        on_failure=on_failure(properties),
        filters=filters,
    )


def check_ignored(properties: Properties) -> None:
    if properties.number("TumblingWindowInSeconds", 0, 0, 900):
        properties.places.unsupported((*properties.path, "TumblingWindowInSeconds"), "windows are not emulated")
    if properties.number("ParallelizationFactor", 1, 1, 10) > 1:
        message = "means nothing here: each shard's records go to the function one batch at a time"
        properties.warn("ParallelizationFactor", message)


def start(properties: Properties) -> float:
    position = properties.one_of("StartingPosition", POSITIONS)
    if position != "AT_TIMESTAMP":
        return 0.0
    if ":dynamodb:" in properties.text("EventSourceArn"):
        raise properties.error("StartingPosition", "AT_TIMESTAMP is for Kinesis; a table's stream has no such position")
    try:
        return float(properties.text("StartingPositionTimestamp"))
    except ValueError as exc:
        raise properties.error("StartingPositionTimestamp", "takes a time in seconds since 1970") from exc


def record_age(properties: Properties) -> int:
    """ "The minimum valid value is 60 seconds"; -1 is for ever."""
    age = properties.number("MaximumRecordAgeInSeconds", FOREVER, -1, 604_800)
    if age != FOREVER and age < 60:
        raise properties.error("MaximumRecordAgeInSeconds", f"{age} is neither -1 nor 60 or more")
    return age


def on_failure(properties: Properties) -> str:
    named = properties.mapping("DestinationConfig").get("OnFailure") or {}
    path = (*properties.path, "DestinationConfig", "OnFailure")
    arn = named.get("Destination", "") if isinstance(named, dict) else None
    if not isinstance(arn, str):
        raise properties.places.error(path, "takes a mapping with Destination, an ARN")
    if arn and not DESTINATION.fullmatch(arn):
        properties.places.unsupported(path, f"{arn} gets nothing here; queues and topics do")
        return ""
    return arn
