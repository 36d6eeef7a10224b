from decimal import Decimal

from longwire_infra.calculation import described
from longwire_infra.offers import traffic
from longwire_infra.prices import shipped
from longwire_infra.self_hosted import self_hosted_ec2, self_hosted_fargate

TEN_THOUSAND = {"connections": "10000", "messages_per_second": "1", "message_bytes": "200", "month": "730h"}
FOUND = traffic(described(None, TEN_THOUSAND, ()))


def test_two_nodes_a_balancer_and_its_capacity_units() -> None:
    offer = self_hosted_ec2(FOUND, shipped(), "two-zones")

    node, hours, units, store = (part.usd for part in offer.parts)
    assert node == Decimal("105.85")  # 2 x $0.0725 x 730
    assert round(hours, 2) == Decimal("16.42")
    assert round(units, 2) == Decimal("42.05")  # 7.2 GB an hour are more than 10,000 / 3,000
    assert store == Decimal("46.72")


def test_a_single_node_has_no_spare() -> None:
    one, two = (self_hosted_fargate(FOUND, shipped(), way) for way in ("single", "two-zones"))

    assert one.usd is not None
    assert two.usd is not None
    assert one.parts[0].usd * 2 == two.parts[0].usd
    assert "1 for 10,000 connections and 10,000 messages/s" in one.parts[0].text
