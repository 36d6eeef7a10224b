"""The message in a request of the administration."""

from typing import Any

import pytest

from longwire_app.admin_message import message_of, options_of
from longwire_app.errors import BadRequest, HttpRefused
from longwire_app.http_request import HttpRequest


def request(body: bytes, kind: str | None = "application/json", **query: Any) -> HttpRequest:
    headers = {} if kind is None else {"content-type": kind}
    return HttpRequest("POST", "/", query, headers | {"x-ms-client-request-id": "i" * 128}, body)


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (b'{"a":[1.5,null,"\\u00e9"]}', "application/json", ({"a": [1.5, None, "é"]}, "json")),
        (b'"text"', "Application/JSON; charset=UTF-8", ("text", "json")),
        (b"null", "application/json", (None, "json")),
        ("é".encode(), "text/plain", ("é", "text")),
        (b"", 'text/plain;charset="utf-8"', ("", "text")),
        (b"\xff\x00", "application/octet-stream", ("/wA=", "binary")),
    ],
)
def test_the_content_type_says_what_the_body_is(body: bytes, kind: str, message: Any) -> None:
    assert message_of(request(body, kind)) == message


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"Infinity", b"1e400", b'"\xff"', b'"\\ud800"', b"[" * 5000, b"1" * 5000, b"1 2"]
)
def test_what_is_no_json_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest, match="not JSON"):
        message_of(request(body))


@pytest.mark.parametrize(
    "kind", [None, "", "text/html", "application/json; charset=utf-16", "text/plain; format=flowed"]
)
def test_other_types_are_refused(kind: str | None) -> None:
    with pytest.raises(HttpRefused) as refusal:
        message_of(request(b"1", kind))
    assert refusal.value.status == 415


def test_a_body_that_no_client_could_be_sent_is_refused() -> None:
    with pytest.raises(HttpRefused) as refusal:
        message_of(request(b"x" * 131_073, "text/plain"))
    assert refusal.value.status == 413


def test_parameters_become_options() -> None:
    found = options_of(request(b"", excluded=["a=", "b="], messageTtlSeconds=["300"]))
    assert found == {"but": frozenset({"a=", "b="}), "sender": ("@http", "i" * 128), "retention": 300}
    without = HttpRequest("POST", "/", {"messageTtlSeconds": ["0"]}, {"x-ms-client-request-id": "i" * 129}, b"")
    assert options_of(without) == {"but": frozenset(), "sender": None, "retention": None}
