"""Where one way becomes cheaper than another: solved by halving, on the same arithmetic as the bill."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from longwire_infra.comparison import api_gateway, self_hosted
from longwire_infra.errors import LongwireInfraError
from longwire_infra.offers import traffic
from longwire_infra.prices import Prices
from longwire_infra.workload import MAX_MESSAGE, Heartbeat, Source, Workload

__all__ = ["VARIED", "BreakEven", "break_evens", "solved"]

STEPS = 48  # of the grid on which a change of sign is looked for
HALVINGS = 60
EXACT = Decimal("0.00000001")  # relative

Difference = Callable[[Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class BreakEven:
    """``value`` of ``parameter`` from which on ``text`` holds; None when it holds nowhere between low and high."""

    parameter: str
    low: Decimal
    high: Decimal
    value: Decimal | None
    text: str


def solved(difference: Difference, low: Decimal, high: Decimal) -> Decimal | None:
    """The first place between ``low`` and ``high`` (both above 0) where the sign changes."""
    ratio = (high / low) ** (Decimal(1) / STEPS)
    left, before = low, difference(low)
    for _ in range(STEPS):
        right = min(left * ratio, high)
        after = difference(right)
        if (before > 0) != (after > 0):
            return halved(difference, left, right, positive=before > 0)
        left, before = right, after
    return None


def halved(difference: Difference, left: Decimal, right: Decimal, *, positive: bool) -> Decimal:
    for _ in range(HALVINGS):
        middle = (left + right) / 2
        if (difference(middle) > 0) == positive:
            left = middle
        else:
            right = middle
        if right - left < right * EXACT:
            break
    return right


def connections(workload: Workload, value: Decimal) -> Workload:
    return replace(workload, connections=value)


def message_rate(workload: Workload, value: Decimal) -> Workload:
    """``value`` times as many messages of every source."""
    sources = (replace(source, rate=source.rate * value) for source in workload.sources)
    return replace(workload, sources=tuple(sources))


def fan_out(workload: Workload, value: Decimal) -> Workload:
    sources = (replace(source, fan_out=value) if source.direction == "in" else source for source in workload.sources)
    return replace(workload, sources=tuple(sources))


def heartbeat(workload: Workload, value: Decimal) -> Workload:
    return replace(workload, heartbeat=replace(workload.heartbeat or Heartbeat(seconds=value), seconds=value))


def coalesced(workload: Workload, value: Decimal) -> Workload:
    """``value`` messages of a source in one, as far as 128 KB hold them."""
    return replace(workload, sources=tuple(batched(source, value) for source in workload.sources))


def batched(source: Source, value: Decimal) -> Source:
    fits = min(value, *(MAX_MESSAGE / size for size, _ in source.sizes if size))
    sizes = tuple((size * fits, weight) for size, weight in source.sizes)
    return replace(source, rate=source.rate / fits, sizes=sizes)


VARIED: dict[str, tuple[Callable[[Workload, Decimal], Workload], int, int]] = {
    "connections": (connections, 1, 10_000_000),
    "times the message rate": (message_rate, 0, 1_000),
    "fan-out": (fan_out, 1, 10_000),
    "heartbeat seconds": (heartbeat, 1, 3_600),
    "messages coalesced into one": (coalesced, 1, 10_000),
}
LEAST = Decimal("0.0001")


def break_evens(workload: Workload, prices: Prices, availability: str) -> list[BreakEven]:
    """API Gateway against a server of your own by each parameter, and what heartbeats come to."""
    found = [against_own(workload, prices, availability, name) for name in VARIED if varies(workload, name)]
    return [*found, heartbeats_alone(workload, prices)]


def varies(workload: Workload, name: str) -> bool:
    if name == "heartbeat seconds":
        return workload.heartbeat is not None
    incoming = any(source.direction == "in" for source in workload.sources)
    return name == "connections" or (incoming if name == "fan-out" else bool(workload.sources))


def against_own(workload: Workload, prices: Prices, availability: str, name: str) -> BreakEven:
    change, least, most = VARIED[name]
    low, high = Decimal(least) or LEAST, Decimal(most)

    def difference(value: Decimal) -> Decimal:
        changed = change(workload, value)
        own = self_hosted(traffic(changed), prices, availability)[0]
        if own.usd is None:
            raise LongwireInfraError(own.note)
        return (api_gateway(changed, prices).usd or Decimal(0)) - own.usd

    try:
        value = solved(difference, low, high)
        dear = difference(high) > 0
    except LongwireInfraError as exc:
        return BreakEven(name, low, high, None, str(exc))
    winner = "a server of your own on EC2" if dear else "API Gateway"
    return BreakEven(name, low, high, value, f"{winner} is cheaper from here on" if value else f"{winner} is cheaper")


def heartbeats_alone(workload: Workload, prices: Prices) -> BreakEven:
    """The interval at which a connection's heartbeats cost as much as its minutes, at the first tier."""
    beat = workload.heartbeat or Heartbeat(seconds=Decimal(60))
    region, low, high = workload.terms.region, Decimal(1), Decimal(3_600)
    message = prices.find("AmazonApiGateway", "websocket_messages", region).first
    minute = prices.find("AmazonApiGateway", "websocket_connection_minutes", region).first
    value = solved(lambda seconds: 60 / seconds * (1 + beat.replies) * message - minute, low, high)
    return BreakEven("heartbeat seconds", low, high, value, "heartbeats cost less than the connection's own minutes")
