"""From an upgrade request to 101 or a refusal (table A2 of API Gateway's behaviour)."""

import json
from typing import Any

import pytest

from longwire.core.api import Api, Authorizer, Integration, Route
from longwire.core.events import AcceptHandshake, RejectHandshake

AUTHORIZER = Authorizer("Auth", "auth", "Authorize", ("route.request.querystring.token",))


def rejection(world: Any) -> tuple[int, dict[str, str]]:
    (rejected,) = world.of(RejectHandshake)
    return rejected.status, json.loads(rejected.body)


def allow(arn: str = "*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}
    return json.dumps({"principalId": "me", "policyDocument": {"Statement": [statement]}, **more})


def method_arn(api: Api) -> str:
    return f"arn:aws:execute-api:us-east-1:123456789012:{api.api_id}/dev/$connect"


@pytest.mark.parametrize("target", ["/dev", "/dev/", "/dev?a=1", "/dev/?a=1"])
def test_without_a_connect_route_the_handshake_succeeds(world: Any, target: str) -> None:
    """DOCUMENTED: setting up an integration for $connect is optional."""
    w = world()
    w.shake(target)
    assert [effect.subprotocol for effect in w.of(AcceptHandshake)] == [None]


def test_a_connect_route_without_integration_accepts_too(world: Any) -> None:
    w = world(Route("$connect"))
    w.shake()
    assert len(w.of(AcceptHandshake)) == 1


@pytest.mark.parametrize("target", ["/prod", "/", "", "/dev/more", "/DEV", "/%64ev"])
def test_a_path_that_is_no_stage_is_forbidden(world: Any, target: str) -> None:
    """INFERRED: execute-api answers 403 for a path with no deployed stage."""
    w = world()
    w.shake(target)
    status, body = rejection(w)
    assert (status, body["message"]) == (403, "Forbidden")
    assert w.gateway.connections == {}


def test_the_host_of_another_api_is_forbidden(world: Any) -> None:
    """INFERRED: as a path with no deployed stage."""
    w = world()
    w.shake(headers=[("Host", "0123456789.execute-api.us-east-1.amazonaws.com")])
    assert rejection(w)[0] == 403
    w.shake(headers=[("Host", w.gateway.deployment.api.domain_name.upper())])
    assert len(w.of(AcceptHandshake)) == 1


def test_a_url_above_4096_characters_is_refused(world: Any) -> None:
    """DOCUMENTED limit; the status is unknown."""
    w = world()
    prefix = len(f"wss://{w.gateway.deployment.api.domain_name}")
    w.shake("/dev?" + "a" * (4096 - prefix - len("/dev?")))
    assert len(w.of(AcceptHandshake)) == 1
    w.shake("/dev?" + "a" * (4097 - prefix - len("/dev?")))
    assert rejection(w)[0] == 414


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_2xx_of_connect_opens(world: Any, routes: Any, status: int) -> None:
    """OBSERVED."""
    w = world(routes.aws_proxy("$connect"))
    w.shake()
    assert w.of(AcceptHandshake) == []
    w.answer(w.invoked()[0], json.dumps({"statusCode": status}))
    assert len(w.of(AcceptHandshake)) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403, 429, 501, 503])
def test_any_other_status_of_connect_is_the_clients(world: Any, routes: Any, status: int) -> None:
    """OBSERVED for 301, 401, 501; DOCUMENTED for 400."""
    w = world(routes.aws_proxy("$connect"))
    connection_id = w.shake()
    w.answer(w.invoked()[0], json.dumps({"statusCode": status, "body": "not forwarded"}))
    got, body = rejection(w)
    assert got == status
    assert body["connectionId"] == connection_id
    assert "not forwarded" not in body["message"]
    assert w.gateway.connections == {}


def test_a_connect_that_raises_is_502(world: Any, routes: Any) -> None:
    """OBSERVED."""
    w = world(routes.aws_proxy("$connect"))
    w.shake()
    w.fail(w.invoked()[0])
    assert rejection(w)[0] == 502


def test_a_connect_that_returns_nothing_is_the_named_default(world: Any, routes: Any) -> None:
    """UNKNOWN on AWS; REST's rule."""
    w = world(routes.aws_proxy("$connect"), connect_null_return=500)
    w.shake()
    w.answer(w.invoked()[0], "null")
    assert rejection(w)[0] == 500


def test_a_connect_that_takes_longer_than_its_timeout_is_504_and_its_answer_is_dropped(world: Any, routes: Any) -> None:
    """INFERRED from INTEGRATION_TIMEOUT."""
    w = world(routes.aws_proxy("$connect", timeout=2))
    w.shake()
    (invocation,) = w.invoked()
    w.advance(1.9)
    assert w.effects == []
    w.advance(0.1)
    assert rejection(w)[0] == 504
    assert w.answer(invocation, '{"statusCode":200}') == []


def test_the_integration_timeout_never_exceeds_29_seconds(world: Any, routes: Any) -> None:
    """DOCUMENTED."""
    w = world(routes.aws_proxy("$connect", timeout=900))
    w.shake()
    w.advance(28.9)
    assert w.effects == []
    w.advance(0.2)
    assert rejection(w)[0] == 504


