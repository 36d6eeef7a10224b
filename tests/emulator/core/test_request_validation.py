"""Which model a message has to fit, and the frame for one that does not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from longwire.core.api import Validator


def has(name: str) -> Validator:
    """A model with one required property."""
    return lambda body: None if isinstance(body, dict) and name in body else f"{name!r} is missing"


def send_route(routes: Any, expression: str | None = "$request.body.kind", **models: Validator) -> Any:
    given = {name.replace("default", "$default"): model for name, model in models.items()}
    return replace(routes.aws_proxy("send", two_way=True), model_selection_expression=expression, models=given)


def said(world: Any, route: Any, message: Any, **quotas: Any) -> Any:
    w = world(route, **quotas)
    connection_id = w.open()
    w.say(connection_id, message)
    assert connection_id in w.gateway.connections
    return w


def problem(w: Any) -> str:
    assert w.invoked() == []
    return str(w.noted("message_received")[0]["why"].partition("; ")[2])


def test_a_message_that_fits_is_invoked(world: Any, routes: Any) -> None:
    w = said(world, send_route(routes, text=has("body")), {"action": "send", "kind": "text", "body": "x"})
    assert w.event()["body"] == '{"action": "send", "kind": "text", "body": "x"}'
    assert w.frames() == []


def test_one_that_does_not_fit_is_answered_with_bad_request_body_and_not_invoked(world: Any, routes: Any) -> None:
    """DOCUMENTED shape and spacing; the connection stays open."""
    w = said(world, send_route(routes, text=has("body")), {"action": "send", "kind": "text"})
    (connection_id,) = w.gateway.connections
    (frame,) = w.frames()
    message_id = json.loads(frame)["messageId"]
    assert (
        frame == f'{{"message" : "Bad request body", "connectionId": "{connection_id}", "messageId": "{message_id}"}}'
    )
    assert len(message_id) == len(connection_id)
    assert problem(w) == "'body' is missing"


def test_the_expression_chooses_the_model_and_default_is_for_the_rest(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    route = send_route(routes, text=has("body"), default=has("other"))
    assert problem(said(world, route, {"action": "send", "kind": "text", "other": 1})) == "'body' is missing"
    assert problem(said(world, route, {"action": "send", "kind": "image", "body": 1})) == "'other' is missing"
    assert problem(said(world, route, {"action": "send", "body": 1})) == "'other' is missing"
    assert said(world, route, {"action": "send", "kind": "image", "other": 1}).invoked()


def test_without_a_matching_model_and_without_default_the_validation_fails(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    w = said(world, send_route(routes, text=has("body")), {"action": "send", "kind": "image"})
    assert problem(w) == "$request.body.kind is 'image', for which there is no model and no $default"


def test_models_without_an_expression_are_not_used(world: Any, routes: Any) -> None:
    """DOCUMENTED: validation occurs if there is a model selection expression."""
    assert said(world, send_route(routes, None, default=has("never")), {"action": "send"}).invoked()


@pytest.mark.parametrize("message", ["not json", "", "{", "NaN"])
def test_what_is_not_json_fits_no_model(world: Any, routes: Any, message: str) -> None:
    """INFERRED."""
    route = replace(
        routes.aws_proxy("$default"), model_selection_expression=r"\$default", models={"$default": lambda _: None}
    )
    assert problem(said(world, route, message)) == "the message is not JSON"


def test_lenient_json_is_what_models_see_too(world: Any, routes: Any) -> None:
    route = send_route(routes, default=has("body"))
    assert said(world, route, '{"action":"send", body:"x"}', lenient_json=True).invoked()


def test_a_mock_route_validates_before_it_answers(world: Any, routes: Any) -> None:
    mock = routes.mock("ping", '{"statusCode":200}', "pong")
    route = replace(mock, model_selection_expression=r"\$default", models={"$default": has("n")})
    assert json.loads(said(world, route, {"action": "ping"}).frames()[0])["message"] == "Bad request body"
    assert said(world, route, {"action": "ping", "n": 1}).frames() == ["pong"]
