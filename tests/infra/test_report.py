from decimal import Decimal

import pytest

from longwire_infra.estimate import estimate
from longwire_infra.prices import shipped
from longwire_infra.report import bill_text, dollars
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        ("21044", "$21,044.00"),
        ("0", "$0.00"),
        ("0.00012", "$0.00012"),
        ("0.012", "$0.01"),
        ("0.00000000123", "$1.2e-9"),
    ],
)
def test_dollars_are_cents_unless_there_are_none(usd: str, text: str) -> None:
    assert dollars(Decimal(usd)) == text


def test_a_bill_of_a_run_says_how_long_it_was_and_what_is_not_in_it() -> None:
    usage = Usage(period_seconds=Decimal(60), connection_minutes=Decimal(3))
    text = bill_text(estimate(usage, shipped(), Terms(), only=["api_gateway"]), "2026-11-24")

    assert text.startswith("60 s in us-east-1")
    assert "without websocket messages" in text
    assert "$0.00000075" not in text
