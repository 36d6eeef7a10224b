from decimal import Decimal
from pathlib import Path

import pytest

from longwire_infra.workload import Flow
from workloads import workload


def test_each_message_is_metered_never_the_average() -> None:
    sizes = ((Decimal(10_000), Decimal(80)), (Decimal(60_000), Decimal(20)))
    flow = Flow("mixed", "in", Decimal(100), sizes, "")

    assert flow.bytes == 2_000_000
    assert flow.increments(Decimal(32_768)) == 120


@pytest.mark.parametrize(("size", "increments"), [(0, 1), (1, 1), (32_768, 1), (32_769, 2), (65_536, 2), (131_072, 4)])
def test_a_started_increment_counts(size: int, increments: int) -> None:
    assert Flow("", "in", Decimal(1), ((Decimal(size), Decimal(1)),), "").increments(Decimal(32_768)) == increments


@pytest.mark.parametrize(
    ("stay", "connects", "minutes"),
    [
        ("", 360, 43_200),  # 12 a day
        ("connection_seconds: 3600", 720, 43_200),
        ("connection_seconds: 7200", 360, 43_200),
        ("connection_seconds: 7201", "719.9", "43554.0"),  # 2 connections, 121 started minutes
        ("connection_seconds: 45", 57_600, 57_600),
    ],
)
def test_the_two_hour_limit_forces_handshakes(tmp_path: Path, stay: str, connects: object, minutes: object) -> None:
    found = workload(tmp_path, f"connections: 1\n{stay}\n")

    assert float(found.connects) == pytest.approx(float(str(connects)), abs=0.1)
    assert float(found.connection_minutes()[0]) == pytest.approx(float(str(minutes)), abs=0.5)


def test_exact_minutes_are_an_assumption(tmp_path: Path) -> None:
    found = workload(tmp_path, "connections: 1\nconnection_seconds: 45\nassume: {minute_rounding: exact}\n")

    assert found.connection_minutes() == (Decimal(43_200), "1 connections x 43,200 minutes")


def test_who_watches_presence_is_told_twice_a_connection(tmp_path: Path) -> None:
    found = workload(tmp_path, "connections: 10\nconnection_seconds: 3600\npresence: {watchers: 5}\n")

    assert [(flow.source, flow.direction, flow.count) for flow in found.flows()] == [
        ("presence", "out", Decimal(7200 * 2 * 5))
    ]


def test_a_broadcast_of_the_deployment_goes_to_all(tmp_path: Path) -> None:
    source = "{name: ticker, direction: out, of: all, per_second: 2, bytes: 100, fan_out: all}"
    found = workload(tmp_path, f"connections: 500\nsources: [{source}]\n")

    assert [flow.count for flow in found.flows()] == [2 * 2_592_000 * 500]
