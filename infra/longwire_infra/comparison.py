"""One workload everywhere, cheapest first: API Gateway, services elsewhere, servers of your own."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from longwire_infra.errors import PriceMissing
from longwire_infra.estimate import Bill, estimate_workload
from longwire_infra.offers import Offer, Part, Traffic, asked, offers, traffic
from longwire_infra.prices import Prices
from longwire_infra.self_hosted import self_hosted_ec2, self_hosted_fargate
from longwire_infra.workload import Workload
from longwire_infra.workload_usage import counted

__all__ = ["api_gateway", "compared", "regions", "self_hosted"]


def api_gateway(workload: Workload, prices: Prices) -> Offer:
    """Messages, connection minutes and what is sent, with the workload's own heartbeats and terms."""
    bill: Bill = estimate_workload(counted(workload), prices, workload.terms, ["api_gateway", "data_transfer"])
    parts = tuple(Part(f"{line.meter.unit}: {line.walk}", line.usd) for line in bill.lines if line.usd)
    return Offer(f"API Gateway, {workload.terms.region}", bill.total, "high", parts)


def regions(workload: Workload, prices: Prices) -> list[Offer]:
    """API Gateway in every region that has all prices, cheapest first."""
    found = []
    for region in prices.regions():
        there = replace(workload, terms=replace(workload.terms, region=region))
        try:
            found.append(api_gateway(there, prices))
        except PriceMissing:
            continue  # nothing is guessed for it, so it is no offer
    return sorted(found, key=lambda one: (one.usd or Decimal(0), one.name))


def self_hosted(found: Traffic, prices: Prices, availability: str) -> list[Offer]:
    ways: dict[str, Callable[[Traffic, Prices, str], Offer]] = {
        "Self-hosted on EC2": self_hosted_ec2,
        "Self-hosted on Fargate": self_hosted_fargate,
    }
    return [
        asked(name, lambda one, table, way=way: way(one, table, availability), found, prices)  # type: ignore[misc]
        for name, way in ways.items()
    ]


def compared(workload: Workload, prices: Prices, availability: str) -> list[Offer]:
    """Sorted by amount; what cannot be had is last. Of the other regions the cheapest is there."""
    found = traffic(workload)
    here, everywhere = api_gateway(workload, prices), regions(workload, prices)
    other = [one for one in everywhere[:1] if (one.usd or 0) < (here.usd or 0)]
    together = [here, *other, *offers(found, prices), *self_hosted(found, prices, availability)]
    return sorted(together, key=lambda one: (one.usd is None, one.usd or Decimal(0), one.name))
