"""Integrations other than Lambda proxy, in virtual time: messages, $connect and $disconnect."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from longwire.core.api import Integration, IntegrationResponse, Route, ServiceAction
from longwire.core.events import AcceptHandshake, CallHttp, CallService, IntegrationAnswered, Invoke, PeerClosed

MakeWorld = Callable[..., Any]
RESPONSES = (
    IntegrationResponse("$default", {"$default": "got $input.path('$.a')"}),
    IntegrationResponse("/4../", {"$default": "no: $input.body"}),
)
LOG = "$context.requestId $context.status $context.integration.status $context.integration.error"


def http(key: str, *, two_way: bool = True, kind: Any = "HTTP", timeout: float = 29, **fields: Any) -> Route:
    fields = {"url": "http://127.0.0.1:9/{id}", "responses": RESPONSES} | fields
    return Route(key, Integration("Http", kind, timeout=timeout, **fields), two_way=two_way)


def service(key: str, **fields: Any) -> Route:
    action = ServiceAction("dynamodb", "us-east-1", "PutItem")
    return Route(key, Integration("Put", "AWS", service=action, responses=RESPONSES, **fields), two_way=True)


def called(world: Any) -> Any:
    (found,) = [effect for effect in world.effects if isinstance(effect, CallHttp | CallService | Invoke)]
    return found


def answered(world: Any, status: int = 200, body: str = '{"a": 1}', **fields: Any) -> Any:
    found = called(world)
    return world.receive(IntegrationAnswered(found.invocation_id, status, body=body.encode(), **fields))


def errors(world: Any) -> list[str]:
    return [json.loads(frame)["message"] for frame in world.frames()]


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


# --- $connect and $disconnect


@pytest.mark.parametrize(("status", "opens"), [(200, True), (204, True), (301, False), (403, False), (500, False)])
@pytest.mark.parametrize("kind", ["HTTP", "HTTP_PROXY"])
def test_the_status_of_an_http_connect_is_the_clients(world: MakeWorld, kind: str, status: int, opens: bool) -> None:
    made = world(http("$connect", kind=kind, two_way=False))
    made.shake()
    answered(made, status)
    assert bool(made.of(AcceptHandshake)) is opens
    if not opens:
        assert made.noted("connection_refused")[0]["status"] == status


def test_connect_has_headers_and_query_but_no_body(world: MakeWorld) -> None:
    template = "$input.params('name') $input.params('X-A') $input.body"
    parameters = {"integration.request.header.Token": "route.request.querystring.token"}
    route = http("$connect", request_templates={"$default": template}, request_parameters=parameters)
    made = world(route)
    made.shake("/dev?name=Ann&token=t", [("X-A", "1")])
    call = called(made)
    assert (call.body, dict(call.headers)["Token"]) == (b"Ann 1 {}", "t")


def test_a_proxied_connect_chooses_the_subprotocol(world: MakeWorld) -> None:
    made = world(http("$connect", kind="HTTP_PROXY"))
    made.shake("/dev", [("Sec-WebSocket-Protocol", "a, b")])
    answered(made, headers=(("Sec-WebSocket-Protocol", "b"),))
    assert made.of(AcceptHandshake)[0].subprotocol == "b"


@pytest.mark.parametrize(
    ("template", "status"),
    [('{"statusCode": 200}', 200), ('{"statusCode": 403}', 403), ("{", 500), (None, 200),
     ('#if($input.params("token") == "good"){"statusCode": 200}#else{"statusCode": 401}#end', 401)],
)  # fmt: skip
def test_a_mock_connect_has_the_status_of_its_template(world: MakeWorld, template: str | None, status: int) -> None:
    templates = {} if template is None else {"$default": template}
    made = world(Route("$connect", Integration("Mock", "MOCK", request_templates=templates)))
    made.shake()
    refused = made.noted("connection_refused")
    assert [each["status"] for each in refused] == ([] if status == 200 else [status])


def test_connect_fails_with_its_backend(world: MakeWorld) -> None:
    made = world(http("$connect", timeout=0.5))
    made.shake()
    answered(made, 0, "", error="nobody listens")
    assert made.noted("connection_refused")[0]["status"] == 504
    made.shake()
    made.advance(1)
    assert made.noted("connection_refused")[0]["status"] == 504


def test_a_function_that_fails_in_connect_lets_nobody_in(world: MakeWorld) -> None:
    made = world(Route("$connect", Integration("Plain", "AWS", "Guard", responses=RESPONSES)))
    made.shake()
    made.fail(made.invoked()[0])
    assert made.noted("connection_refused")[0]["status"] == 502


def test_a_required_parameter_has_to_be_there(world: MakeWorld) -> None:
    route = replace(http("$connect"), required_parameters=("querystring.token", "header.X-A"))
    made = world(route)
    made.shake()
    assert made.noted("connection_refused")[0]["reason"] == "Missing required request parameters: [token, X-A]"
    made.shake("/dev?token=", [("x-a", "1")])
    assert called(made)


def test_disconnect_is_told_to_the_backend(world: MakeWorld) -> None:
    made = world(http("$disconnect", request_templates={"$default": "$context.eventType $context.connectionId"}))
    connection_id = made.open()
    made.receive(PeerClosed(connection_id, 1000, ""))
    assert called(made).body == f"DISCONNECT {connection_id}".encode()
    answered(made, 500)
    assert made.frames() == []


def test_a_disconnect_that_cannot_be_mapped_is_told_to_people(world: MakeWorld) -> None:
    made = world(http("$disconnect", request_templates={"$default": "$util.parseJson('{')"}))
    made.receive(PeerClosed(made.open(), 1000, ""))
    assert "not JSON" in made.noted("integration_finished")[0]["error"]


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


HOSTILE = [
    '{"action": "x", "v": ' + "[" * 900 + "]" * 900 + "}",
    '{"action": "x", "v": ' + '{"a":' * 900 + "1" + "}" * 900 + "}",
    '{"action": "x", "v": [' + ",".join(["[1]"] * 30_000) + "]}",
    '{"action": "x", "v": "' + "a" * 130_000 + '"}',
    '{"action": "x", "v": "#foreach($i in [1..999999999])x#end $input.body"}',
    '{"action": "x", "v": "\\r\\nInjected: yes\\u0000\\ud800"}',
    '{"action": "x", "v": 1e400}',
    '{"action": "x", "v": ' + "9" * 4000 + "}",
    '{"action": "x", "v": 1, "v": null}',
]


@pytest.mark.parametrize("message", HOSTILE)
@pytest.mark.parametrize(
    "template",
    [
        "$input.json('$')",
        "$input.path('$')",
        "$input.path('$..*')",
        "$input.json('$..*')$input.json('$..*')",
        "#foreach($i in $input.path('$.v'))$i#end",
        "$util.escapeJavaScript($input.body)$util.urlEncode($input.path('$.v'))$util.base64Encode($input.json('$.v'))",
        '{"statusCode": $input.path("$.v")}',
        "#set($x = $input.path('$.v') * $input.path('$.v'))$x $input.path('$.v').replaceAll('a', '$0$0')",
    ],
)
def test_no_message_and_no_template_harms_the_gateway(world: MakeWorld, message: str, template: str) -> None:
    parameters = {
        "integration.request.header.V": "route.request.body.v",
        "integration.request.querystring.V": "route.request.body.$..*",
    }
    plain = http("x", request_templates={"$default": template}, request_parameters=parameters)
    mock = Integration("Mock", "MOCK", request_templates={"$default": template}, responses=RESPONSES)
    for route in (plain, Route("x", mock, two_way=True)):
        made = world(route)
        connection_id = made.open()
        made.say(connection_id, message)
        calls = [effect for effect in made.effects if isinstance(effect, CallHttp)]
        assert all("\r" not in value and "\n" not in value for call in calls for _, value in call.headers)
        assert calls or len(made.frames()) == 1
        made.say(connection_id, {"action": "x", "v": 200})
