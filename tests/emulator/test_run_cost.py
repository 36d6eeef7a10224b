from decimal import Decimal

import pytest

from longwire.run_cost import run_cost
from longwire_infra.errors import PriceMissing
from longwire_infra.usage import Usage

RUN = Usage(period_seconds=Decimal(60), websocket_messages=Decimal(1000), connection_minutes=Decimal(4))


def test_a_run_is_priced_in_its_region() -> None:
    assert run_cost(RUN, "us-east-1").total == Decimal("0.001001")
    assert run_cost(RUN, "eu-central-1").total == Decimal("0.00114114")


def test_a_region_without_prices_is_refused() -> None:
    with pytest.raises(PriceMissing):
        run_cost(RUN, "ap-east-2")
