"""AWS's answers, scripted through botocore's Stubber."""

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from longwire_infra.errors import PriceMissing
from longwire_infra.prices import TABLE, Prices
from longwire_infra.refresh import QUERIES, refreshed, write_table

if TYPE_CHECKING:
    from mypy_boto3_pricing import PricingClient

TODAY = "2027-01-01"
Tiers = list[tuple[str, str, str]]
TIERED: Tiers = [("0", "1000000000", "0.0000010000"), ("1000000000", "Inf", "0.0000008000")]
ANSWERS: dict[str, Tiers] = {
    "USE1-ApiGatewayMessage": TIERED,
    "USE1-ApiGatewayMinute": [("0", "Inf", "0.0000002500")],
    "Request": [("0", "Inf", "0.0000002000")],
    "Lambda-GB-Second": [("0", "Inf", "0.0000166667")],
    "Lambda-GB-Second-ARM": [("0", "Inf", "0.0000133334")],
    "WriteRequestUnits": [("0", "Inf", "0.0000006250")],
    "ReadRequestUnits": [("0", "Inf", "0.0000001250")],
}


def product(usagetype: str, tiers: Tiers) -> str:
    dimensions = {
        str(index): {"beginRange": start, "endRange": end, "pricePerUnit": {"USD": usd}}
        for index, (start, end, usd) in enumerate(tiers)
    }
    terms = {"OnDemand": {"SKU.TERM": {"priceDimensions": dimensions}}}
    return json.dumps({"product": {"attributes": {"usagetype": usagetype}}, "terms": terms})


def fits(usagetype: str, suffix: str) -> bool:
    return usagetype == suffix or usagetype.endswith(f"-{suffix}")


def refresh(answers: dict[str, Tiers], *, accept: bool = False) -> tuple[dict[str, Any], list[str]]:
    client: PricingClient = boto3.client(
        "pricing", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    table = json.loads(TABLE.read_text())
    with Stubber(client) as stub:
        for query in QUERIES:
            names = [name for name in answers if any(fits(name, suffix) for suffix in query.suffixes)]
            chosen = [product(name, answers[name]) for name in names]
            filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in query.filters]
            filters.append({"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"})
            stub.add_response("get_products", {"PriceList": chosen}, {"ServiceCode": query.service, "Filters": filters})
        return refreshed(client, table, ["us-east-1"], accept=accept, limit=Decimal(20), today=TODAY)


def test_answers_replace_prices_and_their_date(tmp_path: Path) -> None:
    table, changes = refresh(ANSWERS)
    write_table(tmp_path / "prices.json", table)
    prices = Prices.load(tmp_path / "prices.json")

    message = prices.find("AmazonApiGateway", "websocket_messages", "us-east-1")
    assert (message.as_of, message.source) == (TODAY, "AWS Price List API, GetProducts")
    assert [tier.usd for tier in message.tiers] == [Decimal("0.000001"), Decimal("0.0000008")]
    assert prices.find("AmazonApiGateway", "websocket_messages", "eu-west-1").as_of == "2025-10-20"
    # The scripted answer has one tier of duration where the table has three.
    assert [change.partition(" in ")[0] for change in changes] == ["AWSLambda duration_x86", "AWSLambda duration_arm64"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"USE1-ApiGatewayMinute": None}, "no product of websocket_connection_minutes"),
        ({"EU-ApiGatewayMessage": TIERED}, "two products are websocket_messages"),
        ({"USE1-ApiGatewayMinute": [("5", "Inf", "1")]}, "its tiers do not start at 0"),
        ({"USE1-ApiGatewayMinute": []}, "its tiers do not start at 0"),
        ({"USE1-ApiGatewayMinute": [("0", "5", "1"), ("6", "Inf", "1")]}, "its tiers leave a gap or overlap"),
        ({"USE1-ApiGatewayMinute": [("0", "5", "1")]}, "its tiers leave a gap or overlap"),
        ({"USE1-ApiGatewayMinute": [("0", "Inf", "free")]}, "a price that cannot be read"),
        ({"USE1-ApiGatewayMinute": [("0", "Inf", "0.00000031")]}, r"would become \$0.00000031, 24% another; --accept"),
    ],
)
def test_an_answer_that_is_not_understood_changes_nothing(change: dict[str, Tiers | None], message: str) -> None:
    answers = {name: tiers for name, tiers in {**ANSWERS, **change}.items() if tiers is not None}

    with pytest.raises(PriceMissing, match=message):
        refresh(answers)


def test_an_unknown_usagetype_is_refused() -> None:
    client = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_response("get_products", {"PriceList": [product("USE1-ApiGatewayNews", TIERED)]})
        with pytest.raises(PriceMissing, match="USE1-ApiGatewayNews is a usagetype that is not known"):
            refreshed(client, json.loads(TABLE.read_text()), ["us-east-1"], accept=True, limit=Decimal(20), today=TODAY)


def test_a_jump_is_taken_when_it_is_accepted() -> None:
    table, changes = refresh({**ANSWERS, "USE1-ApiGatewayMinute": [("0", "Inf", "0.0000005")]}, accept=True)

    assert any("$0.00000025 -> $0.0000005" in change for change in changes)
    assert table["generated"] == TODAY


def test_writing_an_unchanged_table_changes_no_byte(tmp_path: Path) -> None:
    write_table(tmp_path / "prices.json", json.loads(TABLE.read_text()))

    assert (tmp_path / "prices.json").read_text() == TABLE.read_text()
