"""A Socket.IO-style server of your own on AWS: nodes, a load balancer and Redis between them, with the sizing.

The sizing is an assumption: a node of 2 vCPU and 4 GB holds 10,000 connections and passes 10,000 messages a second.
Operating it, its deployments and its nights are in no figure here.
"""

from decimal import ROUND_CEILING, Decimal

from longwire_infra.offers import Offer, Part, Traffic, egress, offer, part
from longwire_infra.prices import Prices
from longwire_infra.workload import plain

__all__ = ["AVAILABILITIES", "self_hosted_ec2", "self_hosted_fargate"]

AVAILABILITIES = ("two-zones", "single")
NODE_CONNECTIONS, NODE_MESSAGES = Decimal(10_000), Decimal(10_000)
# "An LCU is 25 new connections a second, 3,000 active a minute, 1 GB an hour", whichever is most.
LCU_NEW, LCU_ACTIVE = Decimal(25), Decimal(3_000)


def nodes(found: Traffic, availability: str) -> tuple[Decimal, str]:
    """In two zones one more than the load needs, and two at least."""
    each = Decimal(10**9)
    rate = found.both(each) / found.workload.active_seconds
    held, passed = found.workload.connections / NODE_CONNECTIONS, rate / NODE_MESSAGES
    needed = max(Decimal(1), max(held, passed).to_integral_value(ROUND_CEILING))
    spare = Decimal(0 if availability == "single" else 1)
    why = f"{plain(needed)} for {plain(found.workload.connections)} connections and {plain(rate)} messages/s"
    return needed + spare, f"{why}{', 1 to spare' if spare else ''}"


def balancer(found: Traffic, prices: Prices) -> list[Part]:
    region, hours = found.workload.terms.region, found.workload.terms.month.hours
    active_hours = found.workload.active_seconds / 3600
    carried = sum((flow.bytes for flow in found.flows), Decimal(0)) / Decimal(10**9) / active_hours
    new = found.workload.connects / found.workload.active_seconds / LCU_NEW
    units = max(found.workload.connections / LCU_ACTIVE, carried, new)
    return [
        part(prices.find("AWSELB", "alb_hour", region), hours, "load balancer hours"),
        part(
            prices.find("AWSELB", "alb_lcu_hour", region),
            units * active_hours,
            f"LCU-hours, {plain(units)} at once",
        ),
    ]


def store(found: Traffic, prices: Prices, availability: str) -> list[Part]:
    count = Decimal(1 if availability == "single" else 2)
    price = prices.find("AmazonElastiCache", "cache.t4g.small_redis_ondemand", found.workload.terms.region)
    return [part(price, count * found.workload.terms.month.hours, f"{plain(count)} x cache.t4g.small, node-hours")]


def self_hosted_ec2(found: Traffic, prices: Prices, availability: str) -> Offer:
    count, why = nodes(found, availability)
    price = prices.find("AmazonEC2", "c7g.large_ondemand_linux", found.workload.terms.region)
    machines = part(price, count * found.workload.terms.month.hours, f"{plain(count)} x c7g.large ({why}), hours")
    return complete("Self-hosted on EC2", [machines], found, prices, availability)


def self_hosted_fargate(found: Traffic, prices: Prices, availability: str) -> Offer:
    (count, why), region = nodes(found, availability), found.workload.terms.region
    hours = count * found.workload.terms.month.hours
    tasks = [
        part(
            prices.find("AmazonECS", "fargate_vcpu_hour_arm64", region),
            hours * 2,
            f"{plain(count)} tasks of 2 vCPU and 4 GB ({why}), vCPU-hours",
        ),
        part(prices.find("AmazonECS", "fargate_gb_hour_arm64", region), hours * 4, "GB-hours"),
    ]
    return complete("Self-hosted on Fargate", tasks, found, prices, availability)


def complete(name: str, machines: list[Part], found: Traffic, prices: Prices, availability: str) -> Offer:
    rest = [*balancer(found, prices), *store(found, prices, availability), *egress(found, prices)]
    note = (
        f"{availability.replace('-', ' ')}; 10,000 connections and 10,000 messages/s a node are assumed; no operations"
    )
    return offer(name, "medium", [*machines, *rest], note)
