"""The flags of ``longwire cost`` as the fields of a workload, and over those of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from longwire_infra.errors import WorkloadError
from longwire_infra.terms import assumed
from longwire_infra.written import Written

__all__ = ["HANDLER_FLAGS", "SOURCE_FLAGS", "TOP_FLAGS", "with_flags"]

TOP_FLAGS = (
    "region", "month", "connections", "connect_rate", "connection_seconds", "hours_per_day", "days", "free_tier",
)  # fmt: skip
SOURCE_FLAGS = (
    "messages_per_second", "outbound_messages_per_second", "message_bytes", "replies_per_message", "fan_out",
)  # fmt: skip
HANDLER_FLAGS = {
    "preset": ("preset",),
    "lambda_memory_mb": ("memory_mb",),
    "lambda_duration_ms": ("duration_ms",),
    "architecture": ("architecture",),
    "write_units_per_message": ("per_message", "dynamodb_write_units"),
    "read_units_per_message": ("per_message", "dynamodb_read_units"),
    "sqs_requests_per_message": ("per_message", "sqs_standard_requests"),
    "log_bytes_per_message": ("per_message", "log_ingested_bytes"),
}


def with_flags(base: Written, flags: Mapping[str, object], assume: Iterable[str]) -> Written:
    """``base`` changed by what was given (not None) of the flags. Raises WorkloadError."""
    given = {
        name: Written(str(value), name, "--" + name.replace("_", "-"))
        for name, value in flags.items()
        if value is not None
    }
    top = dict(base.mapping(base.value)) if isinstance(base.value, dict) else {}
    top |= {name: given[name] for name in TOP_FLAGS if name in given}
    add_sources(top, given)
    if "heartbeat_seconds" in given:
        put(top, ("heartbeat", "seconds"), given["heartbeat_seconds"])
    for name, path in HANDLER_FLAGS.items():
        if name in given:
            put(top, ("handler", *path), given[name])
    for pair in assume:
        name, _, value = pair.partition("=")
        put(top, ("assume", assumed(name, value, "--assume")[0]), Written(value, "assume", "--assume"))
    return replace(base, value=top)


def put(top: dict[str, Written], path: tuple[str, ...], value: Written) -> None:
    """Set a field that may be some mappings down."""
    if len(path) == 1:
        top[path[0]] = value
        return
    inner = top.get(path[0], Written({}, path[0], value.place))
    fields = dict(inner.value) if isinstance(inner.value, dict) else {}
    put(fields, path[1:], value)
    top[path[0]] = replace(inner, value=fields)


def add_sources(top: dict[str, Written], given: Mapping[str, Written]) -> None:
    """One source for each direction; a file has its own."""
    about = [given[name] for name in SOURCE_FLAGS if name in given]
    if not about:
        return
    if "sources" in top:
        raise about[0].wrong(f"the sources are in {top['sources'].place}; change them there")
    found = [made for made in (inbound(given), outbound(given)) if made is not None]
    if not found:
        raise about[0].wrong("needs --messages-per-second or --outbound-messages-per-second")
    top["sources"] = Written(found, "sources", about[0].place)


def inbound(given: Mapping[str, Written]) -> Written | None:
    if "messages_per_second" not in given:
        for name in ("replies_per_message", "fan_out"):
            if name in given:
                raise given[name].wrong("needs --messages-per-second: what is it that comes in?")
        return None
    return source("messages", "in", given["messages_per_second"], given)


def outbound(given: Mapping[str, Written]) -> Written | None:
    rate = given.get("outbound_messages_per_second")
    return None if rate is None else source("outbound messages", "out", rate, given)


def source(name: str, direction: str, rate: Written, given: Mapping[str, Written]) -> Written:
    if "message_bytes" not in given:
        raise WorkloadError("needs --message-bytes", field=rate.field, place=rate.place)
    fields = {
        "name": Written(name, "name", rate.place),
        "direction": Written(direction, "direction", rate.place),
        "per_second": rate,
        "bytes": given["message_bytes"],
    }
    if direction == "in":
        fields |= {
            to: given[flag]
            for flag, to in (("replies_per_message", "replies"), ("fan_out", "fan_out"))
            if flag in given
        }
    return Written(fields, "sources", rate.place)
