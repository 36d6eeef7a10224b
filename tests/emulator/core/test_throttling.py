"""Throttling by token buckets: the account, new connections, the Stage's default and its routes."""

import json
from typing import Any

import pytest

from changed_api import deployed
from longwire.core.api import Stage, Throttle
from longwire.core.events import (
    AcceptHandshake,
    DeleteConnection,
    GetConnection,
    PeerClosed,
    PostToConnection,
    RejectHandshake,
    Respond,
)
from longwire.core.throttling import TokenBucket

SLOW = Throttle(2, 3)


def refusal(world: Any) -> tuple[int, str]:
    (rejected,) = world.of(RejectHandshake)
    return rejected.status, json.loads(rejected.body)["message"]


def throttled(world: Any) -> bool:
    """Whether the last message got the error frame, and nothing else."""
    if not world.frames():
        return False
    assert (json.loads(world.frames()[0])["message"], world.invoked()) == ("Too Many Requests", [])
    return True


def admitted(world: Any, connection_id: str, messages: int, action: str = "x") -> int:
    """How many of ``messages`` at once reach their function."""
    return sum(not throttled(world) for _ in range(messages) if world.say(connection_id, {"action": action}))


def test_a_bucket_is_full_at_first_and_fills_at_its_rate_up_to_its_burst() -> None:
    """DOCUMENTED: the token bucket algorithm, where a token counts for a request."""
    bucket = TokenBucket("x", rate=2, burst=3)

    def taken(now: float) -> int:
        count = 0
        while bucket.has_token(now):
            bucket.tokens -= 1
            count += 1
        return count

    assert [taken(now) for now in (100.0, 100.4, 100.5, 101.5, 200.0)] == [3, 0, 1, 2, 3]


@pytest.mark.parametrize(("rate", "burst"), [(0, 0), (100, 0)])
def test_a_bucket_that_holds_nothing_admits_nobody(rate: float, burst: float) -> None:
    bucket = TokenBucket("x", rate, burst)

    assert not any(bucket.has_token(now) for now in (0.0, 1.0, 1000.0))


def test_a_tenth_of_a_second_later_is_a_token_in_epoch_seconds_too() -> None:
    bucket = TokenBucket("x", rate=10, burst=1)
    now = 1_700_000_000.0
    for _ in range(100):
        assert bucket.has_token(now)
        bucket.tokens -= 1
        now += 0.1


def test_more_messages_than_the_routes_burst_get_an_error_frame_and_the_connection_stays(
    world: Any, routes: Any
) -> None:
    """DOCUMENTED: route throttling. UNKNOWN: the frame's text."""
    w = deployed(world(routes.aws_proxy("$default")), stage=Stage("dev", throttle=SLOW))
    connection_id = w.open()

    assert admitted(w, connection_id, 5) == 3
    assert w.noted("message_received")[0]["why"].endswith(
        "; throttled: route $default takes 2 requests per second in bursts of 3"
    )
    frame = json.loads(w.frames()[0])
    assert (frame["connectionId"], list(frame)) == (connection_id, ["message", "connectionId", "requestId"])
    assert connection_id in w.gateway.connections
    w.advance(0.5)
    assert admitted(w, connection_id, 2) == 1


