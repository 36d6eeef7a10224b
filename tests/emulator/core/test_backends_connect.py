"""Integrations other than Lambda proxy behind $connect and $disconnect."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backend_routes import RESPONSES, answered, called, http
from longwire.core.api import Integration, Route
from longwire.core.events import AcceptHandshake, PeerClosed

MakeWorld = Callable[..., Any]


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
