from decimal import Decimal

import pytest

from longwire_infra.errors import WorkloadError
from longwire_infra.written import Number, Written

ALLOWED = Number(100, whole=True, least=2)


def test_a_number_stays_as_it_was_written() -> None:
    assert Written("0.1", "rate", "--rate").number(Number(1)) == Decimal("0.1")
    assert Written("0", "rate", "--rate").number(Number(1, zero=True)) == 0


@pytest.mark.parametrize("text", ["1", "101", "2.5", "-2", "0", "inf", "-nan", "", "2 s", "1,000", "1e-20", "9" * 41])
def test_what_is_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(WorkloadError, match="--count"):
        Written(text, "count", "--count").number(ALLOWED)
