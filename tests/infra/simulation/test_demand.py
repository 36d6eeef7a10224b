"""What a workload asks for in a second."""

from decimal import Decimal
from typing import Any

import pytest

from longwire_infra.simulation.demand import Broadcast, Demand, demand_of
from longwire_infra.terms import Terms
from longwire_infra.workload import Heartbeat, Source, Workload

SIZES = ((Decimal(100), Decimal(1)),)


def source(direction: str, rate: str, **fields: Any) -> Source:
    return Source(name="s", direction=direction, rate=Decimal(rate), sizes=SIZES, **fields)


def demand(*sources: Source, **fields: Any) -> Demand:
    return demand_of(Workload(connections=Decimal(1000), terms=Terms(), sources=sources, **fields), 7200.0)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (source("in", "0.5"), {"messages": 0.5}),
        (source("in", "0.5", fan_out=Decimal(3), replies=Decimal(1)), {"messages": 0.5, "posts": 1.5}),
        (source("in", "86400", daily=True), {"messages": 1.0}),
        (source("out", "2"), {"posts": 2.0}),
        (source("out", "2", each=False, fan_out=Decimal(5)), {"posted": 10.0}),
        (source("in", "2", each=False), {"sent": 2.0}),
        (source("in", "2", each=False, fan_out=None), {"sent": 2.0, "broadcasts": (Broadcast("s", 2.0, False, None),)}),
        (source("out", "1", fan_out=Decimal(200)), {"broadcasts": (Broadcast("s", 1.0, True, 200.0),)}),
    ],
)
def test_a_source(one: Source, expected: dict[str, Any]) -> None:
    assert demand(one) == Demand(1000, 7200.0, **expected)


def test_heartbeats_are_frames_in_and_pings_are_not() -> None:
    assert demand(heartbeat=Heartbeat(seconds=Decimal(20))).heartbeats == 0.05
    assert demand(heartbeat=Heartbeat(seconds=Decimal(20), kind="ping")).heartbeats == 0


def test_a_connection_lasts_as_long_as_its_client_or_two_hours() -> None:
    assert demand(lifetime=Decimal(60)).life == 60
    assert demand(lifetime=Decimal(100_000)).life == 7200
