from decimal import Decimal

import pytest

from longwire_infra.break_even import VARIED, break_evens, solved
from longwire_infra.calculation import described
from longwire_infra.comparison import api_gateway, self_hosted
from longwire_infra.offers import traffic
from longwire_infra.prices import shipped

FLAGS = {"connections": "10000", "messages_per_second": "1", "message_bytes": "200", "heartbeat_seconds": "30"}
WORKLOAD = described(None, FLAGS, ())


def test_a_change_of_sign_is_found_exactly_and_none_is_none() -> None:
    assert solved(lambda x: x - 123, Decimal(1), Decimal(1000)) == pytest.approx(Decimal(123), rel=Decimal("1e-7"))
    assert solved(lambda x: x + 1, Decimal(1), Decimal(1000)) is None


def test_heartbeats_cost_as_much_as_the_minutes_at_480_seconds() -> None:
    last = break_evens(WORKLOAD, shipped(), "two-zones")[-1]

    assert last.value == pytest.approx(Decimal(480), rel=Decimal("1e-6"))


def test_on_either_side_of_a_point_another_is_cheaper() -> None:
    points = {point.parameter: point.value for point in break_evens(WORKLOAD, shipped(), "two-zones")[:-1]}
    assert set(points) == set(VARIED)
    value = points["connections"]
    assert value is not None

    def difference(connections: Decimal) -> Decimal:
        changed = VARIED["connections"][0](WORKLOAD, connections)
        own = self_hosted(traffic(changed), shipped(), "two-zones")[0].usd
        ours = api_gateway(changed, shipped()).usd
        assert own is not None
        assert ours is not None
        return ours - own

    assert difference(value * Decimal("0.999")) < 0 < difference(value * Decimal("1.001"))


def test_where_servers_have_no_price_there_is_no_point() -> None:
    point = break_evens(described(None, {**FLAGS, "region": "eu-north-1"}, ()), shipped(), "single")[0]

    assert point.value is None
    assert "no price of AWSELB" in point.text
