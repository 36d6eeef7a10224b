"""The ``handler`` of a workload: a preset, or what your own uses for each message and connection."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from longwire_infra.presets import PRESETS
from longwire_infra.workload import Handler, Operation
from longwire_infra.written import Number, Written

__all__ = ["HANDLER", "handler"]

UNITS = Number(1_000_000, zero=True)
USED: dict[str, Any] = {
    "lambda_requests": UNITS,
    "dynamodb_write_units": UNITS,
    "dynamodb_read_units": UNITS,
    "sqs_standard_requests": UNITS,
    "sqs_fifo_requests": UNITS,
    "log_ingested_bytes": Number(1_000_000_000, zero=True),
}
KINDS = {"per_message": "message", "per_delivery": "delivery", "per_connect": "connect", "per_heartbeat": "heartbeat"}
# One for each message from a client; $connect and $disconnect for a connection.
INVOCATIONS = {"message": Decimal(1), "heartbeat": Decimal(1), "connect": Decimal(2), "delivery": Decimal(0)}
HANDLER: dict[str, Any] = {
    "preset": f"own (the default), {', '.join(PRESETS)}",
    "memory_mb": Number(10_240, why="the most that a function has", whole=True, least=128),
    "duration_ms": Number(900_000, why="the 15 minutes that a function has"),
    "architecture": "arm64 (the default) or x86_64",
    **dict.fromkeys(KINDS, USED),
}


def handler(written: Written) -> Handler:
    """What nothing is said of is unknown; what is said of one kind of event is 0 for the others."""
    entry = written.mapping(HANDLER)
    base = preset(entry)
    operations = {kind: one.mapping(USED) for name, kind in KINDS.items() if (one := entry.get(name)) is not None}
    said = {name for one in operations.values() for name in one}
    changed = dict(base.operations)
    for kind, before in base.operations.items():
        given = {name: value.number(USED[name]) for name, value in operations.get(kind, {}).items()}
        unsaid = {name: Decimal(0) for name in said if getattr(before, name) is None}
        changed[kind] = replace(before, **{**unsaid, **given})
    numbers: dict[str, Any] = {
        name: entry[name].number(HANDLER[name]) for name in ("memory_mb", "duration_ms") if name in entry
    }
    chosen = entry["architecture"].text(("arm64", "x86_64")) if "architecture" in entry else base.architecture
    return replace(base, operations=changed, architecture=chosen, **numbers)


def preset(entry: dict[str, Written]) -> Handler:
    name = entry["preset"].text(("own", *PRESETS)) if "preset" in entry else "own"
    if name != "own":
        return PRESETS[name]
    return Handler(operations={kind: Operation(lambda_requests=each) for kind, each in INVOCATIONS.items()})
