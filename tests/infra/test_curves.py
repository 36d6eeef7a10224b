from decimal import Decimal

from longwire_infra.calculation import described
from longwire_infra.curves import connection_curve, heartbeat_curve
from longwire_infra.prices import shipped

WORKLOAD = described(None, {"connections": "1000", "messages_per_second": "1", "message_bytes": "200"}, ())


def test_the_bill_grows_with_connections() -> None:
    found = connection_curve(WORKLOAD, shipped(), 11)

    assert (found.values[0], found.values[5], found.values[-1]) == (Decimal(100), Decimal(1000), Decimal(10_000))
    assert list(found.ours) == sorted(found.ours)
    assert found.ours[5] == Decimal("10.8") + 1000 + Decimal(1592000000) * Decimal("0.0000008")
    assert found.own is not None


def test_the_bill_falls_with_the_heartbeat_interval() -> None:
    found = heartbeat_curve(WORKLOAD, shipped(), 11)

    assert (found.values[0], found.values[-1]) == (Decimal(5), Decimal(600))
    assert list(found.ours) == sorted(found.ours, reverse=True)


def test_a_region_without_servers_prices_has_one_line() -> None:
    there = described(None, {"connections": "10", "region": "eu-north-1"}, ())

    assert connection_curve(there, shipped(), 3).own is None
