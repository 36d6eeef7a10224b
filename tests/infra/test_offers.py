"""Other services' bills for 10,000 users who send once a second, as worked out on paper."""

from decimal import Decimal

import pytest

from longwire_infra.calculation import described
from longwire_infra.offers import OFFERS, offers, traffic
from longwire_infra.prices import shipped

TEN_THOUSAND = {"connections": "10000", "messages_per_second": "1", "message_bytes": "200"}
IDLE = {"connections": "100000"}


@pytest.mark.parametrize(
    ("flags", "name", "usd"),
    [
        (TEN_THOUSAND, "AppSync Events", "25954.56"),
        (TEN_THOUSAND, "IoT Core", "18878.56"),
        (TEN_THOUSAND, "Azure Web PubSub", "483"),
        (TEN_THOUSAND, "Ably", "65232"),
        # $5, 1,299,600,000 requests of which 1 M are free, 3,240,000 GB-s of which 400,000 are
        (TEN_THOUSAND, "Cloudflare Durable Objects", "235.29"),
        (IDLE, "IoT Core", "345.60"),
        (IDLE, "Azure Web PubSub", "4830"),
    ],
)
def test_a_services_bill(flags: dict[str, str], name: str, usd: str) -> None:
    found = traffic(described(None, flags, ()))

    assert OFFERS[name](found, shipped()).usd == Decimal(usd)


def test_where_no_plan_fits_it_says_so_and_the_cheapest_that_fits_is_taken() -> None:
    by_name = {offer.name: offer for offer in offers(traffic(described(None, TEN_THOUSAND, ())), shipped())}
    assert by_name["Pusher Channels"].usd is None
    assert "no plan has 864,000,000 messages a day" in by_name["Pusher Channels"].note

    small = traffic(described(None, {"connections": "400"}, ()))
    assert OFFERS["Pusher Channels"](small, shipped()).usd == 49


def test_heartbeats_are_not_needed_elsewhere() -> None:
    found = traffic(described(None, {"connections": "1", "heartbeat_seconds": "20"}, ()))

    assert found.flows == ()


def test_a_service_without_a_price_in_the_region_has_no_amount() -> None:
    by_name = {
        offer.name: offer for offer in offers(traffic(described(None, {**IDLE, "region": "eu-north-1"}, ())), shipped())
    }

    assert by_name["IoT Core"].usd is None
    assert by_name["IoT Core"].note == "there is no price of AWSIoT messages in eu-north-1"
