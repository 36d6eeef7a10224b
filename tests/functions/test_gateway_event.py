"""API Gateway's events, with what it leaves out and sends as null."""

from typing import Any

import pytest

from longwire_app.gateway_event import GatewayEvent, Headers


@pytest.mark.parametrize("raw", [{}, dict.fromkeys(["queryStringParameters", "headers", "multiValueHeaders", "body"])])
def test_what_is_not_there_is_empty(raw: dict[str, Any]) -> None:
    event = GatewayEvent(raw)
    assert (event.query, dict(event.headers), event.lines("Origin"), event.body) == ({}, {}, [], "")


def test_names_of_headers_are_found_in_any_case() -> None:
    headers = Headers({"AUTHORIZATION": "x"})
    assert (headers["authorization"], headers.get("Authorization"), headers.get("Origin")) == ("x", "x", None)
    assert (list(headers), len(headers)) == (["authorization"], 1)
    offered = {"multiValueHeaders": {"sec-websocket-protocol": ["a", "b"]}}
    assert GatewayEvent(offered).lines("Sec-WebSocket-Protocol") == ["a", "b"]


def test_a_binary_frame_is_decoded() -> None:
    assert GatewayEvent({"body": "aGk=", "isBase64Encoded": True}).body == "hi"
    with pytest.raises(ValueError, match="utf-8"):
        _ = GatewayEvent({"body": "/w==", "isBase64Encoded": True}).body
