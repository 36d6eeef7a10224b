"""The same workload on other services: messages and connections, what is sent to clients, each with its arithmetic.

A handler's compute and state are in none of these: they cost the same behind each of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from longwire_infra.errors import PriceMissing
from longwire_infra.prices import Price, Prices
from longwire_infra.workload import Flow, Workload, plain

__all__ = ["OFFERS", "Offer", "Part", "Traffic", "offers", "traffic"]

KB = Decimal(1024)


@dataclass(frozen=True, slots=True)
class Part:
    """``usd`` for ``quantity``, as a sentence in ``text``."""

    text: str
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """``usd`` is None where it cannot be had or has no price: ``note`` says why."""

    name: str
    usd: Decimal | None
    confidence: str
    parts: tuple[Part, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Traffic:
    """A month of a workload without the heartbeats that other services keep connections open without."""

    workload: Workload
    flows: tuple[Flow, ...]
    minutes: Decimal

    def messages(self, direction: str, increment: Decimal) -> Decimal:
        chosen = [flow for flow in self.flows if flow.direction == direction]
        return sum((flow.increments(increment) for flow in chosen), Decimal(0))

    def both(self, increment: Decimal) -> Decimal:
        return self.messages("in", increment) + self.messages("out", increment)

    @property
    def sent_gb(self) -> Decimal:
        sent = sum((flow.bytes for flow in self.flows if flow.direction == "out"), Decimal(0))
        return sent / self.workload.terms.gb

    @property
    def days(self) -> Decimal:
        return self.workload.terms.month.days


def traffic(workload: Workload) -> Traffic:
    flows = tuple(flow for flow in workload.flows() if flow.source != "heartbeat" and not flow.ping)
    return Traffic(workload, flows, workload.connection_minutes()[0])


def part(price: Price, quantity: Decimal, what: str) -> Part:
    """``quantity`` at the price's tiers."""
    steps = price.walk(quantity)
    usd = sum((units * each for units, each in steps), Decimal(0))
    working = " + ".join(f"{plain(units)} x ${each.normalize():f}" for units, each in steps)
    return Part(f"{what}: {working or '0'}", usd)


def egress(found: Traffic, prices: Prices) -> list[Part]:
    if not found.sent_gb:
        return []
    price = prices.find("AWSDataTransfer", "internet_egress", found.workload.terms.region)
    return [part(price, found.sent_gb, "GB sent to clients")]


def offer(name: str, confidence: str, parts: Sequence[Part], note: str = "") -> Offer:
    return Offer(name, sum((one.usd for one in parts), Decimal(0)), confidence, tuple(parts), note)


def appsync(found: Traffic, prices: Prices) -> Offer:
    region = found.workload.terms.region
    operations = part(
        prices.find("AWSAppSync", "event_api_operations", region), found.both(5 * KB), "operations of 5 KB"
    )
    minutes = prices.find("AWSAppSync", "realtime_connection_minutes", region)
    parts = [operations, part(minutes, found.minutes, "connection minutes"), *egress(found, prices)]
    return offer("AppSync Events", "medium", parts, "keep-alive is the service's own, heartbeats are left out")


def iot_core(found: Traffic, prices: Prices) -> Offer:
    region = found.workload.terms.region
    messages = part(prices.find("AWSIoT", "messages", region), found.both(5 * KB), "messages of 5 KB")
    minutes = part(prices.find("AWSIoT", "connectivity_minutes", region), found.minutes, "connection minutes")
    note = "MQTT over WebSocket: clients speak MQTT; its pings are free"
    return offer("IoT Core", "medium", [messages, minutes, *egress(found, prices)], note)


def azure(found: Traffic, prices: Prices) -> Offer:
    units = (found.workload.connections / 1000).to_integral_value(ROUND_CEILING)
    unit = prices.find("Azure Web PubSub", "standard_unit", "global")
    sent = found.messages("out", 2 * KB)
    beyond = max(Decimal(0), sent - units * 1_000_000 * found.days)
    parts = [part(unit, units * found.days, f"{plain(units)} units of 1,000 connections, unit-days")]
    if beyond:
        parts.append(part(prices.find("Azure Web PubSub", "messages", "global"), beyond, "outbound messages of 2 KB"))
    return offer("Azure Web PubSub", "medium", parts, "messages that go to your server over a webhook are outbound too")


def ably(found: Traffic, prices: Prices) -> Offer:
    parts = [
        part(prices.find("Ably", "messages", "global"), found.both(Decimal(65_536)), "messages"),
        part(prices.find("Ably", "connection_minutes", "global"), found.minutes, "connection minutes"),
    ]
    return offer("Ably", "medium", parts, "by-usage prices of existing accounts, without their base fee and discounts")


def pusher(found: Traffic, prices: Prices) -> Offer:
    daily = found.both(Decimal(10_240)) / found.days
    for plan in sorted(prices.chosen("Pusher Channels"), key=lambda one: one.first):
        included = plan.included
        fits = included["messages_per_day"] >= daily
        if fits and included["concurrent_connections"] >= found.workload.connections:
            return offer("Pusher Channels", "medium", [part(plan, Decimal(1), plan.item.replace("_", " "))])
    note = f"no plan has {plain(daily)} messages a day and {plain(found.workload.connections)} connections"
    return Offer("Pusher Channels", None, "medium", note=note)


def pubnub(found: Traffic, prices: Prices) -> Offer:
    replicated = prices.find("PubNub", "replicated_transaction", "global")
    edge = prices.find("PubNub", "edge_transaction", "global")
    parts = [
        part(replicated, found.messages("in", 2 * KB), "publishes of 2 KB"),
        part(edge, found.messages("out", 2 * KB), "deliveries of 2 KB"),
    ]
    return offer("PubNub", "low", parts, "by transactions; most accounts are sold by monthly active users")


def cloudflare(found: Traffic, prices: Prices) -> Offer:
    name, objects = "Cloudflare Durable Objects", (found.workload.connections / 1000).to_integral_value(ROUND_CEILING)
    requests = found.messages("in", Decimal(10**9)) / 20 + found.workload.connects
    awake = objects * found.workload.active_seconds / 8
    parts = [
        part(prices.find(name, "workers_paid_minimum", "global"), Decimal(1), "plan"),
        part(prices.find(name, "requests", "global"), requests, "requests, 20 incoming messages each"),
        part(prices.find(name, "duration", "global"), awake, "GB-seconds"),
    ]
    return offer(
        name, "medium", parts, f"{plain(objects)} objects of 1,000 connections, never asleep: asleep they are free"
    )


OFFERS: dict[str, Callable[[Traffic, Prices], Offer]] = {
    "AppSync Events": appsync,
    "IoT Core": iot_core,
    "Azure Web PubSub": azure,
    "Ably": ably,
    "Pusher Channels": pusher,
    "PubNub": pubnub,
    "Cloudflare Durable Objects": cloudflare,
}


def offers(found: Traffic, prices: Prices) -> list[Offer]:
    """Each service's; one that has no price in the region is there without an amount."""
    return [asked(name, ask, found, prices) for name, ask in OFFERS.items()]


def asked(name: str, ask: Callable[[Traffic, Prices], Offer], found: Traffic, prices: Prices) -> Offer:
    try:
        return ask(found, prices)
    except PriceMissing as exc:
        return Offer(name, None, "none", note=str(exc).partition(";")[0])
