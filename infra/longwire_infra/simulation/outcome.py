"""What a simulation found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from longwire_infra.simulation.fleet import STEP, Fleet
from longwire_infra.simulation.traffic import Traffic

__all__ = ["Outcome", "Sample"]


@dataclass(frozen=True, slots=True)
class Sample:
    """At ``t`` seconds: clients that are connected, clients that wait to try again, posts that wait."""

    t: int
    connected: int
    waiting: int
    posts_waiting: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Times are seconds, rates a second; None where there was nothing to time.

    ``back_*``: from being cut off to being connected again. ``post_*``: from a post's becoming due to its being made.
    """

    rule: str
    seconds: float
    connected: int
    waiting: int
    gave_up: int
    attempts: int
    refused: int
    peak_attempts: float
    back_p50: float | None
    back_p99: float | None
    back_last: float | None
    messages: int
    messages_throttled: int
    posts: int
    posts_waiting: int
    most_posts_waiting: int
    post_p50: float | None
    post_p99: float | None
    broadcasts: int
    broadcast_p50: float | None
    broadcast_last: float | None
    peak_requests: float
    peak_lambda: float
    samples: Sequence[Sample] = ()

    @classmethod
    def of(
        cls, rule: str, seconds: float, fleet: Fleet, traffic: Traffic, most_lambda: float, samples: Sequence[Sample]
    ) -> "Outcome":  # fmt: skip
        return cls(
            rule=rule,
            seconds=seconds,
            connected=fleet.connected,
            waiting=fleet.waiting,
            gave_up=fleet.gave_up,
            attempts=fleet.attempts,
            refused=fleet.refused,
            peak_attempts=round(fleet.peak / STEP),
            back_p50=fleet.back.seconds(0.5),
            back_p99=fleet.back.seconds(0.99),
            back_last=fleet.back.seconds(1.0),
            messages=round(traffic.messages),
            messages_throttled=round(traffic.throttled),
            posts=round(traffic.posts),
            posts_waiting=round(traffic.waiting),
            most_posts_waiting=round(traffic.most_waiting),
            post_p50=traffic.latency.seconds(0.5),
            post_p99=traffic.latency.seconds(0.99),
            broadcasts=traffic.broadcasts.total,
            broadcast_p50=traffic.broadcasts.seconds(0.5),
            broadcast_last=traffic.broadcasts.seconds(1.0),
            peak_requests=round(traffic.peak),
            peak_lambda=round(most_lambda, 1),
            samples=tuple(samples),
        )

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "samples": [asdict(sample) for sample in self.samples]}
