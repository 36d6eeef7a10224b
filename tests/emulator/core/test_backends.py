"""Integrations other than Lambda proxy, in virtual time: messages."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from backend_routes import RESPONSES, answered, called, errors, http, service
from longwire.core.api import Integration, IntegrationResponse, Route
from longwire.core.events import CallHttp, IntegrationAnswered, PeerClosed

MakeWorld = Callable[..., Any]
LOG = "$context.requestId $context.status $context.integration.status $context.integration.error"


def test_a_message_becomes_an_http_request_and_its_answer_a_message(world: MakeWorld) -> None:
    route = http("x", request_templates={"$default": '{"id": "$context.connectionId"}'},
                 request_parameters={"integration.request.path.id": "route.request.body.id"})  # fmt: skip
    made = world(route)
    connection_id = made.open()
    made.say(connection_id, {"action": "x", "id": 7})
    call = called(made)
    assert (call.method, call.url) == ("POST", "http://127.0.0.1:9/7")
    assert json.loads(call.body) == {"id": connection_id}
    assert dict(call.headers)["User-Agent"] == "AmazonAPIGateway_abcdefghij"
    answered(made)
    assert made.frames() == ["got 1"]
    assert made.noted("integration_finished")[0]["status"] == 200


def test_a_message_becomes_a_call_of_a_service(world: MakeWorld) -> None:
    made = world(service("x"))
    made.say(made.open(), '{"action": "x"}')
    call = called(made)
    assert (call.service, call.region, call.target, call.body) == ("dynamodb", "us-east-1", "/", b'{"action": "x"}')
    answered(made, 400, '{"__type": "x"}')
    assert made.frames() == ['no: {"__type": "x"}']


def test_a_lambda_integration_gets_what_the_template_gives(world: MakeWorld) -> None:
    integration = Integration(
        "Plain", "AWS", "Echo", request_templates={"$default": '{"said": $input.json("$.t")}'}, responses=RESPONSES
    )
    made = world(Route("x", integration, two_way=True))
    made.say(made.open(), {"action": "x", "t": "hi"})
    (invocation,) = made.invoked()
    assert json.loads(invocation.payload) == {"said": "hi"}
    made.answer(invocation, '{"a": 5}')
    assert made.frames() == ["got 5"]


def test_a_function_that_fails_or_is_throttled(world: MakeWorld) -> None:
    responses = (*RESPONSES, IntegrationResponse("/boom/", {"$default": "$input.path('$.errorType')"}))
    made = world(Route("x", Integration("Plain", "AWS", "Echo", responses=responses), two_way=True))
    connection_id = made.open()
    made.say(connection_id, {"action": "x"})
    made.fail(made.invoked()[0])
    assert made.frames() == ["Exception"]
    made.say(connection_id, {"action": "x"})
    made.fail(made.invoked()[0], "Rate exceeded", "throttled")
    assert errors(made) == ["Internal server error"]
    metrics = made.gateway.deployment.monitor.metrics
    assert (metrics.integration_error["x"], metrics.execution_error["x"]) == (1, 1)


def test_a_function_is_not_invoked_with_what_is_no_json(world: MakeWorld) -> None:
    made = world(Route("x", Integration("Plain", "AWS", "Echo", request_templates={"$default": "{"}), two_way=True))
    made.say(made.open(), {"action": "x"})
    assert not made.invoked()
    assert errors(made) == ["Internal server error"]
    assert "not JSON" in made.noted("integration_finished")[0]["error"]


@pytest.mark.parametrize(
    ("fields", "message", "text"),
    [
        ({"passthrough": "NEVER"}, '{"action": "x"}', "Unsupported Media Type"),
        (
            {"request_templates": {"$default": "$input.path('$.a')"}},
            "no json",
            "Could not parse request body into json",
        ),
        ({"request_templates": {"$default": "#set($l = [])$l[1]"}}, '{"action": "x"}', "Internal server error"),
        ({"responses": ()}, '{"action": "x"}', None),
    ],
)
def test_what_cannot_be_mapped_calls_nobody(world: MakeWorld, fields: Any, message: str, text: str | None) -> None:
    made = world(http("x", **fields), http("$default", **fields))
    made.say(made.open(), message)
    if text is None:
        answered(made)
        text = "Internal server error"
    assert errors(made) == [text]
    assert [effect for effect in made.effects if isinstance(effect, CallHttp)] == []


def test_a_one_way_route_answers_failures_alone(world: MakeWorld) -> None:
    made = world(http("x", two_way=False, responses=()))
    connection_id = made.open()
    for status in (200, 404, 500):
        made.say(connection_id, {"action": "x"})
        answered(made, status)
        assert made.frames() == []
    made.say(connection_id, {"action": "x"})
    answered(made, error="nobody listens")
    assert errors(made) == ["Internal server error"]


def test_a_backend_that_takes_too_long(world: MakeWorld) -> None:
    made = world(http("x", timeout=0.5))
    connection_id = made.open()
    made.say(connection_id, {"action": "x"})
    late = called(made)
    made.advance(1)
    assert errors(made) == ["Endpoint request timed out"]
    assert made.receive(IntegrationAnswered(late.invocation_id, 200)) == []


def test_an_answer_for_a_connection_that_is_gone(world: MakeWorld) -> None:
    made = world(http("x"))
    connection_id = made.open()
    made.say(connection_id, {"action": "x"})
    call = called(made)
    made.receive(PeerClosed(connection_id, 1000, ""))
    made.receive(IntegrationAnswered(call.invocation_id, 200))
    assert made.frames() == []


def test_messages_take_turns_for_backends_too(world: MakeWorld) -> None:
    made = world(http("x"), parallel_message_dispatch=False)
    connection_id = made.open()
    made.say(connection_id, {"action": "x"})
    first = called(made)
    made.say(connection_id, {"action": "x"})
    assert not [effect for effect in made.effects if isinstance(effect, CallHttp)]
    made.receive(IntegrationAnswered(first.invocation_id, 200, body=b'{"a": 1}'))
    assert made.frames() == ["got 1"]
    assert called(made).invocation_id != first.invocation_id


def test_an_answer_is_mapped_as_it_was_when_it_was_asked_for(world: MakeWorld, routes: Any) -> None:
    made = world(http("x"))
    made.say(made.open(), {"action": "x"})
    call = called(made)
    made.gateway.deploy(routes.api(http("x", responses=())))
    made.receive(IntegrationAnswered(call.invocation_id, 200, body=b'{"a": 9}'))
    assert made.frames() == ["got 9"]


# --- what is counted and logged


def test_backends_are_counted_and_logged_as_functions_are(world: MakeWorld) -> None:
    made = world(http("x"), access_log=LOG)
    connection_id = made.open()
    lines = []
    for status, error in ((200, ""), (404, ""), (0, "nobody listens")):
        made.say(connection_id, {"action": "x"})
        made.now += 0.25
        answered(made, status, error=error)
        lines += [line.split(" ", 1)[1] for line in made.logged()]
    assert lines == ["200 200 -", "404 404 -", "504 0 nobody listens"]
    metrics = made.gateway.deployment.monitor.metrics
    assert metrics.integration_latency["x"].total == pytest.approx(0.5)
    assert (metrics.integration_error["x"], metrics.execution_error["x"], metrics.client_error["x"]) == (1, 1, 0)


def test_a_mock_has_no_latency(world: MakeWorld, routes: Any) -> None:
    made = world(
        routes.mock("x", '{"statusCode": 200}', "m"), access_log="$context.requestId $context.integrationLatency"
    )
    made.say(made.open(), {"action": "x"})
    assert made.frames() == ["m"]
    assert made.logged()[0].endswith(" -")
    assert not made.gateway.deployment.monitor.metrics.integration_latency


def test_a_service_that_wants_json_refuses_what_is_none(world: MakeWorld) -> None:
    made = world(service("x", request_templates={"$default": '{"a": \\\'}'}))
    made.say(made.open(), {"action": "x"})
    assert made.frames() == ['no: {"__type":"com.amazon.coral.service#SerializationException"}']
    assert "not JSON" in made.noted("integration_finished")[0]["error"]
