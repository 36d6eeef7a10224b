"""A message's way through its route."""

import json
from typing import Any

import pytest

from longwire.core.api import Route
from longwire.core.events import CloseConnection


def error(message: str, connection_id: str, request_id: str) -> str:
    return f'{{"message": "{message}", "connectionId":"{connection_id}", "requestId":"{request_id}"}}'


def test_a_one_way_route_drops_what_its_function_returns(world: Any, routes: Any) -> None:
    """DOCUMENTED: one-way by default. OBSERVED: no status closes or shows."""
    w = world(routes.aws_proxy("$default"))
    connection_id = w.open()
    for returned in ('{"statusCode":200,"body":"x"}', '{"statusCode":500,"body":"x"}', "null", '"text"'):
        w.say(connection_id, "hi")
        assert w.answer(w.invoked()[0], returned) == []


def test_a_two_way_route_sends_the_body_as_a_frame(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    w = world(routes.aws_proxy("$default", two_way=True))
    connection_id = w.open()
    w.say(connection_id, "hi")
    w.answer(w.invoked()[0], '{"statusCode":200,"body":"hello"}')
    assert w.frames() == ["hello"]
    assert w.noted("frame_sent")[0]["cause"] == "route_response"


def test_no_route_and_no_default_is_forbidden_and_the_connection_stays(world: Any, routes: Any) -> None:
    """OBSERVED, byte for byte."""
    w = world(routes.aws_proxy("send"))
    connection_id = w.open()
    for message in ({"action": "other"}, "not json"):
        w.say(connection_id, message)
        request_id = json.loads(w.frames()[0])["requestId"]
        assert w.frames() == [error("Forbidden", connection_id, request_id)]
    assert connection_id in w.gateway.connections


@pytest.mark.parametrize("kind", ["raised", "crashed", "init_failed", "timed_out", "throttled"])
@pytest.mark.parametrize("two_way", [False, True])
def test_a_failed_function_is_an_internal_server_error_frame(world: Any, routes: Any, kind: str, two_way: bool) -> None:
    """OBSERVED on one-way routes too; requestId is the event's (inferred)."""
    w = world(routes.aws_proxy("$default", two_way=two_way))
    connection_id = w.open()
    w.say(connection_id, "hi")
    request_id = w.event()["requestContext"]["requestId"]
    w.fail(w.invoked()[0], "secret detail", kind)
    assert w.frames() == [error("Internal server error", connection_id, request_id)]
    assert connection_id in w.gateway.connections


def test_an_integration_timeout_is_a_frame_and_the_late_answer_is_dropped(world: Any, routes: Any) -> None:
    """DOCUMENTED 29 s; the text is unknown."""
    w = world(routes.aws_proxy("$default", two_way=True, timeout=1))
    connection_id = w.open()
    w.say(connection_id, "hi")
    (invocation,) = w.invoked()
    request_id = w.event()["requestContext"]["requestId"]
    w.advance(1)
    assert w.frames() == [error("Endpoint request timed out", connection_id, request_id)]
    assert w.answer(invocation, '{"body":"late"}') == []


def test_messages_of_one_connection_are_invoked_side_by_side(world: Any, routes: Any) -> None:
    """INFERRED: AWS recommends a FIFO queue for order."""
    w = world(routes.aws_proxy("$default", two_way=True))
    connection_id = w.open()
    invocations = []
    for text in ("a", "b", "c"):
        w.say(connection_id, text)
        invocations += w.invoked()
    answered = []
    for invocation in reversed(invocations):
        w.answer(invocation, json.dumps({"body": json.loads(invocation.payload)["body"]}))
        answered += w.frames()
    assert answered == ["c", "b", "a"]


def test_a_mock_route_answers_without_a_function(world: Any, routes: Any) -> None:
    w = world(routes.mock("ping", '{"statusCode":200}', '{"type":"pong"}'))
    connection_id = w.open()
    w.say(connection_id, {"action": "ping"})
    assert w.frames() == ['{"type":"pong"}']
    assert w.invoked() == []


def test_a_mock_without_a_status_is_an_internal_server_error(world: Any, routes: Any) -> None:
    w = world(routes.mock("ping", "{}", "x"))
    connection_id = w.open()
    w.say(connection_id, {"action": "ping"})
    assert json.loads(w.frames()[0])["message"] == "Internal server error"


def test_a_route_without_integration_is_an_internal_server_error(world: Any) -> None:
    w = world(Route("$default"))
    connection_id = w.open()
    w.say(connection_id, "x")
    assert json.loads(w.frames()[0])["message"] == "Internal server error"


def test_a_binary_message_closes_with_1003(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    w = world(routes.aws_proxy("$default"), routes.aws_proxy("$disconnect"))
    connection_id = w.open()
    w.say(connection_id, b"\x00\x01")
    assert w.of(CloseConnection) == [CloseConnection(connection_id, 1003, "")]
    assert w.event()["requestContext"]["disconnectStatusCode"] == 1003


def test_an_answer_for_a_closed_connection_goes_nowhere(world: Any, routes: Any) -> None:
    from longwire.core.events import PeerClosed

    w = world(routes.aws_proxy("$default", two_way=True))
    connection_id = w.open()
    w.say(connection_id, "a")
    (first,) = w.invoked()
    w.say(connection_id, "b")
    w.receive(PeerClosed(connection_id, 1000, ""))
    assert w.answer(first, '{"body":"x"}') == []
    assert w.advance(29) == []


def test_the_timeline_says_why_a_route_was_chosen(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"), routes.aws_proxy("$default"))
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    (shown,) = w.noted("message_received")
    assert (shown["route_key"], shown["why"]) == ("send", "$request.body.action is 'send'")
