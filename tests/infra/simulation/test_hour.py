"""The whole simulation."""

from longwire_infra.simulation.backoff import rule
from longwire_infra.simulation.demand import Demand
from longwire_infra.simulation.hour import Herd, simulate
from longwire_infra.simulation.limits import Limits

DEMAND = Demand(20_000, 7200, messages=0.01, heartbeats=1 / 30)


def test_the_same_seed_is_the_same_run() -> None:
    once, again, other = (
        simulate(DEMAND, Limits(), rule("full"), [Herd(10)], 120, seed).to_json() for seed in (1, 1, 2)
    )
    assert once == again
    assert once != other


def test_without_a_herd_only_the_two_hours_cut_clients_off() -> None:
    outcome = simulate(DEMAND, Limits(), rule("full"), [], 600, 1)
    assert 1500 < outcome.attempts < 1850  # 20,000 / 7,200 a second
    assert outcome.refused == 0
    assert outcome.connected + outcome.waiting == 20_000
    assert (outcome.back_last or 0) <= 1.0


def test_a_herd_is_let_in_at_the_quota_and_not_faster() -> None:
    outcome = simulate(DEMAND, Limits(), rule("fixed"), [Herd(10)], 300, 1)
    assert outcome.gave_up == 0
    # By hand: 5,000 at once, then 500 a second: the last of 20,000 after 30 s and a bit.
    assert 29 <= (outcome.back_last or 0) <= 33
    lowest = min(outcome.samples, key=lambda sample: sample.connected)
    assert lowest.waiting > 14_000


def test_jitter_asks_for_less_at_once() -> None:
    peaks = [simulate(DEMAND, Limits(), rule(name), [Herd(10)], 60, 1).peak_attempts for name in ("none", "full")]
    assert peaks[0] > 5 * peaks[1]


def test_spreading_over_minutes_is_never_refused() -> None:
    outcome = simulate(DEMAND, Limits(), rule("spread"), [Herd(10)], 400, 1)
    assert (outcome.refused, outcome.gave_up) == (0, 0)
