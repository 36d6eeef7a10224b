"""REQUEST authorizers of HTTP APIs."""

import json
from typing import Any

import pytest

from http_entry_points import entry, incoming, matched, route
from longwire.core.events import InvocationFinished
from longwire.core.http.api import HttpAuthorizer
from longwire.core.http.authorizer import (
    AuthorizerCache,
    Verdict,
    authorizer_event,
    identity_values,
    route_arn,
    verdict,
)

API = entry(route("GET /pets/{id}"), stage="dev", variables={"colour": "blue"})
ASKED = incoming("GET", "/dev/pets/1?t=2", ("Authorization", "tok"))
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/dev/GET/pets/1"
SOURCE = "$request.header.Authorization"
SIMPLE = HttpAuthorizer("Guard", "Auth", "2.0", simple=True, identity_sources=(SOURCE,), ttl=60)
POLICY = HttpAuthorizer("Guard", "Auth", "1.0")


def policy(effect: str, resource: str = ARN) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {"principalId": "ann", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


def judged(authorizer: HttpAuthorizer, answer: Any) -> Verdict:
    return verdict(authorizer, InvocationFinished("i", json.dumps(answer)))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("$request.header.authorization", "tok"),
        ("$request.querystring.t", "2"),
        ("$stageVariables.colour", "blue"),
        ("$context.routeKey", "GET /pets/{id}"),
        ("$context.httpMethod", "GET"),
        ("$context.identity.sourceIp", "192.0.2.7"),
        ("$context.path", "/dev/pets/1"),
        ("$context.stage", "dev"),
    ],
)
def test_identity_sources_are_read_from_the_request(source: str, value: str) -> None:
    authorizer = HttpAuthorizer("Guard", "Auth", "2.0", identity_sources=(source,))

    assert identity_values(authorizer, API, matched(API, ASKED), ASKED) == [value]


@pytest.mark.parametrize("source", ["$request.header.x", "$request.querystring.x", "$stageVariables.x", "$context.x"])
def test_an_identity_source_that_is_absent_leaves_nothing_to_ask_for(source: str) -> None:
    authorizer = HttpAuthorizer("Guard", "Auth", "2.0", identity_sources=("$request.querystring.t", source))

    assert identity_values(authorizer, API, matched(API, ASKED), ASKED) is None


def test_format_2_asks_with_the_events_own_fields() -> None:
    asked = json.loads(authorizer_event(SIMPLE, API, matched(API, ASKED), ASKED, ["tok"]))

    assert list(asked) == [
        "version", "type", "routeArn", "identitySource", "routeKey", "rawPath", "rawQueryString", "headers",
        "queryStringParameters", "requestContext", "pathParameters", "stageVariables",
    ]  # fmt: skip
    assert (asked["routeArn"], asked["identitySource"], asked["type"]) == (ARN, ["tok"], "REQUEST")
    assert route_arn(API, ASKED) == ARN


def test_format_1_asks_as_a_rest_api_does() -> None:
    asked = json.loads(authorizer_event(POLICY, API, matched(API, ASKED), ASKED, ["tok", "2"]))

    assert (asked["version"], asked["methodArn"]) == ("1.0", ARN)
    assert asked["authorizationToken"] == asked["identitySource"] == "tok,2"
    assert (asked["resource"], asked["path"], asked["pathParameters"]) == ("/pets/{id}", "/dev/pets/1", {"id": "1"})


def test_a_simple_answer_lets_in_or_not() -> None:
    assert judged(SIMPLE, {"isAuthorized": True, "context": {"a": [1]}}) == Verdict({"a": [1]})
    refused = judged(SIMPLE, {"isAuthorized": False}).at(ARN)
    assert refused is not None
    assert (refused.status, refused.body) == (403, b'{"message":"Forbidden"}')


@pytest.mark.parametrize("answer", [None, {}, {"isAuthorized": "true"}, "yes", [], policy("Allow")])
def test_a_simple_answer_of_another_shape_is_an_error(answer: Any) -> None:
    refused = judged(SIMPLE, answer).at(ARN)

    assert refused is not None
    assert (refused.status, refused.body) == (500, b'{"message":"Internal Server Error"}')


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (policy("Allow"), None),
        (policy("Allow", "arn:aws:execute-api:*:*:abcdefghij/dev/*"), None),
        (policy("Allow", ARN + "/other"), 403),
        (policy("Deny"), 403),
        (policy("Maybe"), 500),
        ({"principalId": "ann"}, 500),
        (None, 500),
        ({"isAuthorized": True}, 500),
    ],
)
def test_a_policy_is_judged_for_the_route(answer: Any, status: int | None) -> None:
    refused = judged(POLICY, answer).at(ARN)

    assert (None if refused is None else refused.status) == status


@pytest.mark.parametrize(("text", "status"), [("Unauthorized", 401), ("boom", 500)])
def test_an_authorizer_that_raises_lets_nobody_in(text: str, status: int) -> None:
    refused = verdict(SIMPLE, InvocationFinished("i", "", "raised", text)).at(ARN)

    assert refused is not None
    assert refused.status == status


def test_answers_are_kept_by_identity_source_for_their_time() -> None:
    cache, allowed = AuthorizerCache(), Verdict({"a": 1})
    cache.put(SIMPLE, ["tok"], allowed, 100.0)

    assert cache.get(SIMPLE, ["tok"], 159.0) == allowed
    assert cache.get(SIMPLE, ["tok"], 160.0) is None
    assert cache.get(SIMPLE, ["other"], 101.0) is None


def test_a_failure_and_an_authorizer_without_a_time_are_not_kept() -> None:
    cache = AuthorizerCache()
    cache.put(SIMPLE, ["tok"], judged(SIMPLE, None), 100.0)
    cache.put(POLICY, ["tok"], Verdict(), 100.0)

    assert cache.get(SIMPLE, ["tok"], 100.0) is cache.get(POLICY, ["tok"], 100.0) is None
    cache.put(SIMPLE, ["tok"], judged(SIMPLE, {"isAuthorized": False}), 100.0)
    assert cache.get(SIMPLE, ["tok"], 100.0) is not None


def test_only_so_many_answers_are_kept() -> None:
    cache = AuthorizerCache()
    for number in range(2000):
        cache.put(SIMPLE, [str(number)], Verdict(), 100.0)

    assert len(cache.kept) == 1024
    assert cache.get(SIMPLE, ["0"], 100.0) is None
    assert cache.get(SIMPLE, ["1999"], 100.0) is not None
