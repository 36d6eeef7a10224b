"""The contract of ``longwire cost`` and ``longwire prices``, checked from outside."""

import json
import subprocess
import sys
from decimal import Decimal

import pytest
from click.testing import CliRunner

from longwire.cli import main
from workloads import cost, cost_json, line, usd

TEN_THOUSAND = ("--connections", 10000, "--messages-per-second", 1, "--message-bytes", 200)


def test_ten_thousand_users_who_send_once_a_second() -> None:
    bill = cost_json(*TEN_THOUSAND, "--region", "us-east-1", "--month", "30d")

    assert (bill["currency"], bill["month_hours"]) == ("USD", "720")
    assert bill["totals"]["api_gateway"] == "21044.0000"
    assert line(bill, "websocket_messages")["usd"] == "20936.0000"
    assert line(bill, "connection_minutes")["usd"] == "108.0000"
    assert {"id", "group", "formula", "quantity", "unit", "usd"} <= set(bill["lines"][0])
    assert line(bill, "websocket_messages")["formula"] == (
        "messages (10,000 connections x 1/s x 2,592,000 s): 25,920,000,000 messages of 32 KB: "
        "1,000,000,000 x $0.000001 + 24,920,000,000 x $0.0000008"
    )


@pytest.mark.parametrize(
    ("options", "total"),
    [
        (("--month", "730h"), "21333.5000"),
        (("--replies-per-message", 1), "41780.0000"),
        (("--replies-per-message", 1, "--month", "730h"), "42357.5000"),
        (("--free-tier", "legacy-12-month"), "21043.0125"),
        (("--free-tier", "legacy-12-month", "--assume", "free_before_tiers=false"), "21042.8125"),
        (("--free-tier", "credits=200"), "20844.0000"),
        (("--free-tier", "credits=99999"), "0.0000"),
    ],
)
def test_what_api_gateway_takes_for_them(options: tuple[object, ...], total: str) -> None:
    assert cost_json(*TEN_THOUSAND, "--only", "api_gateway", *options)["total"] == total


def test_what_the_handler_takes_for_them() -> None:
    handler = ("--lambda-memory-mb", 128, "--lambda-duration-ms", 20, "--write-units-per-message", 0)
    bill = cost_json(*TEN_THOUSAND, *handler)

    assert usd(bill, "lambda_requests") == 5184 + Decimal("1.44")
    assert round(usd(bill, "lambda_arm_gb_seconds"), 2) == Decimal("864.24")
    assert bill["connects"] == "3600000"


def test_what_is_unknown_has_a_price_and_no_amount() -> None:
    bill = cost_json(*TEN_THOUSAND)

    assert line(bill, "lambda_requests")["usd"] is None
    assert line(bill, "lambda_requests")["formula"] == "depends on usage: $0.2 per million invocations"
    assert bill["totals"]["lambda"] is None
    assert "lambda_requests" in bill["unknown"]


def test_connections_by_rate_and_duration() -> None:
    assert cost_json("--connect-rate", 3, "--connection-seconds", 45)["connects"] == "7776000"
    assert cost("--connect-rate", 3, "--connection-seconds", 45, "--connections", 135).exit_code == 0


def test_every_second_message_of_a_fan_out_is_paid() -> None:
    bill = cost_json("--connections", 10, "--messages-per-second", 1, "--message-bytes", 100, "--fan-out", "all")

    assert line(bill, "websocket_messages")["quantity"] == str(10 * 11 * 2592000)
    assert line(bill, "data_transfer_out")["quantity"] == "25.92"


