from decimal import Decimal

from longwire_infra.calculation import described
from longwire_infra.comparison import api_gateway, compared, regions
from longwire_infra.prices import shipped
from workloads import cost, cost_json

FLAGS = {"connections": "10000", "messages_per_second": "1", "message_bytes": "200", "region": "eu-central-1"}
WORKLOAD = described(None, FLAGS, ())


def test_offers_are_sorted_and_what_cannot_be_had_is_last() -> None:
    found = [offer.usd for offer in compared(WORKLOAD, shipped(), "two-zones")]
    priced = [usd for usd in found if usd is not None]

    assert priced == sorted(priced)
    assert found[: len(priced)] == priced


def test_the_cheapest_region_is_beside_ours() -> None:
    names = [offer.name for offer in compared(WORKLOAD, shipped(), "two-zones")]

    assert "API Gateway, eu-central-1" in names
    assert any(name.startswith("API Gateway, ") and name != "API Gateway, eu-central-1" for name in names)
    assert len(regions(WORKLOAD, shipped())) > 20


def test_ours_is_the_bill() -> None:
    assert api_gateway(WORKLOAD, shipped()).usd == Decimal(1140) + Decimal(24920) * Decimal("0.94") + Decimal("123.12")


def test_the_command_compares() -> None:
    flags = ("--connections", 10000, "--messages-per-second", 1, "--message-bytes", 200, "--compare")
    found = cost_json(*flags)
    text = cost(*flags).stdout

    assert {"comparison", "break_even", "verdict"} <= set(found)
    assert "Self-hosted on EC2" in text
    assert "Socket.IO-style servers of your own: $208.15" in " ".join(text.split())
