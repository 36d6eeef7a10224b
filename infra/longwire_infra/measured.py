"""What was counted elsewhere, as a Usage record: by the emulator's ``--usage-out`` or CloudWatch. And its scaling."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

from longwire_infra.errors import RecordError, WorkloadError, nearest
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage
from longwire_infra.written import Number, Written

__all__ = ["from_export", "scaled_to"]

MINUTE = 60
# CloudWatch's own metrics, and the name that a deployment gives to its count of open connections.
METRICS = ("MessageCount", "ConnectCount", "ActiveConnections")
TARGETS = {"connections": Number(1_000_000_000), "messages_per_second": Number(1_000_000_000)}


def from_export(file: Path) -> Usage:
    """A usage record, CloudWatch's JSON, or a CSV with the metrics as columns. Raises RecordError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise RecordError(f"{file}: cannot be read: {getattr(exc, 'strerror', None) or 'it is no text'}") from None
    try:
        return from_csv(text) if file.suffix.lower() == ".csv" else from_json(text)
    except RecordError as exc:
        raise RecordError(f"{file}: {exc}") from None


def from_json(text: str) -> Usage:
    try:
        data = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise RecordError("is no JSON") from None
    if not isinstance(data, dict):
        raise RecordError("must be a JSON object: a usage record, or what CloudWatch answers")
    if "MetricDataResults" in data:
        return from_series([metric_data(entry) for entry in listed(data, "MetricDataResults")])
    if "Datapoints" in data:
        return from_series([statistics(data)])
    return Usage.from_json({key: value for key, value in data.items() if key != "details"})


Series = tuple[str, list[tuple[datetime, Decimal]]]


def listed(entry: Mapping[str, Any], key: str) -> list[Any]:
    found = entry.get(key)
    if not isinstance(found, list):
        raise RecordError("must be a list", field=key)
    return found


def metric_data(entry: Any) -> Series:
    """An entry of ``aws cloudwatch get-metric-data``."""
    if not isinstance(entry, dict):
        raise RecordError("must hold objects", field="MetricDataResults")
    times, values = listed(entry, "Timestamps"), listed(entry, "Values")
    if len(times) != len(values):
        raise RecordError(f"has {len(values)} for {len(times)} Timestamps", field="Values")
    return metric(entry.get("Label")), [(moment(at), figure(one)) for at, one in zip(times, values, strict=True)]


def statistics(data: Mapping[str, Any]) -> Series:
    """What ``aws cloudwatch get-metric-statistics`` answers: Sum of counts, Average of connections."""
    name = metric(data.get("Label"))
    statistic = "Average" if name == "ActiveConnections" else "Sum"
    points = [point for point in listed(data, "Datapoints") if isinstance(point, dict)]
    return name, [(moment(point.get("Timestamp")), figure(point.get(statistic))) for point in points]


def from_csv(text: str) -> Usage:
    """Columns: timestamp, then metrics by their names."""
    rows = csv.DictReader(text.splitlines())
    names = [name for name in rows.fieldnames or () if name.strip().lower() != "timestamp"]
    stamps = [name for name in rows.fieldnames or () if name not in names]
    if len(stamps) != 1 or not names:
        raise RecordError(f"needs the columns timestamp and one or more of {', '.join(METRICS)}")
    lines = list(rows)
    return from_series(
        [(metric(name), [(moment(line[stamps[0]]), figure(line[name])) for line in lines]) for name in names]
    )


def metric(name: Any) -> str:
    text = str(name).strip()
    if text not in METRICS:
        raise RecordError(f"{text} is no metric that is read here; {nearest(text, METRICS)}")
    return text


def moment(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(text).strip())
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except ValueError:
        raise RecordError(f"{text!r} is no time; write 2026-01-31T12:00:00Z", field="timestamp") from None


def figure(value: Any) -> Decimal:
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        raise RecordError(f"{value!r} is not a number") from None
    if not found.is_finite() or found < 0:
        raise RecordError(f"{value!r} is not a finite number of 0 or more")
    return found


def from_series(series: Sequence[Series]) -> Usage:
    """Sums of counts; connections by time. CloudWatch counts messages, not their increments of 32 KB."""
    step, points = spacing(series)
    found = {name: [value for _, value in values] for name, values in series}
    active = found.get("ActiveConnections")
    return Usage(
        period_seconds=step * points,
        websocket_messages=total(found.get("MessageCount")),
        connection_minutes=None if active is None else sum(active, Decimal(0)) * step / MINUTE,
    )


def spacing(series: Sequence[Series]) -> tuple[Decimal, int]:
    """Seconds between two points, and how many points the longest series spans."""
    times = sorted({at for _, values in series for at, _ in values})
    if len(times) < 2:
        raise RecordError("needs two points in time or more: they say how long the period is")
    step = min((later - earlier).total_seconds() for earlier, later in pairwise(times))
    return Decimal(str(step)), round((times[-1] - times[0]).total_seconds() / step) + 1


def total(values: Iterable[Decimal] | None) -> Decimal | None:
    return None if values is None else sum(values, Decimal(0))


def scaled_to(usage: Usage, text: str, terms: Terms) -> Usage:
    """A month of it: ``month`` as it was, ``connections=10000`` or ``messages_per_second=50`` of as many.

    Each connection does what it did; those that stay are not rounded up to minutes as those of a short run.
    """
    seconds = terms.month.seconds
    name, _, number = text.partition("=")
    if text == "month":
        return usage.over(seconds)
    if name not in TARGETS:
        message = f"{name!r} is no target; {nearest(name, ['month', *TARGETS])}"
        raise WorkloadError(message, field="scale_to", place="--scale-to")
    wanted = Written(number, "scale_to", "--scale-to").number(TARGETS[name])
    had = open_at_once(usage) if name == "connections" else rate(usage)
    if not had:
        raise WorkloadError(f"the run had no {name}; there is nothing to scale", field="scale_to", place="--scale-to")
    month = usage.over(seconds).scaled(wanted / had)
    return month if name != "connections" else replace(month, connection_minutes=wanted * seconds / MINUTE)


def open_at_once(usage: Usage) -> Decimal | None:
    """On average, by the exact time where that is known: minutes may have been rounded up."""
    if usage.connection_seconds is not None:
        return usage.connection_seconds / usage.period_seconds
    return None if usage.connection_minutes is None else usage.connection_minutes * MINUTE / usage.period_seconds


def rate(usage: Usage) -> Decimal | None:
    return None if usage.websocket_messages is None else usage.websocket_messages / usage.period_seconds
