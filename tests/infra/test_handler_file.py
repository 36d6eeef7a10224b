from pathlib import Path

from longwire_infra.workload_usage import counted
from workloads import workload

CHAT = "connections: 1\nsources: [{per_day: 100, bytes: 100, fan_out: 2}]\n"


def test_what_is_said_of_one_event_is_0_for_the_others_and_unknown_if_never_said(tmp_path: Path) -> None:
    handler = "handler: {per_message: {dynamodb_write_units: 2}, per_connect: {log_ingested_bytes: 500}}\n"
    usage = counted(workload(tmp_path, CHAT + handler)).usage

    assert usage.dynamodb_write_units == 6000
    assert usage.log_ingested_bytes == 360 * 500
    assert usage.dynamodb_read_units is None
    assert usage.lambda_requests == 3000 + 360 * 2


def test_architecture_chooses_the_meter(tmp_path: Path) -> None:
    handler = "handler: {memory_mb: 1024, duration_ms: 1000, architecture: x86_64}\n"
    usage = counted(workload(tmp_path, CHAT + handler)).usage

    assert usage.lambda_x86_gb_seconds == 3720
    assert usage.lambda_arm_gb_seconds == 0
