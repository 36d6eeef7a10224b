"""Identity sources of every kind, and authorizer answers."""

import json
from dataclasses import replace
from typing import Any

import pytest

from longwire.core.api import Authorizer, Stage
from longwire.core.authorizer import judged, missing_identity_source
from longwire.core.events import InvocationFinished
from longwire.core.proxy_event import Handshake

HANDSHAKE = Handshake.of("/dev?token=t&empty=", (("Authorization", "Bearer x"), ("User-Agent", "w")), "192.0.2.7")


@pytest.mark.parametrize(
    "source",
    [
        "route.request.header.Authorization",
        "route.request.header.authorization",
        "route.request.querystring.token",
        "stageVariables.key",
        "$stageVariables.key",
        "context.routeKey",
        "$context.identity.sourceIp",
        "context.stage",
        "context.identity.userAgent",
        "context.domainName",
    ],
)
def test_an_identity_source_that_is_there_is_found(routes: Any, source: str) -> None:
    api = replace(routes.api(), stage=Stage("dev", {"key": "v"}))
    given = HANDSHAKE.with_forwarding("ws.example.com", "1-2-3")
    assert missing_identity_source(Authorizer("A", "a", "F", (source,)), api, given) is None


@pytest.mark.parametrize(
    "source",
    [
        "route.request.header.X-Absent",
        "route.request.querystring.empty",
        "route.request.querystring.absent",
        "stageVariables.absent",
        "context.absent",
        "nonsense",
        "method.request.header.Authorization",
    ],
)
def test_the_first_missing_or_empty_one_is_named(routes: Any, source: str) -> None:
    authorizer = Authorizer("A", "a", "F", ("route.request.querystring.token", source))
    assert missing_identity_source(authorizer, routes.api(), HANDSHAKE) == source


def test_no_identity_source_means_that_the_function_is_always_called(routes: Any) -> None:
    assert missing_identity_source(Authorizer("A", "a", "F"), routes.api(), HANDSHAKE) is None


def test_context_values_become_strings_and_principal_is_optional(routes: Any) -> None:
    allow = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    answer = {"policyDocument": allow, "context": {"s": "x", "i": 1, "f": 1.5, "b": False}}
    found = judged(InvocationFinished("i", json.dumps(answer)), routes.api(), 8192)
    assert (found.status, found.principal_id) == (200, None)
    assert found.context == {"s": "x", "i": "1", "f": "1.5", "b": "false"}


def test_a_condition_fails_closed_and_says_so(routes: Any) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {}}}
    found = judged(
        InvocationFinished("i", json.dumps({"policyDocument": {"Statement": statement}})), routes.api(), 8192
    )
    assert found.status == 500
    assert "Condition" in found.why


def test_an_answer_nested_without_end_fails_closed(routes: Any) -> None:
    found = judged(InvocationFinished("i", '{"policyDocument":' * 400 + "[" * 900), routes.api(), 8192)
    assert found.status == 500
