"""What of all this AWS would bill, as the ``Usage`` record that is priced.

Documented: messages sent and received are counted, each in 32 KB increments ("a 33 KB message is metered as two"),
plus total connection minutes. Whether minutes are rounded up for each connection, and whether $connect and
$disconnect are messages, is unknown: ``minute_rounding`` and ``count_connect_as_message`` say what is assumed.
Not billed here: control frames (claimed), refused handshakes (inferred), GET and DELETE of ``@connections`` (unknown).
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from longwire.core.api import Architecture
from longwire.core.quotas import Quotas
from longwire_infra.usage import Usage

__all__ = ["INCREMENT", "KINDS", "Meter"]

INCREMENT = 32_768  # bytes of a billed message
CONNECT_KINDS = ("connect", "disconnect")  # billed only with count_connect_as_message
# A message from a client, what is sent to one and why, and the two events that may be messages.
KINDS = ("route_message", "route_response", "post_to_connection", "error_frame", "mock", *CONNECT_KINDS)
REMEMBERED = 1000  # connections that are listed one by one
MB_MS = 1024 * 1000  # in a GB-second
MINUTE = 60_000  # milliseconds
SHORTEST_PERIOD = 1  # milliseconds; a record of no time at all cannot be scaled to a month


class Tally:
    """Messages of one kind; ``billed`` is in increments of 32 KB."""

    __slots__ = ("billed", "bytes", "count")

    def __init__(self) -> None:
        self.count = self.billed = self.bytes = 0

    def add(self, size: int) -> None:
        self.count += 1
        self.bytes += size
        # That a message of 0 bytes is billed as one is assumed; no page says so.
        self.billed += 1 if size <= INCREMENT else (size + INCREMENT - 1) // INCREMENT

    def shown(self) -> dict[str, int]:
        return {"count": self.count, "billed": self.billed, "bytes": self.bytes}


class Invoked:
    """Invocations of one function. ``mb_ms`` is memory x billed milliseconds: memory may change on the way."""

    __slots__ = ("architecture", "billed_ms", "count", "mb_ms", "memory_mb")

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.count = self.billed_ms = self.mb_ms = self.memory_mb = 0

    @property
    def gb_seconds(self) -> Decimal:
        """Memory in units of 1,024 MB x billed seconds."""
        return Decimal(self.mb_ms) / MB_MS

    def shown(self) -> dict[str, Any]:
        facts = {"invocations": self.count, "billed_ms": self.billed_ms, "memory_mb": self.memory_mb}
        return {**facts, "architecture": self.architecture, "gb_seconds": plain(self.gb_seconds)}


class Meter:
    """Counts as things happen; ``message`` and ``frame`` stand in every message's way and do next to nothing.

    Sizes are bytes of payload, times epoch seconds.
    """

    def __init__(self, quotas: Quotas) -> None:
        self.quotas = quotas
        self.routes: defaultdict[str, Tally] = defaultdict(Tally)
        self.frames: defaultdict[str, Tally] = defaultdict(Tally)
        self.functions: dict[str, Invoked] = {}
        self.management: defaultdict[str, int] = defaultdict(int)
        self.accepted = self.refused = self.disconnects = 0
        self.opened: dict[str, float] = {}
        self.ended: deque[tuple[str, int]] = deque(maxlen=REMEMBERED)
        self.ended_ms = self.ended_minutes = 0

    # --- what happens

    def message(self, route_key: str, size: int) -> None:
        """From a client; the route key is empty when no route matched."""
        self.routes[route_key].add(size)

    def frame(self, cause: str, size: int) -> None:
        """To a client; the causes are those of the timeline's frame_sent."""
        self.frames[cause].add(size)

    def connected(self, connection_id: str, now: float) -> None:
        self.accepted += 1
        self.opened[connection_id] = now

    def disconnected(self, connection_id: str, now: float) -> None:
        milliseconds = elapsed(self.opened.pop(connection_id), now)
        self.ended.append((connection_id, milliseconds))
        self.ended_ms += milliseconds
        self.ended_minutes += started_minutes(milliseconds)

    def managed(self, method: str) -> None:
        """An ``@connections`` request, whatever came of it."""
        self.management[method] += 1

    def invoked(self, function: str, architecture: Architecture, memory_mb: int, billed_ms: int) -> None:
        """An invocation that has ended and ran: a throttled one is not billed."""
        found = self.functions.get(function)
        if found is None:
            found = self.functions[function] = Invoked(architecture)
        found.architecture, found.memory_mb = architecture, memory_mb
        found.count += 1
        found.billed_ms += billed_ms
        found.mb_ms += memory_mb * billed_ms

    # --- what it comes to

    def usage(self, started: float, now: float) -> Usage:
        """Everything since ``started``, open connections up to now. What is not counted here is unknown."""
        billed = [tally["billed"] for kind, tally in self.kinds().items() if self.bills(kind)]
        return Usage(
            period_seconds=Decimal(max(elapsed(started, now), SHORTEST_PERIOD)) / 1000,
            websocket_messages=Decimal(sum(billed)),
            connection_minutes=self.minutes(now),
            connection_seconds=Decimal(self.open_ms(now)) / 1000,
            lambda_requests=Decimal(sum(function.count for function in self.functions.values())),
            lambda_x86_gb_seconds=self.gb_seconds("x86_64"),
            lambda_arm_gb_seconds=self.gb_seconds("arm64"),
        )

    def kinds(self) -> dict[str, dict[str, int]]:
        """Count, billed increments and bytes of each of KINDS."""
        found = {kind: Tally().shown() for kind in KINDS}
        found["route_message"] = total(self.routes.values())
        for cause, tally in self.frames.items():
            found["error_frame" if cause == "error" else cause] = tally.shown()
        for kind, count in zip(CONNECT_KINDS, (self.accepted, self.disconnects), strict=True):
            found[kind] = {"count": count, "billed": count, "bytes": 0}
        return found

    def bills(self, kind: str) -> bool:
        return kind not in CONNECT_KINDS or self.quotas.count_connect_as_message

    def gb_seconds(self, architecture: Architecture) -> Decimal:
        chosen = (function for function in self.functions.values() if function.architecture == architecture)
        return sum((function.gb_seconds for function in chosen), Decimal(0))

    def open_ms(self, now: float) -> int:
        """The exact time that connections were open."""
        return self.ended_ms + sum(elapsed(opened, now) for opened in self.opened.values())

    def minutes(self, now: float) -> Decimal:
        running = [elapsed(opened, now) for opened in self.opened.values()]
        if self.quotas.minute_rounding == "exact":
            return Decimal(self.open_ms(now)) / MINUTE
        return Decimal(self.ended_minutes + sum(map(started_minutes, running)))

    def details(self, now: float) -> dict[str, Any]:
        """What the record is made of, in JSON's types."""
        return {
            "messages": {kind: {**tally, "in_usage": self.bills(kind)} for kind, tally in self.kinds().items()},
            "routes": {key: tally.shown() for key, tally in self.routes.items()},
            "connections": {
                "accepted": self.accepted,
                "refused": self.refused,
                "open": len(self.opened),
                "seconds": self.open_ms(now) / 1000,
                "minutes": plain(self.minutes(now)),
                "minute_rounding": self.quotas.minute_rounding,
                "seconds_by_connection": dict(islice(self.seconds_by_connection(now), REMEMBERED)),
            },
            "management": dict(self.management),
            "functions": {name: function.shown() for name, function in self.functions.items()},
        }

    def seconds_by_connection(self, now: float) -> Iterator[tuple[str, float]]:
        """The open ones, then the newest of those that have ended."""
        running = ((connection_id, elapsed(opened, now)) for connection_id, opened in self.opened.items())
        return ((connection_id, time / 1000) for connection_id, time in chain(running, reversed(self.ended)))


def elapsed(started: float, now: float) -> int:
    """In milliseconds, as API Gateway's own times are."""
    return max(0, round((now - started) * 1000))


def started_minutes(milliseconds: int) -> int:
    """One that is over within the millisecond has begun its first minute like any other."""
    return max(1, -(-milliseconds // MINUTE))


def total(tallies: Iterable[Tally]) -> dict[str, int]:
    listed = list(tallies)
    return {name: sum(getattr(tally, name) for tally in listed) for name in ("count", "billed", "bytes")}


def plain(value: Decimal) -> str:
    """As in the record: without an exponent."""
    return f"{value or Decimal(0):f}"
