"""What AWS would bill."""

from decimal import Decimal
from typing import Any

import pytest

from longwire.core.events import DeleteConnection, GetConnection, PeerClosed, PingReceived, PostToConnection
from longwire.core.meter import Meter
from longwire.core.quotas import Quotas
from longwire_infra.usage import Usage


def meter(**quotas: Any) -> Meter:
    return Meter(Quotas(**quotas))


def counted(w: Any, kind: str) -> tuple[int, int]:
    tally = w.gateway.deployment.monitor.meter.kinds()[kind]
    return tally["count"], tally["billed"]


def usage(w: Any) -> Usage:
    found: Usage = w.gateway.deployment.monitor.meter.usage(w.now - 3600, w.now)
    return found


@pytest.mark.parametrize(
    ("size", "billed"), [(0, 1), (1, 1), (32_768, 1), (32_769, 2), (65_536, 2), (65_537, 3), (131_072, 4)]
)
def test_a_message_is_billed_in_increments_of_32_kb(size: int, billed: int) -> None:
    """DOCUMENTED: "a 33 KB message is metered as two". That 0 bytes are one is assumed."""
    made = meter()
    made.message("send", size)
    made.frame("route_response", size)

    assert made.usage(0, 60).websocket_messages == 2 * billed
    assert made.details(60)["routes"] == {"send": {"count": 1, "billed": billed, "bytes": size}}


def test_messages_are_counted_both_ways_by_kind(world: Any, routes: Any) -> None:
    """DOCUMENTED both ways; that error frames and posts are messages is inferred."""
    echo, pong = routes.aws_proxy("$default", two_way=True), routes.mock("ping", '{"statusCode":200}', "pong")
    w = world(echo, pong)
    connection_id = w.open()
    w.say(connection_id, {"action": "ping"})
    w.say(connection_id, "hi")
    w.answer(w.invoked()[0], '{"statusCode":200,"body":"' + "x" * 32_769 + '"}')
    w.say(connection_id, "fails")
    w.fail(w.invoked()[0])
    w.receive(PostToConnection("r", connection_id, b"y" * 40_000))

    assert counted(w, "route_message") == (3, 3)
    assert counted(w, "mock") == (1, 1)
    assert counted(w, "route_response") == (1, 2)
    assert counted(w, "error_frame") == (1, 1)
    assert counted(w, "post_to_connection") == (1, 2)
    assert usage(w).websocket_messages == 9