def test_a_heartbeat_and_its_answer_are_two_messages() -> None:
    bill = cost_json("--connections", 1, "--heartbeat-seconds", 20)

    assert line(bill, "websocket_messages")["quantity"] == "259200"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--connections", -1), "--connections: -1 must be more than 0"),
        (("--connections", 0), "--connections: 0 must be more than 0"),
        (("--connections", "NaN"), "--connections: NaN is not a finite number"),
        (("--connections", "1e30"), "--connections: 1e30 is above 1,000,000,000, the most that makes sense here"),
        (("--connections", "10k"), "--connections: '10k' has a unit; write the plain number"),
        (("--connections", "many"), "--connections: 'many' is not a number"),
        (("--connections", "1" * 50), "--connections: has too many digits"),
        (("--connections", 1, "--hours-per-day", 25), "--hours-per-day: 25 is above 24, the hours of a day"),
        (("--connections", 1, "--days", 31), "--days: 31 days are more than the month of 30d has"),
        (("--connections", 1, "--month", "3w"), "--month: '3w' is no month"),
        (("--connections", 1, "--month", "90d"), "--month: 90d is no month"),
        (("--connections", 1, "--region", "us-esat-1"), "no prices of us-esat-1; did you mean us-"),
        (("--connections", 1, "--region", "ap-east-2"), "AmazonApiGateway websocket_connection_minutes in ap-east-2"),
        (("--connections", 1, "--region", "ap-southeast-6"), "AmazonApiGateway websocket_messages in ap-southeast-6"),
        (("--connections", 1, "--only", "api_gatway"), "--only: api_gatway is no service of a bill; did you mean api"),
        (("--connections", 1, "--assume", "minute_runding=x"), "--assume: minute_runding is no assumption; did you"),
        (("--connections", 1, "--assume", "minute_rounding=floor"), "minute_rounding is ceil or exact, not 'floor'"),
        (("--connections", 1, "--free-tier", "legacy"), "--free-tier: 'legacy' is none; did you mean legacy-12"),
        (("--connections", 1, "--free-tier", "credits=-1"), "--free-tier: 'credits=-1' says no amount"),
        (("--connections", 1, "--messages-per-second", 1), "--messages-per-second: needs --message-bytes"),
        (("--connections", 1, "--fan-out", 1), "--fan-out: needs --messages-per-second"),
        (("--connections", 1, "--lambda-memory-mb", 64), "--lambda-memory-mb: 64 is below 128"),
        (("--connect-rate", 1), "--connect-rate: needs connection_seconds"),
        (("--connect-rate", 3, "--connection-seconds", 45, "--connections", 1), "1 contradicts connect_rate x connec"),
        ((*TEN_THOUSAND[:4], "--message-bytes", 131073), "131073 is above 131,072, the 128 KB of a WebSocket message"),
        ((*TEN_THOUSAND[:4], "--message-bytes", "0.5"), "--message-bytes: 0.5 must be a whole number"),
        ((), "connections: is missing"),
        (("nothing.yaml",), "nothing.yaml: file: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_exits_2(options: tuple[object, ...], message: str) -> None:
    result = cost(*options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_table_names_every_assumption() -> None:
    text = cost(*TEN_THOUSAND).stdout

    assert "$21,044.00" in text
    assert "minute_rounding = ceil" in text
    assert "depends on usage: $0.2 per million" in " ".join(text.split())


def test_csv_has_a_line_for_each_meter() -> None:
    lines = cost(*TEN_THOUSAND, "--csv", "--only", "api_gateway").stdout.splitlines()

    assert lines[0] == "id,group,quantity,unit,usd,formula,as_of,confidence"
    assert lines[-1] == "total,,,USD,21044.0000,,,"
    assert len(lines) == 4


def test_the_schema_is_json() -> None:
    assert "sources" in json.loads(cost("--schema").stdout)["properties"]


def prices(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["prices", *arguments])
    return result.exit_code, result.output


def test_prices_are_shown_with_source_and_date() -> None:
    code, text = prices("show", "--service", "AmazonApiGateway", "--region", "eu-central-1", "--json")

    found = {price["item"]: price for price in json.loads(text)}
    assert code == 0
    assert found["websocket_messages"]["tiers"][1] == {"from": "1000000000", "to": None, "usd": "0.00000094"}
    assert {"as_of", "source", "confidence"} <= set(found["websocket_messages"])
    assert "0.00000094" in prices("show", "--service", "AmazonApiGateway", "--region", "eu-central-1")[1]


@pytest.mark.parametrize("option", [("--service", "AmazonApiGatway"), ("--region", "eu-centrl-1")])
def test_an_unknown_service_or_region_of_prices_is_refused(option: tuple[str, str]) -> None:
    code, text = prices("show", *option)

    assert code == 2
    assert "did you mean" in text


def test_the_answer_waits_for_nothing_of_the_emulator() -> None:
    arguments = ["cost", *map(str, TEN_THOUSAND), "--json"]
    program = f"""
import sys
from longwire.cli import main
main({arguments!r}, standalone_mode=False)
heavy = {{"asyncio", "boto3", "botocore", "moto", "pydantic", "rich", "samtranslator", "uvloop", "websockets"}}
sys.exit(" ".join(sorted(heavy & set(sys.modules))) or None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)

    assert (done.stderr, done.returncode) == ("", 0)