def test_the_text_of_the_frame_is_a_setting(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"), throttle_frame="Slow down", account_burst=1, account_rate=0)
    connection_id = w.open()
    w.say(connection_id, "x")

    assert json.loads(w.frames()[0])["message"] == "Slow down"


def test_route_settings_override_the_default_and_each_route_has_a_bucket_of_its_own(world: Any, routes: Any) -> None:
    """DOCUMENTED: RouteSettings by route key. INFERRED: a bucket a route, as REST's limits are per method."""
    stage = Stage("dev", throttle=SLOW, route_throttles={"one": Throttle(burst=1), "many": Throttle(100, 10)})
    w = deployed(world(*map(routes.aws_proxy, ("$default", "other", "one", "many"))), stage=stage)
    connection_id = w.open()

    assert [admitted(w, connection_id, 20, action) for action in ("one", "many", "other", "x")] == [1, 10, 3, 3]
    w.advance(0.5)
    assert [admitted(w, connection_id, 20, action) for action in ("one", "many", "other")] == [1, 10, 1]


def test_the_limits_are_of_all_connections_together(world: Any, routes: Any) -> None:
    w = deployed(world(routes.aws_proxy("$default")), stage=Stage("dev", route_throttles={"$default": SLOW}))
    first, second = w.open(), w.open()

    assert (admitted(w, first, 2), admitted(w, second, 2)) == (2, 1)


def test_a_throttled_message_keeps_the_connection_from_being_idle(world: Any, routes: Any) -> None:
    w = deployed(world(routes.aws_proxy("$default")), stage=Stage("dev", route_throttles={"$default": Throttle(0, 0)}))
    connection_id = w.open()
    w.advance(599)
    w.say(connection_id, "x")
    w.advance(599)

    assert connection_id in w.gateway.connections


def test_a_throttled_handshake_is_429_before_anything_is_called(world: Any, routes: Any) -> None:
    """DOCUMENTED and OBSERVED 429; INFERRED: neither authorizer nor $connect run."""
    w = deployed(world(routes.aws_proxy("$connect")), stage=Stage("dev", route_throttles={"$connect": Throttle(1, 1)}))
    w.open()
    w.shake()

    assert refusal(w) == (429, "Too Many Requests")
    assert w.invoked() == []
    assert w.noted("connection_refused") == [
        {"status": 429, "reason": "throttled: route $connect takes 1 requests per second in bursts of 1"}
    ]
    w.advance(1)
    w.shake()
    assert len(w.invoked()) == 1


def test_a_stage_whose_default_is_zero_answers_every_connect_with_429(world: Any, routes: Any) -> None:
    """OBSERVED of stages whose tools send 0 for rate and burst."""
    for given in ([], [routes.aws_proxy("$connect")]):
        w = deployed(world(*given), stage=Stage("dev", throttle=Throttle(0, 0)))
        for _ in range(3):
            w.shake()
            assert refusal(w)[0] == 429
            w.advance(60)


def test_500_new_connections_a_second_is_the_accounts_quota(world: Any) -> None:
    """DOCUMENTED; the burst is not published."""
    w = world(new_connections_burst=500)
    for _ in range(500):
        w.shake()
        assert len(w.of(AcceptHandshake)) == 1
    w.shake()
    assert refusal(w) == (429, "Too Many Requests")
    assert "new connections" in w.noted("connection_refused")[0]["reason"]
    w.advance(0.002)
    w.shake()
    assert len(w.of(AcceptHandshake)) == 1


def test_messages_handshakes_and_posts_share_the_accounts_rate(world: Any, routes: Any) -> None:
    """DOCUMENTED: shared with the "WebSocket callback APIs"; LimitExceededException is modelled as 429."""
    w = world(routes.aws_proxy("$default"), account_rate=1, account_burst=4)
    connection_id = w.open()
    assert admitted(w, connection_id, 2) == 2
    w.receive(PostToConnection("r", connection_id, b"x"))
    assert w.frames() == ["x"]
    for event in (
        PostToConnection("r", connection_id, b"x"),
        GetConnection("r", connection_id),
        DeleteConnection("r", connection_id),
    ):
        w.receive(event)
        (response,) = w.of(Respond)
        assert (response.status, dict(response.headers)["x-amzn-errortype"]) == (429, "LimitExceededException")
        assert (w.frames(), connection_id in w.gateway.connections) == ([], True)
        assert w.noted("management_request")[0]["why"].startswith("throttled: the account takes 1 requests")
    assert admitted(w, connection_id, 1) == 0
    w.shake()
    assert refusal(w)[0] == 429
    w.advance(1)
    w.receive(GetConnection("r", connection_id))
    assert w.of(Respond)[0].status == 200


def test_what_is_throttled_by_one_bucket_takes_no_token_of_another(world: Any, routes: Any) -> None:
    stage = Stage("dev", route_throttles={"no": Throttle(0, 0)})
    w = deployed(world(*map(routes.aws_proxy, ("no", "$default")), account_rate=0, account_burst=2), stage=stage)
    connection_id = w.open()

    assert (admitted(w, connection_id, 50, "no"), admitted(w, connection_id, 50)) == (0, 1)


def test_a_message_without_a_route_counts_for_the_account(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"), account_rate=0, account_burst=2)
    connection_id = w.open()
    answers = []
    for _ in range(2):
        w.say(connection_id, "no route")
        answers += [json.loads(frame)["message"] for frame in w.frames()]

    assert answers == ["Forbidden", "Too Many Requests"]


def test_disconnect_is_never_throttled(world: Any, routes: Any) -> None:
    """INFERRED: no client asks for it."""
    stage = Stage("dev", route_throttles={"$disconnect": Throttle(0, 0)})
    w = deployed(world(routes.aws_proxy("$disconnect"), account_rate=0, account_burst=1), stage=stage)
    connection_id = w.open()
    w.receive(PeerClosed(connection_id, 1000, ""))

    assert w.event()["requestContext"]["routeKey"] == "$disconnect"


def test_after_a_shut_down_all_buckets_are_full(world: Any) -> None:
    """So that one test does not take another's requests."""
    w = world(account_rate=0, account_burst=1)
    w.open()
    w.gateway.shut_down(w.now)
    w.shake()

    assert len(w.of(AcceptHandshake)) == 1