def test_a_message_that_no_route_takes_is_billed_and_so_is_its_error_frame(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"))
    w.say(w.open(), "hi")

    assert usage(w).websocket_messages == 2


def test_control_frames_get_and_delete_and_refused_posts_are_no_messages(world: Any) -> None:
    w = world()
    connection_id = w.open()
    w.receive(PingReceived(connection_id))
    w.receive(PostToConnection("r", connection_id, b"z" * 131_073))
    w.receive(GetConnection("r", connection_id))
    w.receive(DeleteConnection("r", connection_id))

    assert usage(w).websocket_messages == 0
    management = w.gateway.deployment.monitor.meter.details(w.now)["management"]
    assert management == {"POST": 1, "GET": 1, "DELETE": 1}


@pytest.mark.parametrize(("counts", "messages"), [(False, 0), (True, 2)])
def test_whether_connect_and_disconnect_are_messages_is_a_setting(
    world: Any, routes: Any, counts: bool, messages: int
) -> None:
    """UNKNOWN: not counted by default."""
    w = world(routes.aws_proxy("$disconnect"), count_connect_as_message=counts)
    w.receive(PeerClosed(w.open(), 1000, ""))

    assert usage(w).websocket_messages == messages


def test_each_connection_is_rounded_up_to_a_minute_open_ones_too(world: Any) -> None:
    """UNKNOWN in AWS's text: this is the default."""
    w = world()
    first = w.open()
    w.advance(61)
    w.receive(PeerClosed(first, 1000, ""))
    w.open()
    w.advance(10)

    assert usage(w).connection_minutes == 3
    details = w.gateway.deployment.monitor.meter.details(w.now)["connections"]
    assert (details["accepted"], details["open"], details["seconds"], details["minutes"]) == (2, 1, 71.0, "3")
    assert details["seconds_by_connection"][first] == 61.0


def test_a_connection_that_is_over_within_a_millisecond_is_a_minute() -> None:
    made = meter()
    made.connected("a", 1_700_000_000.0)
    made.disconnected("a", 1_700_000_000.0001)
    made.connected("b", 1_700_000_000.0)
    assert made.minutes(1_700_000_000.0) == 2


def test_sixty_seconds_are_one_minute() -> None:
    made = meter()
    made.connected("a", 1_700_000_000.123)
    made.disconnected("a", 1_700_000_060.123)

    assert made.minutes(1_700_000_060.123) == 1


def test_exact_minutes_are_the_sum_of_the_seconds(world: Any) -> None:
    w = world(minute_rounding="exact")
    first = w.open()
    w.advance(45)
    w.receive(PeerClosed(first, 1000, ""))
    w.open()
    w.advance(30)

    assert usage(w).connection_minutes == Decimal("1.25")


def test_a_refused_handshake_costs_no_message_and_no_minute(world: Any, routes: Any) -> None:
    """INFERRED."""
    w = world(routes.aws_proxy("$connect"), count_connect_as_message=True)
    w.shake()
    w.answer(w.invoked()[0], '{"statusCode":403}')
    w.advance(600)

    assert usage(w).websocket_messages == 0
    assert usage(w).connection_minutes == 0
    assert w.gateway.deployment.monitor.meter.details(w.now)["connections"]["refused"] == 1


def test_invocations_are_counted_by_function_and_priced_by_architecture() -> None:
    made = meter()
    made.invoked("Send", "arm64", 512, 100)
    made.invoked("Send", "arm64", 1024, 100)
    made.invoked("Old", "x86_64", 128, 1)

    found = made.usage(0, 60)
    assert found.lambda_requests == 3
    assert found.lambda_arm_gb_seconds == Decimal("0.15")
    assert found.lambda_x86_gb_seconds == Decimal("0.000125")
    assert made.details(60)["functions"]["Send"] == {
        "invocations": 2, "billed_ms": 200, "memory_mb": 1024, "architecture": "arm64", "gb_seconds": "0.15",
    }  # fmt: skip


def test_what_is_not_counted_here_is_unknown_not_none() -> None:
    found = meter().usage(0, 60)

    assert found.websocket_messages == found.connection_minutes == found.lambda_requests == 0
    assert (found.dynamodb_write_units, found.log_ingested_bytes, found.data_transfer_out_bytes) == (None, None, None)


def test_a_record_of_no_time_at_all_is_still_a_record() -> None:
    assert meter().usage(5, 5).period_seconds == Decimal("0.001")


def test_awss_own_worked_example_in_small() -> None:
    """DOCUMENTED: 1,000 users x 12 h/day x 30 d, 100 sent + 500 received a day at 3 KB: 18 M messages, 21.6 M minutes.
    Here one user and one day of it: 600 messages and 720 minutes."""
    made = meter()
    made.connected("user", 0)
    for _ in range(100):
        made.message("send", 3 * 1024)
    for _ in range(500):
        made.frame("post_to_connection", 3 * 1024)
    made.disconnected("user", 12 * 3600)

    month = made.usage(0, 24 * 3600).over(Decimal(30 * 24 * 3600)).scaled(Decimal(1000))
    assert month.websocket_messages == 18_000_000
    assert month.connection_minutes == 21_600_000


def test_the_record_can_be_read_by_whoever_prices_it() -> None:
    made = meter(minute_rounding="exact")
    made.connected("a", 0)

    record = made.usage(0, 7)
    assert Usage.from_json(record.to_json()).connection_minutes is not None


def test_a_thousand_connections_are_listed_and_the_open_ones_first() -> None:
    made = meter()
    for number in range(1200):
        made.connected(f"ended{number}", 0)
        made.disconnected(f"ended{number}", 5)
    made.connected("open", 0)

    listed = made.details(9)["connections"]["seconds_by_connection"]
    assert len(listed) == 1000
    assert list(listed.items())[:2] == [("open", 9.0), ("ended1199", 5.0)]
