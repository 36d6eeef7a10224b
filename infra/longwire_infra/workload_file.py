"""A workload from what a person wrote: a YAML or JSON file, flags, or a file with flags that change it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from longwire_infra.errors import WorkloadError
from longwire_infra.handler_file import HANDLER, handler
from longwire_infra.terms import ASSUMPTIONS, Terms, assumed, free_tier, month
from longwire_infra.workload import MAX_MESSAGE, Heartbeat, Sizes, Source, Workload
from longwire_infra.written import Number, Written

__all__ = ["TOP", "read_terms", "read_workload", "schema"]

RATE = Number(1_000_000, zero=True)
COUNT = Number(1_000_000_000, zero=True)
MESSAGE = Number(MAX_MESSAGE, why="the 128 KB of a WebSocket message", whole=True)

SOURCE: dict[str, Any] = {
    "name": "what the bill calls it",
    "direction": "in: from clients, out: to clients; in by default",
    "per_second": RATE,
    "per_day": Number(100_000_000_000, zero=True),
    "of": "connection (each one sends or gets so many, the default) or all (the deployment as a whole)",
    "bytes": MESSAGE,
    "sizes": {"bytes": MESSAGE, "weight": Number(1_000_000_000)},
    "fan_out": "connections that get each message: a number, or all",
    "replies": Number(1_000, zero=True),
    "reply_bytes": MESSAGE,
}
HEARTBEAT: dict[str, Any] = {
    "seconds": Number(86_400),
    "bytes": MESSAGE,
    "replies": Number(10, zero=True),
    "kind": "message (billed, the default) or ping (a frame of the protocol)",
}
PRESENCE: dict[str, Any] = {"watchers": Number(1_000_000), "bytes": MESSAGE}
TOP: dict[str, Any] = {
    "region": "us-east-1 and so on",
    "month": "30d, 31d, 730h",
    "connections": Number(1_000_000_000),
    "connect_rate": Number(1_000_000),
    "connection_seconds": Number(31_536_000),
    "hours_per_day": Number(24, why="the hours of a day"),
    "days": Number(31, why="the days of a month"),
    "sources": [SOURCE],
    "heartbeat": HEARTBEAT,
    "presence": PRESENCE,
    "handler": HANDLER,
    "free_tier": "none, legacy-12-month, credits=USD",
    "assume": {name: " or ".join(rule.choices) + ": " + rule.meaning for name, rule in ASSUMPTIONS.items()},
}


def read_terms(top: Mapping[str, Written]) -> Terms:
    """Region, month, free tier and assumptions."""
    name, credit = free_tier(*said(top, "free_tier", "none"))
    rules = top["assume"].mapping(ASSUMPTIONS) if "assume" in top else {}
    assumptions = dict(assumed(rule, value.text().lower(), value.place) for rule, value in rules.items())
    return Terms(said(top, "region", "us-east-1")[0], month(*said(top, "month", "30d")), name, credit, assumptions)


def said(top: Mapping[str, Written], name: str, default: str) -> tuple[str, str]:
    """Text and place."""
    return (top[name].text(), top[name].place) if name in top else (default, "")


def read_workload(written: Written) -> Workload:
    """Raises WorkloadError with field and place for whatever cannot be."""
    top = written.mapping(TOP)
    terms = read_terms(top)
    number = {name: top[name].number(kind) for name, kind in TOP.items() if isinstance(kind, Number) and name in top}
    check_days(top, number.get("days"), terms)
    presence = top["presence"].mapping(PRESENCE) if "presence" in top else {}
    return Workload(
        connections=connections(top, number),
        terms=terms,
        lifetime=number.get("connection_seconds"),
        hours_per_day=number.get("hours_per_day", Decimal(24)),
        days=number.get("days"),
        sources=tuple(source(one) for one in top["sources"].entries()) if "sources" in top else (),
        heartbeat=heartbeat(top["heartbeat"]) if "heartbeat" in top else None,
        presence=presence["watchers"].number(PRESENCE["watchers"]) if presence else Decimal(0),
        presence_bytes=presence["bytes"].number(MESSAGE) if "bytes" in presence else Decimal(100),
        handler=handler(top["handler"]) if "handler" in top else None,
    )


def check_days(top: Mapping[str, Written], days: Decimal | None, terms: Terms) -> None:
    if days is not None and days > terms.month.days:
        raise top["days"].wrong(f"{days} days are more than the month of {terms.month.text} has")


def connections(top: Mapping[str, Written], number: Mapping[str, Decimal]) -> Decimal:
    """Open at once, given as such or as rate x duration."""
    given, rate, stay = (number.get(name) for name in ("connections", "connect_rate", "connection_seconds"))
    if rate is not None and stay is None:
        raise top["connect_rate"].wrong("needs connection_seconds: how long each connection stays")
    if given is None and (rate is None or stay is None):
        raise WorkloadError(
            "is missing: how many are open at once, or connect_rate with connection_seconds", field="connections"
        )
    if rate is None or stay is None:
        assert given is not None
        return given
    if given is not None and given != rate * stay:
        raise top["connections"].wrong(
            f"{given} contradicts connect_rate x connection_seconds, {rate} x {stay} = {rate * stay}; leave one out"
        )
    return rate * stay


def source(written: Written) -> Source:
    entry = written.mapping(SOURCE)
    if ("per_second" in entry) == ("per_day" in entry):
        raise written.wrong("needs one of per_second and per_day")
    daily = "per_day" in entry
    rate = entry["per_day" if daily else "per_second"].number(SOURCE["per_day" if daily else "per_second"])
    return Source(
        name=said(entry, "name", f"source {written.field.rpartition('.')[2]}")[0],
        direction=entry["direction"].text(("in", "out")) if "direction" in entry else "in",
        rate=rate,
        daily=daily,
        each="of" not in entry or entry["of"].text(("connection", "all")) == "connection",
        sizes=sizes(written, entry),
        fan_out=fan_out(entry),
        replies=entry["replies"].number(SOURCE["replies"]) if "replies" in entry else Decimal(0),
        reply_sizes=((entry["reply_bytes"].number(MESSAGE), Decimal(1)),) if "reply_bytes" in entry else (),
    )


def sizes(written: Written, entry: Mapping[str, Written]) -> Sizes:
    if ("bytes" in entry) == ("sizes" in entry):
        raise written.wrong("needs one of bytes and sizes")
    if "bytes" in entry:
        return ((entry["bytes"].number(MESSAGE), Decimal(1)),)
    found = []
    for one in entry["sizes"].entries():
        parts = one.mapping(SOURCE["sizes"])
        if len(parts) != 2:
            raise one.wrong("needs bytes and weight")
        found.append((parts["bytes"].number(MESSAGE), parts["weight"].number(SOURCE["sizes"]["weight"])))
    if not found:
        raise entry["sizes"].wrong("is empty")
    return tuple(found)


def fan_out(entry: Mapping[str, Written]) -> Decimal | None:
    if "fan_out" not in entry:
        return Decimal(0)
    return None if entry["fan_out"].value == "all" else entry["fan_out"].number(COUNT)


def heartbeat(written: Written) -> Heartbeat:
    entry = written.mapping(HEARTBEAT)
    if "seconds" not in entry:
        raise written.wrong("needs seconds")
    kind = entry["kind"].text(("message", "ping")) if "kind" in entry else "message"
    numbers = {name: one.number(HEARTBEAT[name]) for name, one in entry.items() if name != "kind"}
    return Heartbeat(kind=kind, **numbers)


def schema() -> dict[str, Any]:
    """A JSON Schema of the file."""
    described = described_as(TOP)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "longwire cost workload", **described}


def described_as(kind: Any) -> dict[str, Any]:
    if isinstance(kind, Number):
        least = {"minimum": 0} if kind.zero else {"exclusiveMinimum": 0}
        return {"type": "integer" if kind.whole else "number", **least, "maximum": kind.most}
    if isinstance(kind, list):
        return {"type": "array", "items": described_as(kind[0])}
    if isinstance(kind, dict):
        properties = {name: described_as(part) for name, part in kind.items()}
        if "weight" in properties:  # a histogram
            return {
                "type": "array",
                "items": {"type": "object", "properties": properties, "additionalProperties": False},
            }
        return {"type": "object", "properties": properties, "additionalProperties": False}
    return {"description": str(kind)}
