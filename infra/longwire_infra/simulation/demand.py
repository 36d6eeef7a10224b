"""What a workload asks for in a second, of one connection."""

from collections.abc import Iterable
from dataclasses import dataclass

from longwire_infra.workload import Source, Workload

__all__ = ["Broadcast", "Demand", "demand_of"]

BIG = 100  # receivers from which on a message is followed by itself


@dataclass(frozen=True, slots=True)
class Broadcast:
    """``rate`` a second, of one connection or of all together; ``receivers`` None is everybody."""

    name: str
    rate: float
    each: bool
    receivers: float | None


@dataclass(frozen=True, slots=True)
class Demand:
    """``messages`` in, ``heartbeats`` in and ``posts`` out are a second and connection. ``life`` is in seconds.

    Replies and pongs are route responses, which are no requests. ``sent`` and ``posted`` are a second for all.
    """

    connections: int
    life: float
    messages: float = 0.0
    sent: float = 0.0
    posts: float = 0.0
    posted: float = 0.0
    heartbeats: float = 0.0
    broadcasts: tuple[Broadcast, ...] = ()


def demand_of(workload: Workload, longest: float) -> Demand:
    """In its active hours; ``longest`` seconds is what API Gateway leaves a connection."""
    life = longest if workload.lifetime is None else min(longest, float(workload.lifetime))
    beat = workload.heartbeat
    small = [source for source in workload.sources if not is_big(source, workload)]
    return Demand(
        int(workload.connections),
        life,
        messages=total(source for source in workload.sources if source.each and source.direction == "in"),
        sent=total(source for source in workload.sources if not source.each and source.direction == "in"),
        posts=sum(rate(source) * receivers(source) for source in small if source.each),
        posted=sum(rate(source) * receivers(source) for source in small if not source.each),
        heartbeats=0.0 if beat is None or beat.kind == "ping" else 1 / float(beat.seconds),
        broadcasts=tuple(
            Broadcast(source.name, rate(source), source.each, None if source.fan_out is None else float(source.fan_out))
            for source in workload.sources
            if is_big(source, workload)
        ),
    )


def total(sources: Iterable[Source]) -> float:
    return sum(rate(source) for source in sources)


def rate(source: Source) -> float:
    return float(source.rate) / (86_400 if source.daily else 1)


def receivers(source: Source) -> float:
    """Posts for one message; a message out that fans out to nobody is one post."""
    spread = float(source.fan_out or 0)
    return spread or (1.0 if source.direction == "out" else 0.0)


def is_big(source: Source, workload: Workload) -> bool:
    many = workload.connections if source.fan_out is None else source.fan_out
    return many >= BIG