def test_the_subprotocol_comes_from_the_function_alone(world: Any, routes: Any) -> None:
    """DOCUMENTED; OBSERVED that API Gateway adds none by itself."""
    w = world(routes.aws_proxy("$connect"))
    offered = [("Sec-WebSocket-Protocol", "a, b")]
    w.shake(headers=offered)
    w.answer(w.invoked()[0], json.dumps({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "b"}}))
    assert w.of(AcceptHandshake)[0].subprotocol == "b"
    w.shake(headers=offered)
    w.answer(w.invoked()[0], json.dumps({"statusCode": 200}))
    assert w.of(AcceptHandshake)[0].subprotocol is None


@pytest.mark.parametrize("target", ["/dev", "/dev?token=", "/dev?other=1", "/dev?Token=x"])
def test_a_missing_identity_source_is_401_and_the_authorizer_is_not_called(
    world: Any, routes: Any, target: str
) -> None:
    """DOCUMENTED; OBSERVED in 2019."""
    w = world(routes.aws_proxy("$connect", authorizer=AUTHORIZER))
    w.shake(target)
    assert rejection(w)[0] == 401
    assert w.invoked() == []


def test_an_allowed_client_goes_on_to_connect_with_the_authorizers_context(world: Any, routes: Any) -> None:
    """DOCUMENTED: values become strings. OBSERVED: integrationLatency in CONNECT alone."""
    w = world(routes.aws_proxy("$connect", authorizer=AUTHORIZER), routes.aws_proxy("$default"))
    connection_id = w.shake("/dev?token=t")
    (authorize,) = w.invoked()
    assert authorize.function == "Authorize"
    w.now += 0.025
    w.answer(authorize, allow(context={"tenant": "t1", "level": 3, "admin": True}))
    expected = {"tenant": "t1", "level": "3", "admin": "true", "principalId": "me"}
    latency = w.event()["requestContext"]["authorizer"].pop("integrationLatency")
    assert 20 <= latency <= 30
    assert w.invoked()[0].function == "Connect"
    w.answer(w.invoked()[0], '{"statusCode":200}')
    w.say(connection_id, "hi")
    assert w.event()["requestContext"]["authorizer"] == expected


def test_the_policy_is_judged_for_the_connect_arn(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect", authorizer=AUTHORIZER))
    w.shake("/dev?token=t")
    w.answer(w.invoked()[0], allow(method_arn(w.gateway.deployment.api)))
    assert w.invoked()[0].function == "Connect"


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (allow("arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/*/*"), 403, "no identity-based policy"),
        ('{"policyDocument":{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}}', 403, "explicit deny"),
        ('{"principalId":"x"}', 500, "Internal server error"),
        ("null", 500, "Internal server error"),
        ('"yes"', 500, "Internal server error"),
        ('{"isAuthorized":true}', 500, "Internal server error"),
        (allow(context={"list": [1]}), 500, "Internal server error"),
        (allow(context="text"), 500, "Internal server error"),
        (allow(context={"big": "x" * 9000}), 500, "Internal server error"),
        ("{not json", 500, "Internal server error"),
    ],
)
def test_an_authorizers_other_answers_refuse(world: Any, routes: Any, answer: str, status: int, message: str) -> None:
    """DOCUMENTED: ACCESS_DENIED 403, AUTHORIZER_CONFIGURATION_ERROR 500, result at most 8 KB."""
    w = world(routes.aws_proxy("$connect", authorizer=AUTHORIZER))
    w.shake("/dev?token=t")
    w.answer(w.invoked()[0], answer)
    got, body = rejection(w)
    assert got == status
    assert message in body["message"]


def test_an_authorizer_that_raises_unauthorized_is_401_and_anything_else_500(world: Any, routes: Any) -> None:
    """DOCUMENTED: callback("Unauthorized"); AUTHORIZER_FAILURE."""
    w = world(routes.aws_proxy("$connect", authorizer=AUTHORIZER))
    for message, kind, status in (
        ("Unauthorized", "raised", 401),
        ("unauthorized", "raised", 500),
        ("x", "crashed", 500),
    ):
        w.shake("/dev?token=t")
        w.fail(w.invoked()[0], message, kind)
        assert rejection(w)[0] == status


def test_an_authorizer_that_takes_too_long_is_500(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect", authorizer=AUTHORIZER))
    w.shake("/dev?token=t")
    w.advance(29)
    assert rejection(w)[0] == 500


def test_a_client_that_leaves_during_the_handshake_was_never_open(world: Any, routes: Any) -> None:
    from longwire.core.events import ConnectionLost

    w = world(routes.aws_proxy("$connect"), routes.aws_proxy("$disconnect"))
    connection_id = w.shake()
    (invocation,) = w.invoked()
    w.receive(ConnectionLost(connection_id))
    assert w.invoked() == []
    assert w.answer(invocation, '{"statusCode":200}') == []
    assert w.gateway.connections == {}


def test_a_mock_integration_on_connect_agrees(world: Any) -> None:
    w = world(Route("$connect", Integration("M", "MOCK", request_templates={"$default": '{"statusCode":200}'})))
    w.shake()
    assert len(w.of(AcceptHandshake)) == 1


def test_the_timeline_shows_the_handshake_without_its_token(world: Any) -> None:
    w = world()
    w.shake("/dev?access_token=s3cret&room=1", [("Authorization", "Bearer s3cret")])
    (shown,) = w.noted("handshake")
    assert "s3cret" not in json.dumps(shown)
    assert ("room", "1") in shown["query"]
