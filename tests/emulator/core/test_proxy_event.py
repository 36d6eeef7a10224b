"""The events that functions receive: fields, key order, casing (section B of API Gateway's behaviour)."""

import json
import re
from typing import Any

HEADERS = [
    ("user-agent", "wscat"),
    ("Origin", "https://app.example"),
    ("X-Twice", "1"),
    ("x-custom", "c"),
    ("X-Twice", "2"),
]


def connect(world: Any, routes: Any, target: str = "/dev", headers: Any = (), **options: Any) -> dict[str, Any]:
    w = world(routes.aws_proxy("$connect"), **options)
    w.shake(target, headers)
    event = w.event()
    assert isinstance(event, dict)
    return event


def test_connect_has_the_documented_fields_in_the_observed_order(world: Any, routes: Any) -> None:
    event = connect(world, routes)
    assert list(event) == ["headers", "multiValueHeaders", "requestContext", "isBase64Encoded"]
    assert list(event["requestContext"]) == [
        "routeKey", "eventType", "extendedRequestId", "requestTime", "messageDirection", "stage", "connectedAt",
        "requestTimeEpoch", "identity", "requestId", "domainName", "connectionId", "apiId",
    ]  # fmt: skip
    assert event["isBase64Encoded"] is False


def test_connect_has_the_right_values(world: Any, routes: Any) -> None:
    context = connect(world, routes, headers=HEADERS)["requestContext"]
    assert context["routeKey"] == "$connect"
    assert context["eventType"] == "CONNECT"
    assert context["messageDirection"] == "IN"
    assert context["extendedRequestId"] == context["requestId"]
    assert context["requestTime"] == "14/Nov/2023:22:13:20 +0000"
    assert context["requestTimeEpoch"] == context["connectedAt"] == 1_700_000_000_000
    assert context["domainName"] == "abcdefghij.execute-api.us-east-1.amazonaws.com"
    assert context["identity"] == {"userAgent": "wscat", "sourceIp": "192.0.2.7"}
    assert list(context["identity"]) == ["userAgent", "sourceIp"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{15}=", context["requestId"])


def test_identity_has_no_user_agent_when_the_client_sent_none(world: Any, routes: Any) -> None:
    assert connect(world, routes)["requestContext"]["identity"] == {"sourceIp": "192.0.2.7"}


def test_connect_headers_keep_casing_are_sorted_and_lack_the_hop_headers(world: Any, routes: Any) -> None:
    event = connect(world, routes, headers=[*HEADERS, ("Content-Length", "0")])
    names = list(event["headers"])
    assert names == sorted(names, key=str.lower)
    assert {"user-agent", "Origin", "Sec-WebSocket-Key", "Sec-WebSocket-Version"} <= set(names)
    assert not {"connection", "upgrade", "content-length"} & {name.lower() for name in names}
    assert event["headers"]["Host"] == "abcdefghij.execute-api.us-east-1.amazonaws.com"
    assert event["headers"]["X-Forwarded-Proto"] == "https"
    assert event["headers"]["X-Forwarded-Port"] == "443"
    assert event["headers"]["X-Forwarded-For"] == "192.0.2.7"
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", event["headers"]["X-Amzn-Trace-Id"])
    assert (event["headers"]["X-Twice"], event["multiValueHeaders"]["X-Twice"]) == ("2", ["1", "2"])


def test_forwarding_headers_of_the_client_are_appended_to(world: Any, routes: Any) -> None:
    event = connect(world, routes, headers=[("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "http")])
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9, 192.0.2.7"
    assert event["headers"]["X-Forwarded-Proto"] == "https"


def test_query_keys_are_absent_without_a_query_and_decoded_with_one(world: Any, routes: Any) -> None:
    event = connect(world, routes, "/dev?a=1&a=2&b=&c=%20x+y")
    assert event["queryStringParameters"] == {"a": "2", "b": "", "c": " x y"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""], "c": [" x y"]}
    assert "queryStringParameters" not in connect(world, routes, "/dev")


def test_stage_variables_are_there_only_when_the_stage_has_some(world: Any, routes: Any) -> None:
    assert connect(world, routes, variables={"v": "1"})["stageVariables"] == {"v": "1"}
    assert "stageVariables" not in connect(world, routes)


def test_a_message_has_no_headers_and_its_id_shares_the_connections_tail(world: Any, routes: Any) -> None:
    w = world(routes.aws_proxy("$connect"), routes.aws_proxy("$default"))
    connection_id = w.open(headers=HEADERS)
    w.now += 5
    w.say(connection_id, 'snow ☃ "quoted" \u2028')
    event = w.event()
    context = event["requestContext"]
    assert list(event) == ["requestContext", "body", "isBase64Encoded"]
    assert list(context)[:3] == ["routeKey", "messageId", "eventType"]
    assert event["body"] == 'snow ☃ "quoted" \u2028'
    assert (context["eventType"], context["routeKey"]) == ("MESSAGE", "$default")
    assert context["messageId"][-4:] == connection_id[-4:]
    assert (context["connectedAt"], context["requestTimeEpoch"]) == (1_700_000_000_000, 1_700_000_005_000)
    assert context["identity"] == {"userAgent": "wscat", "sourceIp": "192.0.2.7"}


def test_disconnect_has_four_stub_headers_and_the_observed_order(world: Any, routes: Any) -> None:
    from longwire.core.events import PeerClosed

    w = world(routes.aws_proxy("$disconnect"))
    connection_id = w.open()
    w.receive(PeerClosed(connection_id, 1001, ""))
    event = w.event()
    host = "abcdefghij.execute-api.us-east-1.amazonaws.com"
    assert event["headers"] == {"Host": host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
    assert event["multiValueHeaders"] == {"Host": [host], "x-api-key": [""], "X-Forwarded-For": [""], "x-restapi": [""]}
    assert list(event["requestContext"])[:6] == [
        "routeKey", "disconnectStatusCode", "eventType", "extendedRequestId", "requestTime", "messageDirection",
    ]  # fmt: skip
    assert list(event["requestContext"])[6] == "disconnectReason"
    assert "body" not in event


def test_an_authorizer_keeps_the_hop_headers_and_empty_maps(world: Any, routes: Any) -> None:
    from longwire.core.api import Authorizer

    w = world(routes.aws_proxy("$connect", authorizer=Authorizer("A", "a", "Authorize")))
    w.shake()
    event = w.event()
    assert event["type"] == "REQUEST"
    assert event["methodArn"] == "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev/$connect"
    assert (event["headers"]["Connection"], event["headers"]["Upgrade"]) == ("upgrade", "websocket")
    assert event["headers"]["content-length"] == "0"
    assert event["queryStringParameters"] == event["multiValueQueryStringParameters"] == event["stageVariables"] == {}
    assert "isBase64Encoded" not in event
    assert "authorizer" not in event["requestContext"]


def test_authorizer_context_stands_where_captures_have_it(world: Any, routes: Any) -> None:
    from longwire.core.api import Authorizer
    from longwire.core.events import PeerClosed

    everyone = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    w = world(
        routes.aws_proxy("$connect", authorizer=Authorizer("A", "a", "Authorize")),
        routes.aws_proxy("$default"),
        routes.aws_proxy("$disconnect"),
    )
    connection_id = w.shake()
    w.answer(w.invoked()[0], json.dumps({"principalId": "p", "policyDocument": everyone, "context": {"k": "v"}}))
    assert list(w.event()["requestContext"])[:2] == ["routeKey", "authorizer"]
    w.answer(w.invoked()[0], '{"statusCode":200}')
    w.say(connection_id, "x")
    assert list(w.event()["requestContext"])[:3] == ["routeKey", "authorizer", "messageId"]
    w.receive(PeerClosed(connection_id, 1000, ""))
    assert list(w.event()["requestContext"])[:3] == ["routeKey", "disconnectStatusCode", "authorizer"]
    assert w.event()["requestContext"]["authorizer"] == {"k": "v", "principalId": "p"}
