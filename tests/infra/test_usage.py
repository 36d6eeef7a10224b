import doctest
import json
from dataclasses import FrozenInstanceError
from decimal import Decimal
from pathlib import Path

import pytest

from longwire_infra.errors import RecordError
from longwire_infra.usage import Usage

MINUTE = Decimal(60)
README = Path(__file__).parents[2] / "infra" / "README.md"
MONTH = Decimal(30 * 24 * 3600)


def test_a_quantity_that_nobody_counted_is_unknown_and_not_zero() -> None:
    usage = Usage(period_seconds=MINUTE, websocket_messages=Decimal(0))

    assert usage.quantities()["websocket_messages"] == 0
    assert {value for name, value in usage.quantities().items() if name != "websocket_messages"} == {None}


def test_json_is_plain_decimal_strings_and_null() -> None:
    written = json.loads(json.dumps(Usage(period_seconds=Decimal("6E1"), connection_minutes=Decimal("1E-8")).to_json()))

    assert written["period_seconds"] == "60"
    assert written["connection_minutes"] == "0.00000001"
    assert written["lambda_requests"] is None


def test_a_record_comes_back_from_json_as_it_was() -> None:
    usage = Usage(period_seconds=MONTH, websocket_messages=Decimal("0.1"), lambda_arm_gb_seconds=Decimal(7))

    assert Usage.from_json(usage.to_json()) == usage


def test_a_zero_is_written_as_one_digit_whatever_it_came_from() -> None:
    usage = Usage(period_seconds=MINUTE, lambda_requests=Decimal("-0E-50"))

    assert usage.to_json()["lambda_requests"] == "0"


def test_a_missing_quantity_is_unknown_so_that_older_files_stay_readable() -> None:
    assert Usage.from_json({"period_seconds": 60, "lambda_requests": 3}) == Usage(
        period_seconds=MINUTE, lambda_requests=Decimal(3)
    )


def test_an_unknown_key_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RecordError, match=r"^websocket_mesages: .*did you mean websocket_messages\?$") as caught:
        Usage.from_json({"period_seconds": "60", "websocket_mesages": "1"})

    assert caught.value.field == "websocket_mesages"


def test_an_unknown_key_like_no_other_is_refused_with_all_names() -> None:
    with pytest.raises(
        RecordError, match=r"^x: .*it has period_seconds, websocket_messages, .*data_transfer_out_bytes$"
    ):
        Usage.from_json({"period_seconds": "60", "x": "1"})


@pytest.mark.parametrize("record", [{}, {"period_seconds": None}])
def test_a_record_without_a_period_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(RecordError, match=r"^period_seconds: is missing"):
        Usage.from_json(record)


@pytest.mark.parametrize("value", ["", "many", "1,5", 1.5, True, [], {}])
def test_what_is_not_an_exact_number_is_refused(value: object) -> None:
    with pytest.raises(RecordError, match=r"^lambda_requests: .*is not a number"):
        Usage.from_json({"period_seconds": "60", "lambda_requests": value})


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "-1"])
def test_a_quantity_that_cannot_be_is_refused(value: str) -> None:
    with pytest.raises(RecordError, match=r"^lambda_requests: .*is not a finite number of 0 or more"):
        Usage(period_seconds=MINUTE, lambda_requests=Decimal(value))


@pytest.mark.parametrize("value", ["1E31", "1E-61", "9E999999"])
def test_an_absurd_quantity_is_refused(value: str) -> None:
    with pytest.raises(RecordError, match=r"^lambda_requests: .*no quantity that an account can use"):
        Usage(period_seconds=MINUTE, lambda_requests=Decimal(value))


@pytest.mark.parametrize("period", ["0", "-1", "NaN"])
def test_a_period_is_longer_than_nothing(period: str) -> None:
    with pytest.raises(RecordError, match=r"^period_seconds: "):
        Usage(period_seconds=Decimal(period))


def test_parts_of_one_period_add_up_and_unknown_stays_unknown() -> None:
    chat = Usage(period_seconds=MINUTE, websocket_messages=Decimal("1.5"), lambda_requests=Decimal(1))
    presence = Usage(period_seconds=MINUTE, websocket_messages=Decimal(2))

    assert chat + presence == Usage(period_seconds=MINUTE, websocket_messages=Decimal("3.5"))


def test_different_periods_do_not_add_up() -> None:
    with pytest.raises(RecordError, match=r"cannot add 60 s and 2592000 s"):
        Usage(period_seconds=MINUTE) + Usage(period_seconds=MONTH)


def test_scaling_multiplies_what_is_known_in_the_same_period() -> None:
    usage = Usage(period_seconds=MINUTE, websocket_messages=Decimal(3))

    assert usage.scaled(Decimal("2.5")) == Usage(period_seconds=MINUTE, websocket_messages=Decimal("7.5"))


def test_a_run_of_a_minute_becomes_a_month_at_the_same_rates() -> None:
    usage = Usage(period_seconds=MINUTE, websocket_messages=Decimal(3))

    assert usage.over(MONTH) == Usage(period_seconds=MONTH, websocket_messages=Decimal(129_600))


def test_a_record_cannot_be_changed() -> None:
    usage = Usage(period_seconds=MINUTE)

    with pytest.raises(FrozenInstanceError):
        usage.period_seconds = MONTH  # type: ignore[misc]  # the assignment that must fail


def test_the_readmes_example_is_true() -> None:
    result = doctest.testfile(str(README), module_relative=False)

    assert (result.attempted, result.failed) == (4, 0)


def test_what_came_after_an_earlier_record_is_their_difference() -> None:
    before = Usage(period_seconds=Decimal(10), websocket_messages=Decimal(3), lambda_requests=None)
    now = Usage(period_seconds=Decimal(12), websocket_messages=Decimal(8), lambda_requests=Decimal(5))
    later = now.since(before)
    assert (later.period_seconds, later.websocket_messages) == (Decimal(2), Decimal(5))
    assert later.lambda_requests is None
    assert now.since(now).period_seconds > 0
