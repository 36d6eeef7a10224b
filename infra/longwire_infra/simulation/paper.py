"""The same without a simulation: what arithmetic says of a workload and AWS's quotas."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from longwire_infra.simulation.demand import Demand
from longwire_infra.simulation.limits import Limits

__all__ = ["Finding", "findings", "stage_of"]

PER_SHARD = 2_000  # subscribers: 130 bytes each are a read of 33 units, or 65 when it is consistent
INDEX_ITEM = 130  # bytes
READ_UNIT = 4_096  # bytes, read consistently
PUBLISHES = 500  # a second of one topic: two write units each (a transaction), 1,000 to a partition


@dataclass(frozen=True, slots=True)
class Finding:
    """``share`` is of the quota: above 1 it does not fit. None where there is no quota to hold it against."""

    question: str
    answer: str
    working: str
    share: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def findings(demand: Demand, limits: Limits) -> list[Finding]:
    return [
        *connecting(demand, limits),
        requests(demand, limits),
        *fan_out(demand, limits),
        *partitions(demand, limits),
        executions(demand, limits),
    ]


def connecting(demand: Demand, limits: Limits) -> Iterator[Finding]:
    everybody = max(0.0, demand.connections - limits.new_connections_burst) / limits.new_connections_rate
    yield Finding(
        "all connect at once",
        f"{everybody:,.0f} s at best",
        f"({demand.connections:,} - burst of {limits.new_connections_burst:,.0f}) "
        f"/ {limits.new_connections_rate:,.0f}/s",
    )
    steady = demand.connections / demand.life
    yield Finding(
        "reconnects without a reason of their own",
        f"{steady:,.1f}/s",
        f"{demand.connections:,} / {demand.life:,.0f} s that a connection lasts",
        steady / limits.new_connections_rate,
    )


def per_second(demand: Demand) -> float:
    """Requests: frames in and posts out, of which a broadcast has as many as it has receivers."""
    spread = 0.0
    for each in demand.broadcasts:
        receivers = demand.connections if each.receivers is None else min(each.receivers, demand.connections)
        spread += each.rate * (demand.connections if each.each else 1) * receivers
    each_second = demand.connections * (demand.messages + demand.heartbeats + demand.posts)
    return each_second + demand.sent + demand.posted + spread + demand.connections / demand.life


def requests(demand: Demand, limits: Limits) -> Finding:
    rate = per_second(demand)
    beats = demand.connections * demand.heartbeats
    return Finding(
        "requests of the account",
        f"{rate:,.0f}/s",
        f"frames, posts and handshakes; heartbeats are {beats:,.0f}/s of them",
        rate / limits.requests_rate,
    )


def fan_out(demand: Demand, limits: Limits) -> Iterator[Finding]:
    seconds = max(0.0, demand.connections - limits.requests_burst) / limits.requests_rate
    width = demand.connections * limits.post_ms / 1000 / limits.posts_in_flight
    yield Finding(
        "one message to everybody",
        f"{max(seconds, width):,.1f} s at best",
        f"({demand.connections:,} - burst of {limits.requests_burst:,.0f}) / {limits.requests_rate:,.0f}/s; "
        f"{limits.posts_in_flight:,.0f} posts of {limits.post_ms:g} ms side by side take {width:,.1f} s",
    )


def partitions(demand: Demand, limits: Limits) -> Iterator[Finding]:
    wanted = -(-demand.connections // PER_SHARD)
    shards = 1 << max(0, (wanted - 1).bit_length())
    units = -(-demand.connections * INDEX_ITEM // READ_UNIT)
    yield Finding(
        "a topic that everybody follows",
        f"{shards} shards",
        f"{demand.connections:,} / {PER_SHARD:,}, a power of two; one read of it is {units:,} units, "
        f"so one partition would give {limits.partition_reads / max(1, units):,.1f} a second",
    )
    joins = min(demand.connections, limits.new_connections_rate)
    yield Finding(
        "everybody joins it again",
        f"{joins:,.0f} writes/s",
        f"as fast as they connect; one shard takes {limits.partition_writes:,.0f}",
        joins / (limits.partition_writes * shards),
    )
    publishes = demand.connections * demand.messages + demand.sent
    yield Finding(
        "acknowledged messages of one topic",
        f"{PUBLISHES}/s",
        f"two write units each of one partition's {limits.partition_writes:,.0f}; all topics together are asked for "
        f"{publishes:,.0f}/s, so they have to be {max(1, -(-int(publishes) // PUBLISHES))} or more",
    )


def executions(demand: Demand, limits: Limits) -> Finding:
    messages = (demand.connections * demand.messages + demand.sent) * limits.handler_ms / 1000
    herd = limits.new_connections_rate * limits.connect_ms / 1000
    return Finding(
        "execution environments of Lambda",
        f"{messages + herd:,.0f}",
        f"{messages:,.0f} for messages of {limits.handler_ms:g} ms, {herd:,.0f} while clients connect at the quota",
        (messages + herd) / limits.lambda_concurrency,
    )


def stage_of(demand: Demand, limits: Limits) -> str:
    """In words: what fits an account as it is, what needs a higher quota, and when to leave."""
    share = per_second(demand) / limits.requests_rate
    if share <= 0.5:
        return "fits an account as it is, with room for a peak of twice as much"
    if share <= 1:
        return "fits an account as it is on average, and not its peaks: ask for a higher quota, or send less"
    if share <= 10:
        return (
            f"needs {share:.1f} times the account's requests: ask AWS for that, split it by topic over accounts or "
            "Regions, or send fewer messages (batches, a longer heartbeat, the newest value alone)"
        )
    return (
        f"needs {share:.0f} times the account's requests: leave API Gateway for AppSync Events, IoT Core or servers of "
        "your own; `longwire cost --compare` prices them"
    )
