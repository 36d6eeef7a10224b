"""One line of the access log for each CONNECT, MESSAGE and DISCONNECT."""

import json
from typing import Any

import pytest

from longwire.core.api import Authorizer
from longwire.core.events import AcceptHandshake, Invoke, LogAccess, Noted, PeerClosed, RejectHandshake

FORMAT = "$context.eventType $context.routeKey $context.status $context.integration.status $context.integrationLatency"
WHO = "$context.requestId $context.messageId $context.connectionId"
WHY = "$context.status $context.error.message $context.error.responseType"


def test_without_settings_there_is_no_line(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"))
    w.say(w.open(), "hi")
    w.answer(w.invoked()[0], "null")

    assert w.logged() == []


def test_a_connection_that_opens_is_a_line_after_its_101(world: Any) -> None:
    w = world(access_log=FORMAT)
    w.shake()

    assert w.logged() == ["CONNECT $connect 200 - -"]
    assert [type(effect) for effect in w.effects] == [Noted, AcceptHandshake, Noted, LogAccess]


def test_the_connect_functions_status_and_latency_are_in_its_line(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"), access_log=FORMAT)
    w.shake()
    (invocation,) = w.invoked()
    assert w.logged() == []
    w.advance(0.02)
    w.answer(invocation, '{"statusCode":201}')

    assert w.logged() == ["CONNECT $connect 201 201 20"]


def test_a_refusal_of_the_connect_function_is_its_own_status(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"), access_log=f"{FORMAT} {WHY}")
    w.shake()
    w.answer(w.invoked()[0], '{"statusCode":418}')

    assert w.logged() == ["CONNECT $connect 418 418 0 418 - -"]


def test_a_connect_function_that_fails_has_no_status_of_its_own(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"), access_log=f"{FORMAT} {WHY} $context.integration.error")
    w.shake()
    w.fail(w.invoked()[0], "boom")

    assert w.logged() == ["CONNECT $connect 502 - 0 502 Internal server error DEFAULT_5XX boom"]


def test_a_connect_function_that_is_too_slow_is_a_504(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect", timeout=1), access_log=f"{FORMAT} {WHY}")
    w.shake()
    w.advance(1)

    assert w.logged() == ["CONNECT $connect 504 - 1000 504 Endpoint request timed out INTEGRATION_TIMEOUT"]


def test_a_handshake_that_api_gateway_refuses_says_what_the_body_says(world: Any) -> None:
    w = world(access_log=f"$context.eventType {WHY} $context.requestId")
    w.shake("/nowhere")

    (refused,) = w.of(RejectHandshake)
    (line,) = w.logged()
    assert line == f"CONNECT 403 Forbidden ACCESS_DENIED {dict(refused.headers)['x-amzn-requestid']}"


def test_the_request_id_of_a_line_is_that_of_the_functions_event(world: Any, routes: Any) -> None:
    w = world(*map(routes.aws_proxy, ("$connect", "$default", "$disconnect")), access_log=WHO)
    lines, contexts = [], []
    connection_id = w.shake()
    for act in (None, lambda: w.say(connection_id, "hi"), lambda: w.receive(PeerClosed(connection_id, 1000, ""))):
        if act is not None:
            act()
        contexts.append(w.event()["requestContext"])
        w.answer(w.invoked()[0], '{"statusCode":200}')
        lines += w.logged()

    assert lines == [f"{context['requestId']} {context.get('messageId', '-')} {connection_id}" for context in contexts]


def test_a_message_is_a_line_when_its_function_has_answered(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"), access_log=FORMAT)
    w.say(w.open(), {"action": "send"})
    (invocation,) = w.invoked()
    assert w.logged() == []
    w.advance(0.5)
    w.answer(invocation, '{"statusCode":404}')

    assert w.logged() == ["MESSAGE send 404 404 500"]


def test_a_message_whose_connection_ends_meanwhile_is_still_a_line(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"), access_log=FORMAT)
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    (invocation,) = w.invoked()
    w.receive(PeerClosed(connection_id, 1000, ""))
    w.answer(invocation, "null")

    assert w.logged() == ["MESSAGE send 200 - 0"]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ({"action": "ping"}, "MESSAGE ping 200 - -"),
        ({"action": "broken"}, "MESSAGE broken 500 Internal server error DEFAULT_5XX"),
        ({"action": "bare"}, "MESSAGE bare 500 Internal server error DEFAULT_5XX"),
        ({"action": "other"}, "MESSAGE - 403 Forbidden ACCESS_DENIED"),
    ],
)
def test_a_message_that_needs_no_function_is_a_line_at_once(world: Any, routes: Any, message: Any, line: str) -> None:
    ping, broken = routes.mock("ping", '{"statusCode":200}', "pong"), routes.mock("broken", "{}", "")
    bare = type(ping)("bare")
    w = world(ping, broken, bare, access_log=f"$context.eventType $context.routeKey {WHY}")
    w.say(w.open(), message)

    assert w.logged() == [line]


def test_a_function_that_fails_and_one_that_is_too_slow_are_errors_of_api_gateway(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default", timeout=1), access_log=f"{WHY} $context.error.messageString")
    connection_id = w.open()
    w.say(connection_id, "fails")
    w.fail(w.invoked()[0], "boom")
    assert w.logged() == ['500 Internal server error DEFAULT_5XX "Internal server error"']
    w.say(connection_id, "slow")
    w.advance(1)

    assert w.logged() == ['504 Endpoint request timed out INTEGRATION_TIMEOUT "Endpoint request timed out"']


@pytest.mark.parametrize("has_function", [True, False])
def test_every_end_is_a_line(world: Any, routes: Any, has_function: bool) -> None:
    """UNKNOWN without a $disconnect route."""
    w = world(*([routes.aws_proxy("$disconnect")] if has_function else []), access_log=FORMAT)
    connection_id = w.open()
    w.receive(PeerClosed(connection_id, 1000, ""))
    if has_function:
        w.answer(w.invoked()[0], "null")

    assert w.logged() == [f"DISCONNECT $disconnect 200 - {'0' if has_function else '-'}"]


def test_a_line_without_any_event_has_a_request_id_too(world: Any) -> None:
    w = world(access_log="$context.requestId $context.extendedRequestId")
    w.shake()

    own, extended = w.logged()[0].split()
    assert own == extended
    assert len(own) == 16


# -- authorizers


def guarded(world: Any, routes: Any, text: str) -> tuple[Any, Invoke]:
    authorizer = Authorizer("A", "a", "Check", ("route.request.querystring.token",))
    w = world(routes.aws_proxy("$connect", authorizer=authorizer), routes.aws_proxy("send"), access_log=text)
    w.shake("/dev?token=t")
    (invocation,) = w.invoked()
    return w, invocation


def policy(effect: str) -> str:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return json.dumps({"principalId": "alice", "policyDocument": document, "context": {"tenant": 7}})


AUTHORIZER = (
    "$context.authorizer.principalId $context.authorizer.tenant $context.authorizer.latency "
    "$context.authorizer.integrationStatus $context.authorizer.status $context.authorize.status"
)


def test_the_handshakes_line_tells_how_the_authorizer_was_asked_and_later_ones_what_it_returned(
    world: Any, routes: Any
) -> None:
    """DOCUMENTED: context values are stringified."""
    w, invocation = guarded(world, routes, AUTHORIZER)
    w.advance(0.01)
    w.answer(invocation, policy("Allow"))
    w.answer(w.invoked()[0], '{"statusCode":200}')
    (connection_id,) = w.gateway.connections
    assert w.logged() == ["alice 7 10 200 200 200"]
    w.say(connection_id, {"action": "send"})
    w.answer(w.invoked()[0], "null")

    assert w.logged() == ["alice 7 - - - -"]


def test_a_denial_is_the_verdict_of_an_authorizer_that_worked(world: Any, routes: Any) -> None:
    w, invocation = guarded(world, routes, f"$context.authorizer.status $context.authorize.status {WHY}")
    w.answer(invocation, policy("Deny"))

    (line,) = w.logged()
    assert line.startswith("200 403 403 ")
    assert line.endswith(" ACCESS_DENIED")


def test_an_authorizer_that_fails_is_told_with_its_error(world: Any, routes: Any) -> None:
    w, invocation = guarded(world, routes, f"$context.authorizer.status $context.authorizer.error {WHY}")
    w.fail(invocation, "boom")

    assert w.logged() == ["500 boom 500 Internal server error DEFAULT_5XX"]


def test_a_missing_identity_source_is_a_401_of_nobody(world: Any, routes: Any) -> None:
    authorizer = Authorizer("A", "a", "Check", ("route.request.querystring.token",))
    w = world(routes.aws_proxy("$connect", authorizer=authorizer), access_log=f"{AUTHORIZER} {WHY}")
    w.shake()

    assert w.logged() == ["- - - - - - 401 Unauthorized UNAUTHORIZED"]
