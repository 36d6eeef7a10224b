"""What a person says of a deployment: connections, message sources, what its handler does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from longwire_infra.terms import Terms

__all__ = [
    "LONGEST_CONNECTION",
    "MAX_MESSAGE",
    "Flow",
    "Handler",
    "Heartbeat",
    "Operation",
    "Sizes",
    "Source",
    "Workload",
    "plain",
]

LONGEST_CONNECTION = Decimal(7200)  # seconds: "Connection duration for WebSocket API: 2 hours"
MAX_MESSAGE = 131_072  # bytes: a message payload is 128 KB at most

Sizes = tuple[tuple[Decimal, Decimal], ...]  # (bytes, weight) of each size


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the handler uses for one message or connection; None is unknown. SQS in requests of 64 KB."""

    lambda_requests: Decimal | None = None
    dynamodb_write_units: Decimal | None = None
    dynamodb_read_units: Decimal | None = None
    sqs_standard_requests: Decimal | None = None
    sqs_fifo_requests: Decimal | None = None
    log_ingested_bytes: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """``operations`` by kind: connect (with its disconnect), message, delivery, heartbeat, ack.

    ``answers`` are messages that the handler adds of itself: greetings, acks of a publish, acks of a delivery.
    """

    memory_mb: Decimal | None = None
    duration_ms: Decimal | None = None
    architecture: str = "arm64"
    operations: Mapping[str, Operation] = field(default_factory=dict)
    greetings: Decimal = Decimal(0)
    acks: Decimal = Decimal(0)
    delivery_acks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Messages of one kind. ``rate`` is a second, or a day with ``daily``; of each connection, or of all together.

    ``fan_out`` is how many connections get each one (None: all of them); for direction ``in`` that is beside the
    message itself.
    """

    name: str
    direction: str  # in, out
    rate: Decimal
    sizes: Sizes
    daily: bool = False
    each: bool = True
    fan_out: Decimal | None = Decimal(0)
    replies: Decimal = Decimal(0)
    reply_sizes: Sizes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """``kind`` is message, which is billed, or ping: the frames of the protocol."""

    seconds: Decimal
    bytes: Decimal = Decimal(20)
    replies: Decimal = Decimal(1)
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Flow:
    """``count`` messages a month in one direction; ``kind`` is what the handler does for each (None: nothing)."""

    source: str
    direction: str  # in, out
    count: Decimal
    sizes: Sizes
    text: str
    kind: str | None = None
    ping: bool = False

    def increments(self, size: Decimal) -> Decimal:
        """Messages as they are metered in increments of ``size`` bytes; each one counts, never the average."""
        if len(self.sizes) == 1:
            return self.count * started(self.sizes[0][0], size)
        weights = sum(weight for _, weight in self.sizes)
        return self.count * sum(weight * started(one, size) for one, weight in self.sizes) / weights

    @property
    def bytes(self) -> Decimal:
        weights = sum(weight for _, weight in self.sizes)
        return self.count * sum(weight * one for one, weight in self.sizes) / weights


def started(size: Decimal, increment: Decimal) -> Decimal:
    return max(Decimal(1), (size / increment).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """``connections`` are open at once while it is active: ``days`` of ``hours_per_day`` in a month.

    ``lifetime`` is how long a client stays, in seconds; None is for ever. ``presence`` is how many others are told
    of each connect and disconnect, by a message of ``presence_bytes``.
    """

    connections: Decimal
    terms: Terms
    lifetime: Decimal | None = None
    hours_per_day: Decimal = Decimal(24)
    days: Decimal | None = None
    sources: tuple[Source, ...] = ()
    heartbeat: Heartbeat | None = None
    presence: Decimal = Decimal(0)
    presence_bytes: Decimal = Decimal(100)
    handler: Handler | None = None

    @property
    def active_seconds(self) -> Decimal:
        """Of a month."""
        if self.days is None:
            return self.terms.month.hours * self.hours_per_day * 3600 / 24
        return self.days * self.hours_per_day * 3600

    @property
    def stay(self) -> Decimal:
        return LONGEST_CONNECTION if self.lifetime is None else self.lifetime

    @property
    def pieces(self) -> list[Decimal]:
        """Seconds of the connections of one stay: API Gateway ends each after 2 hours."""
        whole, rest = divmod(self.stay, LONGEST_CONNECTION)
        return [LONGEST_CONNECTION] * int(whole) + ([rest] if rest else [])

    @property
    def connects(self) -> Decimal:
        """Handshakes a month, with those that the 2-hour limit forces."""
        return self.connections * self.active_seconds * len(self.pieces) / self.stay

    def connection_minutes(self) -> tuple[Decimal, str]:
        """Quantity and how it comes about."""
        seconds, connections = self.active_seconds, plain(self.connections)
        minutes = sum((started(piece, Decimal(60)) for piece in self.pieces), Decimal(0))
        if minutes * 60 == self.stay or self.terms.assumption("minute_rounding") == "exact":
            return self.connections * seconds / 60, f"{connections} connections x {plain(seconds / 60)} minutes"
        stays = f"{connections} connections x {plain(seconds)} s / {plain(self.stay)} s each"
        return self.connections * seconds * minutes / self.stay, f"{stays} x {plain(minutes)} started minutes"

    def flows(self) -> list[Flow]:
        """All messages of a month."""
        found = [flow for source in self.sources for flow in self.source_flows(source)]
        return found + self.heartbeats() + self.presences() + self.answers(found)

    def source_flows(self, source: Source) -> list[Flow]:
        count, text = self.count(source)
        everybody, found = self.connections if source.fan_out is None else source.fan_out, []
        if source.direction == "in":
            found.append(Flow(source.name, "in", count, source.sizes, text, "message"))
        elif source.fan_out == 0:
            found.append(Flow(source.name, "out", count, source.sizes, text, "delivery"))
        if everybody:
            spread = f"{text} x {plain(everybody)} receivers"
            found.append(Flow(source.name, "out", count * everybody, source.sizes, spread, "delivery"))
        if source.replies:
            sizes, replies = source.reply_sizes or source.sizes, f"{text} x {plain(source.replies)} replies"
            found.append(Flow(source.name, "out", count * source.replies, sizes, replies))
        return found

    def count(self, source: Source) -> tuple[Decimal, str]:
        many = self.connections if source.each else Decimal(1)
        who = f"{plain(many)} connections x " if source.each else ""
        if not source.daily:
            text = f"{who}{plain(source.rate)}/s x {plain(self.active_seconds)} s"
            return many * source.rate * self.active_seconds, text
        days = self.terms.month.days if self.days is None else self.days
        hours = self.terms.month.hours if self.days is None else self.days * 24
        return many * source.rate * hours / 24, f"{who}{plain(source.rate)} a day x {plain(days)} days"

    def heartbeats(self) -> list[Flow]:
        beat = self.heartbeat
        if beat is None:
            return []
        count = self.connections * self.active_seconds / beat.seconds
        text = f"{plain(self.connections)} connections x {plain(self.active_seconds)} s / {plain(beat.seconds)} s"
        sizes, ping = ((beat.bytes, Decimal(1)),), beat.kind == "ping"
        found = [Flow("heartbeat", "in", count, sizes, text, None if ping else "heartbeat", ping)]
        if beat.replies:
            answers = f"{text} x {plain(beat.replies)} replies"
            found.append(Flow("heartbeat", "out", count * beat.replies, sizes, answers, None, ping))
        return found

    def presences(self) -> list[Flow]:
        if not self.presence:
            return []
        text = f"{plain(self.connects)} connects x 2 x {plain(self.presence)} watchers"
        sizes = ((self.presence_bytes, Decimal(1)),)
        return [Flow("presence", "out", self.connects * 2 * self.presence, sizes, text, "delivery")]

    def answers(self, found: list[Flow]) -> list[Flow]:
        """What the handler of a preset sends, and has sent to it, of itself."""
        handler, small = self.handler, ((Decimal(100), Decimal(1)),)
        if handler is None:
            return []
        flows = []
        if handler.greetings:
            text = f"{plain(self.connects)} connects x {plain(handler.greetings)}"
            flows.append(Flow("greeting", "out", self.connects * handler.greetings, small, text))
        received = sum((flow.count for flow in found if flow.kind == "message"), Decimal(0))
        if handler.acks and received:
            text = f"{plain(received)} messages x {plain(handler.acks)} acks"
            flows.append(Flow("publish acks", "out", received * handler.acks, small, text))
        delivered = sum((flow.count for flow in found if flow.kind == "delivery"), Decimal(0))
        if handler.delivery_acks and delivered:
            count = min(delivered, self.connections * self.active_seconds)
            text = "one for each delivery, one a second and connection at most"
            flows.append(Flow("delivery acks", "in", count, small, text, "ack"))
        return flows


def plain(value: Decimal) -> str:
    """With thousands, without an exponent, to 6 places."""
    text = f"{value:,.6f}"
    return text.rstrip("0").rstrip(".")
