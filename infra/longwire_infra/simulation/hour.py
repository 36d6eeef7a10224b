"""The simulation: step after step, with quotas between clients and what they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from longwire_infra.simulation.backoff import Backoff
from longwire_infra.simulation.bucket import Bucket
from longwire_infra.simulation.demand import Demand
from longwire_infra.simulation.fleet import STEP, Fleet
from longwire_infra.simulation.limits import Limits
from longwire_infra.simulation.outcome import Outcome, Sample
from longwire_infra.simulation.traffic import Traffic

__all__ = ["Herd", "simulate"]


@dataclass(frozen=True, slots=True)
class Herd:
    """At ``at`` seconds this ``share`` of the clients (0 to 1) is cut off at once."""

    at: float
    share: float = 1.0


def simulate(
    demand: Demand, limits: Limits, rule: Backoff, herds: Sequence[Herd], seconds: float, seed: int
) -> Outcome:  # fmt: skip
    """The same arguments make the same outcome. Time is virtual: an hour of 100,000 clients takes seconds."""
    fleet = Fleet(demand.connections, min(demand.life, limits.connection_seconds), rule, Random(seed))  # noqa: S311 - clients that wait, not secrets
    handshakes = Bucket(limits.new_connections_rate, limits.new_connections_burst)
    requests = Bucket(limits.requests_rate, limits.requests_burst)
    traffic = Traffic(demand, limits, requests)
    cuts = {round(herd.at / STEP): herd.share for herd in herds}
    samples: list[Sample] = []
    most_lambda = 0.0
    for step in range(round(seconds / STEP)):
        handshakes.pass_time(STEP)
        requests.pass_time(STEP)
        fleet.expire(step)
        if step in cuts:
            fleet.cut_share(step, cuts[step])
        asking = fleet.asking(step)
        granted = int(min(asking, handshakes.tokens, requests.tokens))
        handshakes.take(granted)
        requests.take(granted)
        fleet.connect(step, granted)
        before = traffic.messages
        traffic.pass_step(step, fleet.connected, granted)
        busy = granted * limits.connect_ms + (traffic.messages - before) * limits.handler_ms
        most_lambda = max(most_lambda, busy / 1000 / STEP)
        if step % 100 == 0:
            samples.append(Sample(round(step * STEP), fleet.connected, fleet.waiting, round(traffic.waiting)))
    return Outcome.of(rule.name, seconds, fleet, traffic, most_lambda, samples)
