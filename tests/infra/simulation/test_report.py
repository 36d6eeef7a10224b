"""A simulation as text."""

from longwire_infra.simulation.backoff import rule
from longwire_infra.simulation.demand import Broadcast, Demand
from longwire_infra.simulation.hour import Herd, simulate
from longwire_infra.simulation.limits import Limits
from longwire_infra.simulation.paper import findings, stage_of
from longwire_infra.simulation.report import simulation_text


def test_all_of_it_is_there() -> None:
    demand = Demand(5000, 7200, broadcasts=(Broadcast("b", 0.1, False, None),))
    herds = [Herd(5, 0.5)]
    outcomes = [simulate(demand, Limits(), rule(name), herds, 30, 1) for name in ("full", "fixed")]
    found = findings(demand, Limits())
    text = " ".join(simulation_text(demand, found, stage_of(demand, Limits()), outcomes, herds).split())
    for part in (
        "5,000 connections",
        "a broadcast takes",
        "50% cut off at 5 s",
        "full",
        "npm @azure/web-pubsub-client",
    ):
        assert part in text


def test_where_nobody_was_cut_off_nobody_comes_back() -> None:
    demand = Demand(1, 7200)
    outcome = simulate(demand, Limits(), rule("full"), [], 1, 1)
    assert "Back again" not in simulation_text(demand, [], "", [outcome], [])
