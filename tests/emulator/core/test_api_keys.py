"""API keys and usage plans."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from changed_api import deployed
from longwire.core.api import KEY_FROM_AUTHORIZER, ApiKey, Authorizer, Route, Throttle, UsagePlan, UsageQuota
from longwire.core.events import AcceptHandshake, RejectHandshake

VALUE = "abcdefghij0123456789"
ALICE = ApiKey("Alice", "aliceid123", "alice", VALUE)
BOB = ApiKey("Bob", "bobid12345", "bob", "bob" + VALUE)
DISABLED = ApiKey("Off", "offid12345", "off", "off" + VALUE, enabled=False)
PLANLESS = ApiKey("Free", "freeid1234", "free", "free" + VALUE)
KEYS = (ALICE, BOB, DISABLED, PLANLESS)
AUTHORIZER = Authorizer("Auth", "auth", "Authorize")


def route(routes: Any, key: str, **options: Any) -> Route:
    made: Route = routes.aws_proxy(key, **options)
    return Route(made.key, made.integration, made.authorizer, made.two_way, api_key_required=True)


def planned(world: Any, *routes: Route, expression: str = "", **limits: Any) -> Any:
    """A gateway with one plan of three of the keys."""
    plan = UsagePlan("Plan", "gold", (ALICE, BOB, DISABLED), **limits)
    changes = {"api_key_selection_expression": expression} if expression else {}
    return deployed(world(*routes), api_keys=KEYS, usage_plans=(plan,), **changes)


def shake(world: Any, value: str | None, name: str = "x-api-key") -> tuple[int, str]:
    """The status and message of a handshake with a key whose $connect, if it is called, agrees."""
    world.shake(headers=[(name, value)] if value is not None else [])
    return outcome(world)


def outcome(world: Any) -> tuple[int, str]:
    refused = [(item.status, json.loads(item.body)["message"]) for item in world.of(RejectHandshake)]
    return refused[0] if refused else (101, "")


def connect(world: Any, value: str) -> str:
    return str(world.open(headers=[("X-Api-Key", value)]))


def told(world: Any, connection_id: str) -> str | None:
    """The message of the error frame that a message gets, or None when its function is invoked."""
    world.say(connection_id, "hello")
    frames = [json.loads(frame)["message"] for frame in world.frames()]
    assert bool(frames) != bool(world.invoked())
    return frames[0] if frames else None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "an API key is required and the header x-api-key has none"),
        ("", "an API key is required and the header x-api-key has none"),
        ("nobody" + VALUE, "the API key is none of this template's"),
        (DISABLED.value, "API key off is not enabled"),
        (PLANLESS.value, "API key free is in no usage plan of this stage"),
    ],
)
def test_connect_without_a_valid_key_is_403_and_nothing_is_invoked(
    world: Any, routes: Any, value: str | None, why: str
) -> None:
    """DOCUMENTED: INVALID_API_KEY is 403."""
    w = planned(world, route(routes, "$connect"))

    assert shake(w, value) == (403, "Forbidden")
    assert w.invoked() == []
    assert w.noted("connection_refused") == [{"status": 403, "reason": why}]


@pytest.mark.parametrize("name", ["x-api-key", "X-API-Key"])
def test_connect_with_a_valid_key_invokes_its_function(world: Any, routes: Any, name: str) -> None:
    """DOCUMENTED: the key is $request.header.x-api-key."""
    w = planned(world, route(routes, "$connect"))

    assert shake(w, VALUE, name) == (101, "")
    event = w.event()
    assert event["headers"][name] == VALUE


def test_events_show_the_key(world: Any, routes: Any) -> None:
    """DOCUMENTED as $context.identity.apiKey and apiKeyId; in events UNKNOWN."""
    w = planned(world, route(routes, "$connect"), routes.aws_proxy("$default"))
    shake(w, VALUE)
    identity = {"apiKey": VALUE, "apiKeyId": "aliceid123", "sourceIp": "192.0.2.7"}
    assert w.event()["requestContext"]["identity"] == identity
    w.say(connect(w, VALUE), "x")
    assert w.event()["requestContext"]["identity"] == identity


def test_where_no_key_is_required_none_is_looked_at(world: Any, routes: Any) -> None:
    w = planned(world, routes.aws_proxy("$connect"))

    assert shake(w, "nobody") == (101, "")
    assert shake(w, VALUE) == (101, "")
    assert w.event()["requestContext"]["identity"] == {"sourceIp": "192.0.2.7"}


def test_a_connect_route_without_function_requires_its_key_too(world: Any) -> None:
    w = planned(world, Route("$connect", api_key_required=True))

    assert shake(w, None)[0] == 403
    assert shake(w, VALUE)[0] == 101
    assert len(w.of(AcceptHandshake)) == 1


def authorized(**more: Any) -> str:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    return json.dumps({"principalId": "me", "policyDocument": {"Statement": [statement]}, **more})


def test_the_authorizer_decides_before_the_key_is_looked_at(world: Any, routes: Any) -> None:
    """INFERRED from REST's execution logs, which verify the usage plan after the authorizer has completed."""
    w = planned(world, route(routes, "$connect", authorizer=AUTHORIZER))
    w.shake()
    (invocation,) = w.invoked()
    assert invocation.function == "Authorize"
    w.answer(invocation, authorized())
    assert outcome(w) == (403, "Forbidden")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"usageIdentifierKey": VALUE}, 101),
        ({"usageIdentifierKey": "nobody" + VALUE}, 403),
        ({"usageIdentifierKey": None}, 403),
        ({}, 403),
        ({"context": {"usageIdentifierKey": VALUE}}, 403),
    ],
)
def test_the_authorizers_usage_identifier_key_is_the_other_source(
    world: Any, routes: Any, answer: dict[str, Any], expected: int
) -> None:
    """DOCUMENTED: $context.authorizer.usageIdentifierKey; browsers cannot send the header."""
    w = planned(world, route(routes, "$connect", authorizer=AUTHORIZER), expression=KEY_FROM_AUTHORIZER)
    w.shake(headers=[("x-api-key", VALUE)] if expected == 403 else [])  # the header is no source then
    w.answer(w.invoked()[0], authorized(**answer))

    assert outcome(w)[0] == expected
    if expected == 403 and "nobody" not in str(answer):
        assert "usageIdentifierKey has none" in w.noted("connection_refused")[0]["reason"]


