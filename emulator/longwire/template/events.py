"""Event source mappings: queues and streams that invoke a function."""

import json
import re
from collections.abc import Mapping
from typing import Any

from longwire.core.api import EventSource, StreamSource
from longwire.core.event_pattern import check
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources
from longwire.template.streams import OF_STREAMS, stream_of, stream_source

__all__ = ["event_sources"]

QUEUE = re.compile(r"arn:[\w-]+:sqs:[\w-]+:\d{12}:([\w-]+(?:\.fifo)?)")
FUNCTION = re.compile(r"(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?([\w-]+)(?::[\w$-]+)?")
MAX_FILTERS = 10  # Lambda quotas: by default five, at most ten for one mapping


def event_sources(resources: Resources) -> tuple[EventSource | StreamSource, ...]:
    """Those that are enabled; raises TemplateError."""
    found = (read(item, resources) for item in resources.of_type("AWS::Lambda::EventSourceMapping"))
    return tuple(source for source in found if source is not None)


def read(properties: Properties, resources: Resources) -> EventSource | StreamSource | None:
    stream = stream_of(properties, resources)
    source = stream or queue_of(properties, resources)
    function = function_of(properties, resources)
    if not properties.flag("Enabled", default=True):
        properties.warn("Enabled", f"{function} gets nothing from {source}: the event source is not enabled")
        return None
    chosen, reported = filters(properties), reports(properties)
    if stream:
        return stream_source(properties, function, stream, chosen, reports=reported)
    return queue_source(properties, function, source, chosen, reported=reported)


def queue_source(
    properties: Properties, function: str, queue: str, chosen: tuple[Mapping[str, Any], ...], *, reported: bool
) -> EventSource:
    for name in OF_STREAMS:
        if name in properties.values:
            raise properties.error(name, "is for streams, and this source is a queue")
    fifo = properties.text("EventSourceArn").endswith(".fifo")
    window = properties.number("MaximumBatchingWindowInSeconds", 0, 0, 300)
    if fifo and window:
        raise properties.error("MaximumBatchingWindowInSeconds", "a FIFO queue has no batching window")
    return EventSource(
        function=function,
        queue=queue,
        batch_size=batch_size(properties, window, fifo=fifo),
        batching_window=float(window),
        report_batch_item_failures=reported,
        maximum_concurrency=concurrency(properties),
        filters=chosen,
    )


def queue_of(properties: Properties, resources: Resources) -> str:
    arn = properties.text("EventSourceArn")
    found = QUEUE.fullmatch(arn)
    if found is None:
        service = arn.split(":")[2] if arn.count(":") > 2 else arn
        message = f"events of {service or 'nothing'} are not emulated; those of SQS, DynamoDB and Kinesis are"
        raise properties.error("EventSourceArn", message)
    queues = resources.by_physical_id("AWS::SQS::Queue")
    names = {url.rsplit("/", 1)[-1]: logical_id for url, logical_id in queues.items()}
    if found[1] not in names:
        raise properties.error("EventSourceArn", f"the template has no queue {found[1]}", did_you_mean(found[1], names))
    return names[found[1]]


def function_of(properties: Properties, resources: Resources) -> str:
    text = properties.text("FunctionName")
    found = FUNCTION.fullmatch(text)
    if found is None or found[1] not in resources.functions:
        hint = did_you_mean(text, resources.functions)
        raise properties.error("FunctionName", f"the template has no function {text}", hint)
    return resources.functions[found[1]]


def filters(properties: Properties) -> tuple[Mapping[str, Any], ...]:
    listed = properties.mapping("FilterCriteria").get("Filters") or []
    path = (*properties.path, "FilterCriteria", "Filters")
    if not isinstance(listed, list) or len(listed) > MAX_FILTERS:
        raise properties.places.error(path, f"takes a list of at most {MAX_FILTERS} filters")
    return tuple(pattern(properties, entry, index) for index, entry in enumerate(listed))


def pattern(properties: Properties, entry: Any, index: int) -> Mapping[str, Any]:
    path = (*properties.path, "FilterCriteria", "Filters", index)
    text = entry.get("Pattern") if isinstance(entry, dict) else None
    if not isinstance(text, str):
        raise properties.places.error(path, "takes a mapping with Pattern, which is JSON in a text")
    try:
        found: Mapping[str, Any] = json.loads(text)
        check(found)
    except ValueError as exc:
        raise properties.places.error((*path, "Pattern"), f"is no event pattern: {exc}") from exc
    return found


def batch_size(properties: Properties, window: int, *, fifo: bool) -> int:
    """Lambda developer guide: at most 10 for FIFO, else 10,000, and above 10 only with a batching window."""
    size = properties.number("BatchSize", 10, 1, 10 if fifo else 10_000)
    if size > 10 and not window:
        message = "above 10 it needs MaximumBatchingWindowInSeconds of at least 1"
        raise properties.error("BatchSize", message)
    return size


def reports(properties: Properties) -> bool:
    kinds = properties.listed("FunctionResponseTypes")
    for kind in kinds:
        if kind != "ReportBatchItemFailures":
            hint = did_you_mean(kind, ["ReportBatchItemFailures"])
            raise properties.error("FunctionResponseTypes", f"{kind!r} does not exist", hint)
    return bool(kinds)


def concurrency(properties: Properties) -> int | None:
    path = (*properties.path, "ScalingConfig", "MaximumConcurrency")
    found = properties.mapping("ScalingConfig").get("MaximumConcurrency")
    if found is None:
        return None
    # Lambda API reference, ScalingConfig: 2 to 1000
    if not str(found).isdecimal() or not 2 <= int(str(found)) <= 1000:
        raise properties.places.error(path, f"{found!r} is not between 2 and 1,000")
    return int(str(found))
