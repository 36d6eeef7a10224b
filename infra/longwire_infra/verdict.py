"""Which way to go, in a few sentences, each with the figure that it rests on."""

from collections.abc import Sequence
from decimal import Decimal

from longwire_infra.offers import Offer, traffic
from longwire_infra.workload import MAX_MESSAGE, Workload, plain

__all__ = ["verdict"]

NEAR = Decimal("1.5")  # a difference that the work of changing eats up


def verdict(workload: Workload, offers: Sequence[Offer]) -> list[str]:
    """One sentence each for API Gateway, servers of your own, a managed service, and SSE."""
    here = amount(offers, "API Gateway, " + workload.terms.region)
    own = least(offers, "Self-hosted")
    managed = cheapest([one for one in offers if not one.name.startswith(("API Gateway", "Self-hosted"))])
    return [raw(here, own), servers(here, own), service(here, managed), events(workload)]


def amount(offers: Sequence[Offer], name: str) -> Decimal:
    return next((one.usd for one in offers if one.name == name and one.usd is not None), Decimal(0))


def cheapest(offers: Sequence[Offer]) -> Offer | None:
    priced = [one for one in offers if one.usd is not None]
    return min(priced, key=lambda one: one.usd or Decimal(0)) if priced else None


def least(offers: Sequence[Offer], start: str) -> Offer | None:
    return cheapest([one for one in offers if one.name.startswith(start)])


def raw(here: Decimal, own: Offer | None) -> str:
    text = f"Raw WebSockets on API Gateway: ${here:,.2f} a month, nothing to run, nothing to pay while nobody is there."
    if own is not None and own.usd and here > own.usd * NEAR:
        return f"{text} At this traffic you pay for messages: {here / own.usd:.1f} times what the servers cost."
    return f"{text} Servers of your own would save too little to pay for the work."


def servers(here: Decimal, own: Offer | None) -> str:
    if own is None or own.usd is None:
        return "Socket.IO-style servers of your own: no prices for this region."
    better = "worth a look" if here > own.usd * NEAR else "not for the price"
    return (
        f"Socket.IO-style servers of your own: ${own.usd:,.2f} a month and somebody who runs them; {better}. "
        "They bring rooms and fallbacks, and a protocol that only their clients speak."
    )


def service(here: Decimal, managed: Offer | None) -> str:
    if managed is None or managed.usd is None:
        return "A managed service: none here has a price for this workload."
    relation = "less than" if managed.usd < here else "more than"
    price = f"{managed.name} at ${managed.usd:,.2f}, {relation} API Gateway ({managed.confidence} confidence)"
    return f"A managed service: {price}. {managed.note[:1].upper()}{managed.note[1:]}."


def events(workload: Workload) -> str:
    found = traffic(workload)
    incoming = found.messages("in", Decimal(MAX_MESSAGE))
    if not incoming:
        return (
            "Server-sent events: nothing comes in, so they do; they need a server that streams, such as one on Fargate."
        )
    total = incoming + found.messages("out", Decimal(MAX_MESSAGE))
    share = incoming / total * 100
    if share < 5:
        return f"Server-sent events: {plain(round(share, 1))}% of the messages come in; plain requests can carry these."
    return f"Server-sent events: no, {plain(round(share, 1))}% of the messages come in."
