import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from longwire_infra.errors import RecordError, WorkloadError
from longwire_infra.measured import from_export, scaled_to
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage
from workloads import cost, cost_json, line

HOURS = [f"2026-01-31T{hour:02}:00:00Z" for hour in range(3)]
METRIC_DATA = {
    "MetricDataResults": [
        {"Id": "m", "Label": "MessageCount", "Timestamps": HOURS, "Values": [10.0, 20.0, 30.0]},
        {"Id": "a", "Label": "ActiveConnections", "Timestamps": HOURS, "Values": [1, 2.5, 1]},
    ]
}
RUN = Usage(
    period_seconds=Decimal(10),
    websocket_messages=Decimal(200),
    connection_minutes=Decimal(20),  # 20 connections of 5 s, each rounded up
    connection_seconds=Decimal(100),
)


def put(tmp_path: Path, name: str, content: Any) -> Path:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_a_run_is_priced_as_it_was(tmp_path: Path) -> None:
    bill = cost_json("--from", put(tmp_path, "usage.json", RUN.to_json()), "--only", "api_gateway")

    assert (bill["period_seconds"], bill["total"]) == ("10", "0.000205")


def test_a_short_run_scales_by_the_exact_time_of_its_connections(tmp_path: Path) -> None:
    file = put(tmp_path, "usage.json", RUN.to_json())
    bill = cost_json("--from", file, "--scale-to", "connections=10000")

    # 10 were open at once and 20 messages a second passed: 2 each.
    assert line(bill, "websocket_messages")["quantity"] == str(10_000 * 2 * 2_592_000)
    assert line(bill, "connection_minutes")["usd"] == "108.0000"


def test_a_run_scales_to_a_month_and_to_a_rate() -> None:
    assert scaled_to(RUN, "month", Terms()).connection_minutes == 20 * 259_200
    assert scaled_to(RUN, "messages_per_second=40", Terms()).websocket_messages == 40 * 2_592_000


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("conections=5", "--scale-to: 'conections' is no target; did you mean connections"),
        ("connections=0", "--scale-to: 0 must be more than 0"),
        ("connections", "--scale-to: '' is not a number"),
    ],
)
def test_a_target_that_cannot_be_is_refused(target: str, message: str) -> None:
    with pytest.raises(WorkloadError, match=message):
        scaled_to(RUN, target, Terms())


def test_a_run_without_connections_cannot_be_scaled_by_them() -> None:
    idle = Usage(period_seconds=Decimal(10), connection_seconds=Decimal(0))

    with pytest.raises(WorkloadError, match="the run had no connections"):
        scaled_to(idle, "connections=5", Terms())


CSV = "timestamp,MessageCount,ActiveConnections\n" + "".join(
    f"{at},{messages},{active}\n" for at, messages, active in zip(HOURS, (10, 20, 30), (1, 2.5, 1), strict=True)
)


@pytest.mark.parametrize(("name", "content"), [("data.json", METRIC_DATA), ("data.csv", CSV)])
def test_cloudwatchs_figures_are_usage(tmp_path: Path, name: str, content: Any) -> None:
    usage = from_export(put(tmp_path, name, content))

    assert usage.period_seconds == 3 * 3600
    assert usage.websocket_messages == 60
    assert usage.connection_minutes == Decimal("4.5") * 60
    assert usage.lambda_requests is None


def test_a_time_without_a_zone_is_utc(tmp_path: Path) -> None:
    usage = from_export(put(tmp_path, "data.csv", CSV.replace("T01:00:00Z", "T01:00:00")))

    assert usage.period_seconds == 3 * 3600


def test_one_metric_of_get_metric_statistics(tmp_path: Path) -> None:
    points = [{"Timestamp": at, "Sum": 5.0, "Unit": "Count"} for at in HOURS]
    usage = from_export(put(tmp_path, "m.json", {"Label": "MessageCount", "Datapoints": points}))

    assert usage.websocket_messages == 15
    assert usage.connection_minutes is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "{", "is no JSON"),
        ("a.json", "[]", "must be a JSON object"),
        ("a.json", {"lambda": 1}, "lambda: is not a quantity"),
        ("a.json", {"MetricDataResults": 1}, "MetricDataResults: must be a list"),
        ("a.json", {"MetricDataResults": [1]}, "must hold objects"),
        ("a.json", {"MetricDataResults": []}, "needs two points in time"),
        ("a.json", {"Label": "Mesagecount", "Datapoints": []}, "is no metric that is read here; did you mean Message"),
        ("a.json", {"Label": "MessageCount", "Datapoints": [{"Timestamp": "x"}]}, "'x' is no time"),
        ("a.json", {"Label": "MessageCount", "Datapoints": [{"Timestamp": HOURS[0]}]}, "None is not a number"),
        ("a.csv", "x,y\n", "needs the columns timestamp"),
        ("a.csv", f"timestamp,MessageCount\n{HOURS[0]},-1\n", "'-1' is not a finite number of 0 or more"),
        ("a.csv", f"timestamp,MessageCount\n{HOURS[0]},1\n", "needs two points in time"),
    ],
)
def test_an_export_that_says_nothing_is_named(tmp_path: Path, name: str, content: Any, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        from_export(put(tmp_path, name, content))


def test_a_run_is_no_workload(tmp_path: Path) -> None:
    file = put(tmp_path, "usage.json", RUN.to_json())

    assert "--connections: describes a workload" in cost("--from", file, "--connections", 1).stderr
    assert "--scale-to needs --from" in cost("--connections", 1, "--scale-to", "month").stderr
    assert cost("--from", tmp_path / "none.json").exit_code == 2
