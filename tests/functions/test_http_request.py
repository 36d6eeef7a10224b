"""Requests of the HTTP API."""

import json
from typing import Any

import pytest

from backend_http import http_event
from longwire_app.errors import BadRequest
from longwire_app.http_request import HttpRequest, answered, refused


def request(target: str = "/", **parts: Any) -> HttpRequest:
    return HttpRequest.of(http_event(parts.pop("method", "GET"), target, **parts))


def test_a_parameter_that_comes_twice_keeps_both_values() -> None:
    found = request("/?excluded=a%2Cb&excluded=c&empty=")
    assert found.query == {"excluded": ["a,b", "c"], "empty": [""]}
    with pytest.raises(BadRequest, match="excluded: given 2 times"):
        found.text("excluded")
    assert (found.text("empty"), found.text("none")) == ("", None)


def test_a_body_is_bytes_however_api_gateway_hands_it_over() -> None:
    assert request("/", headers={"Content-Type": "text/plain"}, body="é".encode()).body == "é".encode()
    assert request("/", headers={"Content-Type": "application/octet-stream"}, body=b"\xff").body == b"\xff"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rawQueryString": "a=%ff"}, "not UTF-8"),
        ({"rawQueryString": "&".join(f"a{number}=" for number in range(201))}, "more than 200"),
        ({"body": "*", "isBase64Encoded": True}, "cannot be decoded"),
        ({"body": "é", "isBase64Encoded": True}, "cannot be decoded"),
    ],
)
def test_what_cannot_be_decoded_is_a_bad_request(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        HttpRequest.of(http_event("GET", "/") | change)


@pytest.mark.parametrize("text", ["0", "6", "-1", "1.0", "1e1", "²", "٣", "", " 2", "9" * 5000])
def test_a_number_out_of_its_range_or_no_number_is_a_bad_request(text: str) -> None:
    found = HttpRequest("GET", "/", {"top": [text]}, {}, b"")
    with pytest.raises(BadRequest, match="top: takes a whole number from 1 to 5"):
        found.number("top", 1, 5)


def test_a_number_in_its_range_is_one() -> None:
    assert HttpRequest("GET", "/", {"top": ["5"]}, {}, b"").number("top", 1, 5) == 5
    assert request().number("top", 1, 5) is None


@pytest.mark.parametrize(
    ("value", "token"),
    [("Bearer a.b.c", "a.b.c"), ("bearer  x ", "x"), ("Basic x", None), ("Bearer", None), ("", None)],
)
def test_the_bearer_token(value: str, token: str | None) -> None:
    assert request("/", headers={"Authorization": value}).bearer == token


def test_answers_are_json_and_kept_by_nobody() -> None:
    assert answered(204) == {"statusCode": 204, "headers": {"cache-control": "no-store"}}
    answer = refused(405, "MethodNotAllowed", "takes GET", {"allow": "GET"})
    assert answer["headers"] == {"allow": "GET", "cache-control": "no-store", "content-type": "application/json"}
    assert json.loads(answer["body"]) == {"error": {"code": "MethodNotAllowed", "message": "takes GET"}}
