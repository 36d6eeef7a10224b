from decimal import Decimal
from pathlib import Path

from longwire_infra.workload_usage import counted
from workloads import workload

CHAT = "connections: 100\nsources: [{name: chat, per_day: 100, bytes: 100, fan_out: 10}]\n"


def test_without_a_handler_nothing_is_known_of_what_it_uses(tmp_path: Path) -> None:
    usage = counted(workload(tmp_path, CHAT)).usage

    assert usage.websocket_messages == 100 * 100 * 30 * 11
    assert (usage.lambda_requests, usage.dynamodb_write_units) == (None, None)


def test_the_reliable_backend_acks_and_writes(tmp_path: Path) -> None:
    found = counted(workload(tmp_path, f"{CHAT}handler: {{preset: longwire-reliable}}\n"))

    sent, delivered, connects = 300_000, 3_000_000, 36_000
    assert found.connects == connects
    assert {part.source: part.quantity for part in found.messages} == {
        "chat": sent + delivered,
        "greeting": connects,
        "publish acks": sent,
        "delivery acks": delivered,
    }
    assert found.usage.dynamodb_write_units == sent * 4 + delivered + delivered + connects * 7
    assert found.usage.lambda_requests == sent + delivered / Decimal(10) + delivered + connects * Decimal("3.1")
    assert found.usage.log_ingested_bytes is None


def test_the_volatile_backend_writes_for_connections_alone(tmp_path: Path) -> None:
    found = counted(workload(tmp_path, f"{CHAT}handler: {{preset: longwire-volatile}}\n"))

    assert found.usage.dynamodb_write_units == 36_000 * 7


def test_pings_and_connects_are_messages_only_by_assumption(tmp_path: Path) -> None:
    beat = "connections: 1\nheartbeat: {seconds: 30, kind: ping}\n"

    assert counted(workload(tmp_path, beat)).usage.websocket_messages == 0
    assumed = f"{beat}assume: {{count_pings: true, count_connect_as_message: true}}\n"
    assert counted(workload(tmp_path, assumed)).usage.websocket_messages == 86_400 * 2 + 360 * 2
