"""A workload as the Usage record of one month, and how each quantity comes about."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from longwire_infra.usage import Usage
from longwire_infra.workload import Flow, Handler, Operation, Workload, plain

__all__ = ["Counted", "Part", "counted"]

OPERATIONS = tuple(Operation.__slots__)


@dataclass(frozen=True, slots=True)
class Part:
    """What one source has in a quantity."""

    source: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Counted:
    """``workings`` says by field of ``usage`` how it was counted; ``messages`` are by source."""

    usage: Usage
    workings: Mapping[str, str]
    messages: tuple[Part, ...]
    connects: Decimal


def counted(workload: Workload) -> Counted:
    """Pure: the same workload gives the same record."""
    flows = workload.flows()
    metered = [(flow, flow.increments(workload.terms.increment)) for flow in flows if billed(flow, workload)]
    minutes, minutes_text = workload.connection_minutes()
    connects = workload.connects
    messages = by_source(metered)
    texts = [f"{flow.source} ({flow.text}{increments_text(flow, number)})" for flow, number in metered]
    if workload.terms.holds("count_connect_as_message"):
        messages["$connect and $disconnect"] = connects * 2
        texts.append(f"$connect and $disconnect ({plain(connects)} x 2)")
    handler = used_by_handler(workload, flows, connects)
    usage = Usage(
        period_seconds=workload.terms.month.seconds,
        websocket_messages=sum(messages.values(), Decimal(0)),
        connection_minutes=minutes,
        data_transfer_out_bytes=sum((flow.bytes for flow in flows if flow.direction == "out"), Decimal(0)),
        **handler,
    )
    workings = {
        "websocket_messages": " + ".join(texts) or "no messages",
        "connection_minutes": minutes_text,
        "data_transfer_out_bytes": "bytes of all messages sent to clients",
        **handler_workings(workload, handler),
    }
    return Counted(usage, workings, tuple(Part(*part) for part in messages.items()), connects)


def billed(flow: Flow, workload: Workload) -> bool:
    return not flow.ping or workload.terms.holds("count_pings")


def by_source(metered: list[tuple[Flow, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for flow, number in metered:
        found[flow.source] = found.get(flow.source, Decimal(0)) + number
    return found


def increments_text(flow: Flow, number: Decimal) -> str:
    return f" x {plain(number / flow.count)} increments" if flow.count and number != flow.count else ""


def used_by_handler(workload: Workload, flows: list[Flow], connects: Decimal) -> dict[str, Decimal | None]:
    """Fields of Usage; {} when nothing is known of the handler."""
    handler = workload.handler
    if handler is None:
        return {}
    events = [(flow.count, handler.operations.get(flow.kind, Operation())) for flow in flows if flow.kind is not None]
    events.append((connects, handler.operations.get("connect", Operation())))
    found = {name: total(events, name) for name in OPERATIONS}
    return {**found, **gb_seconds(handler, found["lambda_requests"])}


def total(events: list[tuple[Decimal, Operation]], name: str) -> Decimal | None:
    """None as soon as one event's part in it is unknown."""
    found = Decimal(0)
    for count, operation in events:
        part: Decimal | None = getattr(operation, name)
        if part is None:
            return None
        found += count * part
    return found


def gb_seconds(handler: Handler, requests: Decimal | None) -> dict[str, Decimal | None]:
    mine, other = "lambda_arm_gb_seconds", "lambda_x86_gb_seconds"
    if handler.architecture == "x86_64":
        mine, other = other, mine
    if requests is None or handler.memory_mb is None or handler.duration_ms is None:
        return {mine: None, other: Decimal(0)}
    return {mine: requests * handler.memory_mb / 1024 * handler.duration_ms / 1000, other: Decimal(0)}


def handler_workings(workload: Workload, used: Mapping[str, Decimal | None]) -> dict[str, str]:
    handler = workload.handler
    if handler is None:
        return {}
    texts = {name: operation_text(handler, name) for name in OPERATIONS if used[name] is not None}
    if handler.memory_mb is not None and handler.duration_ms is not None and used["lambda_requests"] is not None:
        work = f"{plain(used['lambda_requests'])} invocations x {plain(handler.memory_mb)} MB / 1024"
        name = "lambda_x86_gb_seconds" if handler.architecture == "x86_64" else "lambda_arm_gb_seconds"
        texts[name] = f"{work} x {plain(handler.duration_ms)} ms / 1000"
    return texts


def operation_text(handler: Handler, name: str) -> str:
    parts = [(kind, getattr(operation, name)) for kind, operation in handler.operations.items()]
    return " + ".join(f"{plain(each)} per {kind}" for kind, each in parts if each) or "none"
