from datetime import date
from decimal import Decimal

import pytest

from longwire_infra.errors import PriceMissing
from longwire_infra.prices import TABLE, Prices, shipped


def test_every_entry_has_region_unit_tiers_date_source_and_confidence() -> None:
    found = list(shipped().chosen())

    assert len(found) > 1700
    for price in found:
        assert all((price.region, price.unit, price.as_of, price.confidence)), price
        assert len(price.source) > 3, price


def test_tiers_start_at_0_and_leave_no_gap() -> None:
    for price in shipped().chosen():
        assert price.tiers[0].start == 0, price
        assert price.tiers[-1].end is None, price
        assert [tier.end for tier in price.tiers[:-1]] == [tier.start for tier in price.tiers[1:]], price


def test_a_quantity_walks_through_its_tiers() -> None:
    price = shipped().find("AmazonApiGateway", "websocket_messages", "us-east-1")

    assert price.walk(Decimal(1_000_000_001)) == [
        (Decimal(1_000_000_000), Decimal("0.000001")),
        (Decimal(1), Decimal("0.0000008")),
    ]
    assert price.walk(Decimal(10), Decimal(999_999_995)) == [
        (Decimal(5), Decimal("0.000001")),
        (Decimal(5), Decimal("0.0000008")),
    ]
    assert price.walk(Decimal(0)) == []


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (("AmazonApiGateway", "websocket_messages", "eu-north-2"), "did you mean eu-north-1"),
        (("AmazonApiGateway", "websocket_mesages", "us-east-1"), "did you mean websocket_messages"),
        (("AmazonApiGatway", "websocket_messages", "us-east-1"), "did you mean AmazonApiGateway"),
    ],
)
def test_what_is_not_in_the_table_is_refused(key: tuple[str, str, str], message: str) -> None:
    with pytest.raises(PriceMissing, match=message):
        shipped().find(*key)


def test_a_table_older_than_180_days_is_warned_of() -> None:
    prices = Prices.load(TABLE)
    prices.generated = "2026-01-01"

    assert prices.warning(date(2026, 6, 30)) is None
    assert prices.warning(date(2026, 7, 1)) == (
        "the prices are of 2026-01-01, 181 days old; refresh them: longwire prices refresh"
    )
