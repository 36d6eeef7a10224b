"""What a call is given, and what it says of what it cannot take."""

import json
from typing import Any

import pytest

from longwire.inspector.calls import BadCall, Field, given
from longwire.server.http_message import HttpRequest

FIELDS = {"connection_id": Field(str), "data": Field(str), "code": Field(int, 1000)}


def asked(body: bytes) -> dict[str, Any]:
    return given(HttpRequest("POST", "/", (), body), FIELDS)


def test_what_is_left_out_has_its_default() -> None:
    assert asked(b'{"connection_id": "x", "data": ""}') == {"connection_id": "x", "data": "", "code": 1000}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "connection_id is missing: it has to be text."),
        ({"connection_id": "x"}, "data is missing: it has to be text."),
        ({"connection_id": "x", "data": None}, "data is missing: it has to be text."),
        ({"connection_id": "x", "data": 1}, "data has to be text, not 1."),
        ({"connection_id": ["x"], "data": ""}, 'connection_id has to be text, not ["x"].'),
        ({"connection": "x", "data": ""}, "There is no field 'connection': do you mean connection_id?"),
        ({"zzz": 1}, "There is no field 'zzz': there are connection_id, data, code."),
        ({"connection_id": "x", "data": "", "code": True}, "code has to be a whole number, not true."),
        ({"connection_id": "x", "data": "", "code": 1e3}, "code has to be a whole number, not 1000.0."),
        ([], "The body has to be a JSON object."),
    ],
)
def test_a_wrong_field_is_named(body: Any, message: str) -> None:
    with pytest.raises(BadCall) as caught:
        asked(json.dumps(body).encode())
    assert str(caught.value) == message


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"connection_id": NaN'])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadCall, match=r"^The body is no JSON: "):
        asked(body)
