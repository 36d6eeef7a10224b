"""Sections B1, B3 and F: the authorizer's event, and what its answer adds to the events that follow."""

import json
from typing import Any

import pytest

from deployed_stage import PATIENCE, DeployedStage, Observer, whoami
from emulated_stages import Emulated
from longwire.testing import Client

STRANGER = "AAAAAAAAAAACAAA="  # a connection id that is nobody's
SOURCES = ("stageVariables.colour", "context.stage", "context.routeKey", "context.identity.sourceIp")
MANY_SOURCES = {"IdentitySource": ",".join((*SOURCES, "route.request.header.X-Observer"))}


def let_in(stage: DeployedStage, query: dict[str, str] | None = None) -> Client:
    return stage.connect(query={"token": "t", **(query or {})}, headers={"X-Token": "t"})


@pytest.fixture
def observer(guarded: DeployedStage) -> Observer:
    return Observer(guarded, let_in(guarded))


def test_the_authorizers_event(guarded: DeployedStage, observer: Observer) -> None:
    """B1.1, B1.5, F3 DOCUMENTED [DG:apigateway-websocket-api-lambda-auth]: type, methodArn; no path, no body."""
    let_in(guarded, {"observer": observer.connection_id})
    event = observer.received()
    names = ["type", "methodArn", "headers", "multiValueHeaders", "queryStringParameters"]
    names += ["multiValueQueryStringParameters", "stageVariables", "requestContext"]
    assert sorted(event) == sorted(names)
    context = event["requestContext"]
    assert (context["routeKey"], context["eventType"], "authorizer" in context) == ("$connect", "CONNECT", False)
    arn, _, path = event["methodArn"].rpartition(f":{context['apiId']}/")
    assert (arn.split(":")[:4], path) == (["arn", "aws", "execute-api", guarded.region], "conformance/$connect")


def test_the_authorizers_event_keeps_the_hop_headers(guarded: DeployedStage, observer: Observer) -> None:
    """B3.2 OBSERVED [DG, PT, SLSO19]: the authorizer's headers keep Connection, Upgrade and a content-length of 0."""
    let_in(guarded, {"observer": observer.connection_id})
    authorizer, connect = observer.received()["headers"], observer.received()["headers"]
    hop = {"Connection": "upgrade", "Upgrade": "websocket", "content-length": "0"}
    assert {name: authorizer.get(name) for name in hop} == hop
    assert {**connect, **hop} == authorizer
    assert list(authorizer) == sorted(authorizer, key=str.lower)


@pytest.mark.emulator_only(reason="it needs a stack of its own with other parameters")
def test_the_authorizers_event_has_empty_objects_for_no_query_and_no_variables(emulated: Emulated) -> None:
    """B1.3, B1.4 OBSERVED [PT]: queryStringParameters is always there, `{}` when there is no query string."""
    stage = emulated("authorizer", parameters=MANY_SOURCES)
    observer = Observer(stage, stage.connect(headers={"X-Observer": STRANGER}))
    stage.connect(headers={"X-Observer": observer.connection_id})
    event = observer.received()
    assert (event["queryStringParameters"], event["multiValueQueryStringParameters"]) == ({}, {})
    assert event["stageVariables"] == {"colour": "blue"}


def events_of(guarded: DeployedStage, observer: Observer) -> list[dict[str, Any]]:
    """CONNECT, MESSAGE and DISCONNECT of a connection that the authorizer has described."""
    client = let_in(guarded, {"observer": observer.connection_id})
    observer.received()
    connect = observer.received()
    client.send(action="twoway")
    message = client.receive_json(PATIENCE)
    client.close()
    return [connect, message, observer.received()]


def test_the_authorizers_context_is_in_every_later_event(guarded: DeployedStage, observer: Observer) -> None:
    """B2.14, F4 OBSERVED [public captures, GH:aws/chalice#2060]: context, flattened, and principalId in all events."""
    for event in events_of(guarded, observer):
        found = event["requestContext"]["authorizer"]
        assert (found["text"], found["principalId"]) == ("blue", "somebody")


def test_context_values_are_text(guarded: DeployedStage, observer: Observer) -> None:
    """F4 INFERRED [`$context.authorizer.x` is documented as stringified]: numbers and booleans are text in events."""
    for event in events_of(guarded, observer):
        found = event["requestContext"]["authorizer"]
        assert (found["number"], found["flag"]) == ("1", "true")


def test_integration_latency_is_in_connect_alone(guarded: DeployedStage, observer: Observer) -> None:
    """F4 OBSERVED [public captures, GH:aws/chalice#2060]: integrationLatency, whole milliseconds, only in CONNECT."""
    found = [event["requestContext"]["authorizer"].get("integrationLatency") for event in events_of(guarded, observer)]
    assert type(found[0]) is int
    assert found[1:] == [None, None]


def test_where_the_authorizers_context_stands(guarded: DeployedStage, observer: Observer) -> None:
    """B2.16 OBSERVED [public captures]: authorizer follows routeKey; messageId and disconnectStatusCode beside it."""
    found = [list(event["requestContext"])[:3] for event in events_of(guarded, observer)]
    assert found == [
        ["routeKey", "authorizer", "eventType"],
        ["routeKey", "authorizer", "messageId"],
        ["routeKey", "disconnectStatusCode", "authorizer"],
    ]


def test_a_principal_id_is_optional(guarded: DeployedStage) -> None:
    """F4 OBSERVED [one capture]: without a principalId in the answer the events have none."""
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "METHOD_ARN"}
    document = {"Version": "2012-10-17", "Statement": [allow]}
    query = {"judgement": json.dumps({"policyDocument": document, "context": {"a": "b"}})}
    assert whoami(let_in(guarded, query))["authorizer"] == {"a": "b"}
