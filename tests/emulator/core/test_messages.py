"""A message's way through its route."""

import json
from typing import Any

import pytest

from longwire.core.api import Route
from longwire.core.events import CloseConnection, PeerClosed


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


@pytest.mark.parametrize(
    ("settings", "returned", "frames"),
    [
        ({}, {"statusCode": 200}, [""]),
        ({"two_way_without_body": "nothing"}, {"statusCode": 200}, []),
        ({"two_way_without_body": "{}"}, {"statusCode": 200}, ["{}"]),
        ({"two_way_without_body": "nothing"}, {"statusCode": 200, "body": ""}, [""]),
        ({}, {"statusCode": 500, "body": "x"}, ["x"]),
        ({"non_2xx_two_way": "error"}, {"statusCode": 299, "body": "x"}, ["x"]),
        ({"non_2xx_two_way": "error"}, {"body": "x"}, ["x"]),
    ],
)
def test_what_aws_does_not_say_of_route_responses_can_be_set(
    world: Any, routes: Any, settings: dict[str, Any], returned: dict[str, Any], frames: list[str]
) -> None:
    w = world(routes.aws_proxy("$default", two_way=True), **settings)
    connection_id = w.open()
    w.say(connection_id, "hi")
    w.answer(w.invoked()[0], json.dumps(returned))
    assert w.frames() == frames


def test_a_non_2xx_route_response_can_be_set_to_be_an_error_frame(world: Any, routes: Any) -> None:
    """CLAIMED by one private note; the default is what was observed."""
    w = world(routes.aws_proxy("$default", two_way=True), non_2xx_two_way="error")
    connection_id = w.open()
    w.say(connection_id, "hi")
    request_id = w.event()["requestContext"]["requestId"]
    w.answer(w.invoked()[0], '{"statusCode":500,"body":"x"}')
    assert w.frames() == [error("Internal server error", connection_id, request_id)]


def test_messages_of_one_connection_can_be_set_to_take_turns(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default", two_way=True), routes.aws_proxy("send"), parallel_message_dispatch=False)
    connection_id, other = w.open(), w.open()
    w.say(connection_id, "1")
    first = w.invoked()[0]
    for message in ("2", "3"):
        w.say(connection_id, message)
        assert w.invoked() == []
    w.say(other, "x")
    assert len(w.invoked()) == 1

    w.answer(first, '{"body":"one"}')
    second = w.invoked()[0]
    assert (w.frames(), json.loads(second.payload)["body"]) == (["one"], "2")
    w.fail(second)
    assert json.loads(w.invoked()[0].payload)["body"] == "3"
    w.advance(29)
    assert w.frames()[-1].startswith('{"message": "Endpoint request timed out"')
    w.say(connection_id, "4")
    assert w.event()["body"] == "4"


def test_a_turn_that_needs_no_function_passes_on(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("send"), parallel_message_dispatch=False)
    connection_id = w.open()
    w.say(connection_id, {"action": "send"})
    first = w.invoked()[0]
    w.say(connection_id, {"action": "none"})
    w.say(connection_id, {"action": "send"})
    w.answer(first, "null")
    assert len(w.frames()) == 1
    assert len(w.invoked()) == 1


def test_a_connection_that_ends_takes_its_waiting_messages_along(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$default"), parallel_message_dispatch=False)
    connection_id = w.open()
    w.say(connection_id, "1")
    first = w.invoked()[0]
    w.say(connection_id, "2")
    w.receive(PeerClosed(connection_id, 1000, ""))
    assert w.answer(first, "null") == []
