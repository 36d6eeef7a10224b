from decimal import Decimal

import pytest

from longwire_infra.bill_json import amount, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("21044", "21044.0000"),
        ("0", "0.0000"),
        ("1E+3", "1000.0000"),
        ("0.00000625", "0.00000625"),
        ("-1.5", "-1.5000"),
    ],
)
def test_an_amount_has_four_places_at_least_and_no_exponent(value: str, text: str) -> None:
    assert amount(Decimal(value)) == text


def test_a_number_has_ten_places_at_most() -> None:
    assert number(Decimal(1) / 3) == "0.3333333333"
    assert number(None) is None
