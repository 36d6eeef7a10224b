"""Events without a client are those that API Gateway writes for one."""

import json
from typing import Any

import pytest

from longwire.core.api import Api, Authorizer, Integration, Route, Stack, Stage
from longwire.core.ids import Ids
from longwire.errors import UsageError
from longwire.lone_event import Asked, LoneEvent, lone_event

NOW = 1_764_000_000.0
AUTHORIZER = Authorizer("Auth", "Auth", "Authorize")


def route(key: str, function: str, authorizer: Authorizer | None = None) -> Route:
    return Route(key, Integration("Integration", "AWS_PROXY", function), authorizer)


def stage(logical_id: str, name: str, *routes: Route) -> Api:
    by_key = {each.key: each for each in routes}
    where = ("us-east-1", "123456789012", "$request.body.action")
    return Api(logical_id, "abcdefghij", logical_id.lower(), *where, by_key, Stage(name, {"colour": "blue"}))


ROUTES = (
    route("$connect", "Connect", AUTHORIZER),
    route("$disconnect", "Bye"),
    route("$default", "Default"),
    route("send", "Send"),
    Route("ping"),
)
STACK = Stack("s", "us-east-1", "123456789012", (stage("Chat", "dev", *ROUTES), stage("Feed", "prod")), {})


def made(kind: str, **fields: Any) -> LoneEvent:
    return lone_event(STACK, Asked(kind, **fields), Ids(lambda count: b"x" * count), NOW)


def event(kind: str, **fields: Any) -> Any:
    return json.loads(made(kind, **fields).payload)


@pytest.mark.parametrize(
    ("fields", "route_key", "function"),
    [
        ({"body": '{"action":"send"}'}, "send", "Send"),
        ({"body": '{"action":"none"}'}, "$default", "Default"),
        ({"body": "not JSON"}, "$default", "Default"),
        ({"body": "{}", "route_key": "send"}, "send", "Send"),
    ],
)
def test_a_message_goes_where_the_api_would_send_it(fields: Any, route_key: str, function: str) -> None:
    lone = made("message", **fields)
    assert (lone.route_key, lone.function) == (route_key, function)
    told = json.loads(lone.payload)
    assert told["requestContext"]["routeKey"] == route_key
    assert told["requestContext"]["connectionId"] == lone.connection_id
    assert told["body"] == fields["body"]


def test_connect_has_headers_a_query_and_the_authorizers_context() -> None:
    told = event(
        "connect", headers=(("host", "mine"), ("X-A", "1")), query=(("t", "1"), ("t", "2")), context={"org": "o"}
    )
    assert told["headers"]["X-A"] == "1"
    assert told["headers"]["X-Forwarded-Proto"] == "https"
    assert told["multiValueQueryStringParameters"] == {"t": ["1", "2"]}
    assert told["requestContext"]["authorizer"] == {"org": "o", "integrationLatency": 0}
    assert told["stageVariables"] == {"colour": "blue"}


def test_disconnect_has_its_code_and_the_principal() -> None:
    told = event("disconnect", code=1001, reason="Going away", context={"principalId": "me", "org": "o"})[
        "requestContext"
    ]
    assert (told["disconnectStatusCode"], told["disconnectReason"]) == (1001, "Going away")
    assert told["authorizer"] == {"org": "o", "principalId": "me"}


def test_an_authorizer_gets_its_own_event() -> None:
    lone = made("authorizer")
    assert (lone.function, json.loads(lone.payload)["type"]) == ("Authorize", "REQUEST")


def test_the_fields_are_those_of_a_client(world: Any, routes: Any) -> None:
    """The gateway's own event, beside one of the same API."""
    served = world(routes.aws_proxy("send"))
    served.say(served.open(), {"action": "send"})
    real = served.event()
    stack = Stack("s", "us-east-1", "1", (served.gateway.api,), {})
    lone = lone_event(stack, Asked("message", '{"action": "send"}'), Ids(lambda count: b"x" * count), NOW)
    made_up = json.loads(lone.payload)
    assert list(real) == list(made_up)
    assert set(made_up["requestContext"]) == set(real["requestContext"])


@pytest.mark.parametrize(
    ("kind", "fields", "told"),
    [
        (
            "message",
            {"route_key": "sned"},
            "there is no route sned; there are $connect, $disconnect, $default, send, ping",
        ),
        ("message", {"route_key": "ping"}, "route ping invokes no function"),
        ("message", {"api": "None"}, "there is no stage * of an api None; the template has Chat/dev, Feed/prod"),
        ("message", {"api": "Feed"}, "no route takes this message"),
        ("connect", {"stage": "prod"}, "there is no route $connect; there are none"),
        ("connect", {"connection_id": "x"}, "x is no connection id"),
    ],
)
def test_what_is_not_there_is_named(kind: str, fields: Any, told: str) -> None:
    with pytest.raises(UsageError) as refused:
        made(kind, **fields)
    assert told in str(refused.value)


def test_without_an_authorizer_there_is_no_event_for_it() -> None:
    bare = Stack("s", "us-east-1", "1", (stage("Chat", "dev", route("$connect", "Connect")),), {})
    with pytest.raises(UsageError, match="has no Lambda authorizer"):
        lone_event(bare, Asked("authorizer"), Ids(lambda count: b"x" * count), NOW)