def test_more_than_the_plans_throttle_is_429(world: Any, routes: Any) -> None:
    """DOCUMENTED: THROTTLED is 429, for each key of the plan."""
    w = planned(world, route(routes, "$connect"), throttle=Throttle(1, 2))

    assert [shake(w, VALUE)[0] for _ in range(3)] == [101, 101, 429]
    assert outcome(w) == (429, "Too Many Requests")
    assert w.noted("connection_refused")[0]["reason"] == (
        "throttled: API key alice in usage plan gold takes 1 requests per second in bursts of 2"
    )
    assert shake(w, BOB.value)[0] == 101
    w.advance(1)
    assert shake(w, VALUE)[0] == 101


def test_more_than_the_plans_quota_is_429_with_a_text_of_its_own(world: Any, routes: Any) -> None:
    """DOCUMENTED: QUOTA_EXCEEDED is 429, Limit Exceeded."""
    w = planned(world, route(routes, "$connect"), quota=UsageQuota(2, "DAY"))

    assert [shake(w, VALUE) for _ in range(3)] == [(101, ""), (101, ""), (429, "Limit Exceeded")]
    assert w.noted("connection_refused")[0]["reason"] == "API key alice has used up its 2 requests a day"
    assert shake(w, BOB.value)[0] == 101


def test_refused_requests_do_not_use_up_the_quota(world: Any, routes: Any) -> None:
    w = planned(world, route(routes, "$connect"), throttle=Throttle(1, 1), quota=UsageQuota(2, "DAY"))

    assert [shake(w, VALUE)[1] for _ in range(3)] == ["", "Too Many Requests", "Too Many Requests"]
    w.advance(1)
    assert shake(w, VALUE) == (101, "")


@pytest.mark.parametrize(
    ("period", "last", "first"),
    [
        ("DAY", "2024-05-14T23:59:59", "2024-05-15T00:00:00"),
        ("WEEK", "2024-05-18T23:59:59", "2024-05-19T00:00:00"),
        ("MONTH", "2024-05-31T23:59:59", "2024-06-01T00:00:00"),
    ],
)
def test_a_new_period_brings_a_new_quota(world: Any, routes: Any, period: Any, last: str, first: str) -> None:
    """DOCUMENTED periods; INFERRED: of the calendar in UTC, weeks from Sunday."""
    w = planned(world, route(routes, "$connect"), quota=UsageQuota(3, period, offset=2))
    w.now = datetime.fromisoformat(last).replace(tzinfo=UTC).timestamp()
    # Offset is taken from the first period alone.
    assert [shake(w, VALUE)[0] for _ in range(2)] == [101, 429]
    w.now = datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp()
    assert [shake(w, VALUE)[0] for _ in range(4)] == [101, 101, 101, 429]


def test_a_message_route_that_requires_a_key_uses_the_connections(world: Any, routes: Any) -> None:
    """INFERRED: a message brings no headers. UNKNOWN: the texts of the frames."""
    w = planned(world, route(routes, "$default"), throttle=Throttle(1, 2), quota=UsageQuota(3, "DAY"))
    with_key, without = connect(w, VALUE), w.open()

    assert told(w, without) == "Forbidden"
    assert w.noted("message_received")[0]["why"].endswith("; an API key is required and the header x-api-key has none")
    assert [told(w, with_key) for _ in range(3)] == [None, None, "Too Many Requests"]
    w.advance(5)
    assert [told(w, with_key) for _ in range(2)] == [None, "Limit Exceeded"]
    assert {with_key, without} <= set(w.gateway.connections)


def test_what_requires_no_key_does_not_count(world: Any, routes: Any) -> None:
    """INFERRED from the words of REST's execution logs."""
    w = planned(world, route(routes, "$connect"), routes.aws_proxy("$default"), quota=UsageQuota(2, "DAY"))
    connection_id = connect(w, VALUE)

    assert [told(w, connection_id) for _ in range(5)] == [None] * 5
    assert shake(w, VALUE)[0] == 101


def test_the_text_for_a_used_up_quota_is_a_setting(world: Any, routes: Any) -> None:
    plan = UsagePlan("Plan", "gold", (ALICE,), quota=UsageQuota(0, "DAY"))
    w = world(route(routes, "$connect"), usage_quota_frame="No more")

    assert shake(deployed(w, api_keys=(ALICE,), usage_plans=(plan,)), VALUE) == (429, "No more")


def test_after_a_shut_down_nothing_is_used(world: Any, routes: Any) -> None:
    w = planned(world, route(routes, "$connect"), quota=UsageQuota(1, "DAY"))
    shake(w, VALUE)
    w.gateway.shut_down(w.now)

    assert shake(w, VALUE)[0] == 101
