from decimal import Decimal
from pathlib import Path

import pytest

from longwire_infra.errors import PriceMissing
from longwire_infra.estimate import METERS, estimate, estimate_workload
from longwire_infra.prices import shipped
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage
from longwire_infra.workload_usage import counted
from workloads import AWS_EXAMPLE, workload

MONTH = Decimal(2_592_000)


def test_awss_own_example(tmp_path: Path) -> None:
    found = workload(tmp_path, AWS_EXAMPLE)
    bill = estimate_workload(counted(found), shipped(), found.terms, ["api_gateway"])

    assert bill.total == Decimal("23.40")
    assert [line.usd for line in bill.lines] == [Decimal("5.40"), Decimal("18.00")]
    assert {part.source: bill.lines[1].share(part) for part in bill.lines[1].parts} == {"sent": 3, "received": 15}


def test_every_quantity_of_the_record_has_a_meter() -> None:
    assert {meter.field for meter in METERS} | {"connection_seconds"} == set(Usage(period_seconds=MONTH).quantities())


def test_every_meter_has_a_price_in_virginia() -> None:
    bill = estimate(Usage(period_seconds=MONTH), shipped(), Terms())

    assert all(line.price is not None for line in bill.lines)
    assert bill.total == 0
    assert len(bill.unknown) == len(METERS)


def test_storage_is_priced_by_the_month_and_logs_by_their_own_tiers() -> None:
    gb = 10**9
    usage = Usage(
        period_seconds=MONTH,
        dynamodb_stored_byte_hours=Decimal(720 * 2 * gb),
        log_ingested_bytes=Decimal(10_241 * gb),
        custom_metric_hours=Decimal(720),
    )
    bill = estimate(usage, shipped(), Terms())

    assert bill.line("dynamodb_storage").usd == Decimal("0.50")
    assert bill.line("log_ingestion").usd == Decimal("5120.25")
    assert bill.line("custom_metrics").usd == Decimal("0.3")


def test_an_always_free_allowance_is_shared() -> None:
    usage = Usage(period_seconds=MONTH, lambda_x86_gb_seconds=Decimal(300_000), lambda_arm_gb_seconds=Decimal(300_000))
    bill = estimate(usage, shipped(), Terms(assumptions={"always_free": "true"}))

    assert [bill.line(f"lambda_{kind}_gb_seconds").free for kind in ("x86", "arm")] == [300_000, 100_000]


def test_what_is_used_where_it_has_no_price_is_refused() -> None:
    usage = Usage(period_seconds=MONTH, sqs_fifo_requests=Decimal(1))

    with pytest.raises(PriceMissing, match="AWSQueueService fifo_requests in eu-west-1"):
        estimate(usage, shipped(), Terms(region="eu-west-1"), only=["sqs"])
