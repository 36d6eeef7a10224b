"""Return values of Lambda functions."""

import json
from typing import Any, Literal

import pytest

from longwire.core.events import InvocationFinished
from longwire.core.proxy_response import connect_answer, two_way_answer


def returned(value: Any) -> InvocationFinished:
    return InvocationFinished("i", json.dumps(value))


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ({"statusCode": 200}, 200),
        ({"statusCode": 201}, 201),
        ({"statusCode": "200"}, 200),
        ({"statusCode": 301}, 301),
        ({"statusCode": 401}, 401),
        ({"statusCode": 501}, 501),
        (None, 502),
        ("ok", 502),
        ([], 502),
        ({}, 502),
        ({"statusCode": None}, 502),
        ({"statusCode": True}, 502),
        ({"statusCode": "abc"}, 502),
        ({"statusCode": 99}, 502),
        ({"statusCode": 1e400}, 502),
    ],
)
def test_the_status_of_connect_is_the_verdict(value: Any, status: int) -> None:
    answer = connect_answer(returned(value), 502)
    assert answer.status == status
    assert answer.opens is (status < 300)


@pytest.mark.parametrize("kind", ["raised", "crashed", "init_failed", "timed_out"])
def test_a_failed_connect_is_502(kind: Literal["raised", "crashed", "init_failed", "timed_out"]) -> None:
    answer = connect_answer(InvocationFinished("i", "", kind, "boom"), 502)
    assert (answer.status, answer.opens) == (502, False)
    assert "boom" in answer.why


@pytest.mark.parametrize(
    "answer",
    [
        {"headers": {"Sec-WebSocket-Protocol": "chat"}},
        {"headers": {"sec-websocket-protocol": "chat"}},
        {"multiValueHeaders": {"SEC-WEBSOCKET-PROTOCOL": ["other", "chat"]}},
    ],
)
def test_the_subprotocol_is_a_header_of_the_answer_in_any_casing(answer: dict[str, Any]) -> None:
    assert connect_answer(returned({"statusCode": 200, **answer}), 502).subprotocol == "chat"


def test_without_that_header_there_is_no_subprotocol() -> None:
    assert connect_answer(returned({"statusCode": 200, "headers": None}), 502).subprotocol is None


@pytest.mark.parametrize(
    ("value", "frame"),
    [
        ({"statusCode": 200, "body": "hi"}, "hi"),
        ({"statusCode": 500, "body": "hi"}, "hi"),  # observed: the status is not acted on
        ({"statusCode": 200}, None),
        (None, None),
        ("text", None),
        ({"body": {"a": 1}}, '{"a": 1}'),
        ({"body": "aGk=", "isBase64Encoded": True}, "hi"),
        ({"body": "no base64!", "isBase64Encoded": True}, "no base64!"),
    ],
)
def test_a_two_way_route_sends_the_body(value: Any, frame: str | None) -> None:
    assert two_way_answer(json.dumps(value)).body == frame


def test_an_answer_nested_without_end_is_no_proxy_response() -> None:
    result = InvocationFinished("i", "[" * 100_000 + "]" * 100_000)
    assert connect_answer(result, 502).status == 502
    assert two_way_answer(result.payload).body is None
