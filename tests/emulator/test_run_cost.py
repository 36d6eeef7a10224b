from decimal import Decimal

import pytest

from longwire.run_cost import cost_so_far, run_cost
from longwire_infra.errors import PriceMissing
from longwire_infra.usage import Usage

RUN = Usage(period_seconds=Decimal(60), websocket_messages=Decimal(1000), connection_minutes=Decimal(4))


def test_a_run_is_priced_in_its_region() -> None:
    assert run_cost(RUN, "us-east-1").total == Decimal("0.001001")
    assert run_cost(RUN, "eu-central-1").total == Decimal("0.00114114")


def test_a_region_without_prices_is_refused() -> None:
    with pytest.raises(PriceMissing):
        run_cost(RUN, "ap-east-2")


def test_the_cost_so_far_has_its_lines_and_a_month_at_these_rates() -> None:
    cost = cost_so_far(RUN, "us-east-1")
    lines, month = ({line["id"]: line for line in bill["lines"]} for bill in (cost, cost["projection"]))
    assert lines["websocket_messages"] == {
        "id": "websocket_messages",
        "group": "messages",
        "formula": "1,000 messages of 32 KB: 1,000 x $0.000001",
        "quantity": "1000",
        "unit": "messages of 32 KB",
        "usd": "0.0010",
    }
    # 43,200 such minutes: 172,800 connection minutes and 43.2 million messages.
    assert (month["connection_minutes"]["quantity"], month["connection_minutes"]["usd"]) == ("172800", "0.0432")
    assert (cost["total"], cost["projection"]["total"]) == ("0.001001", "43.2432")
    assert (cost["period_seconds"], cost["projection"]["month"], cost["error"]) == ("60", "30d", None)


def test_what_is_not_counted_is_null_in_the_run_and_in_the_month() -> None:
    cost = cost_so_far(RUN, "us-east-1")
    for bill in (cost, cost["projection"]):
        (line,) = [line for line in bill["lines"] if line["id"] == "lambda_requests"]
        assert (line["quantity"], line["usd"]) == (None, None)
        assert line["formula"] == "depends on usage: $0.2 per million invocations"
        assert "lambda_requests" in bill["unknown"]


def test_the_month_goes_through_the_tiers() -> None:
    busy = Usage(period_seconds=Decimal(1), websocket_messages=Decimal(1000))
    month = cost_so_far(busy, "us-east-1")["projection"]
    assert month["total"] == "2273.6000"  # 1e9 at $0.000001 and 1.592e9 at $0.0000008


def test_a_region_without_prices_has_no_bill_and_a_reason() -> None:
    cost = cost_so_far(RUN, "ap-east-2")
    assert (cost["lines"], cost["total"], cost["projection"]) == ([], None, None)
    assert cost["error"].startswith("there is no price of AmazonApiGateway")
