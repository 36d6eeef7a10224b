from decimal import Decimal

import pytest

from longwire_infra.errors import WorkloadError
from longwire_infra.terms import ASSUMPTIONS, Terms, assumed, free_tier, month


@pytest.mark.parametrize(("text", "hours"), [("30d", 720), ("31d", 744), ("730h", 730), ("28d", 672)])
def test_a_month_is_days_or_hours(text: str, hours: int) -> None:
    assert month(text).hours == hours


@pytest.mark.parametrize("text", ["", "30", "1d", "745h", "30.5d", "-30d", "30 days", "1e3d"])
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(WorkloadError, match="is no month"):
        month(text)


def test_the_first_choice_is_assumed_unless_another_is_named() -> None:
    terms = Terms(assumptions=dict([assumed("gb_bytes", "1073741824")]))

    assert terms.gb == 2**30
    assert Terms().gb == 10**9
    assert terms.all_assumptions().keys() == ASSUMPTIONS.keys()


def test_free_tiers() -> None:
    assert free_tier("none") == ("none", Decimal(0))
    assert free_tier("credits=100.50") == ("credits", Decimal("100.50"))
    with pytest.raises(WorkloadError, match="says no amount in USD"):
        free_tier("credits=nan")
