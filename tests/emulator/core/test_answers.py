"""API Gateway's own texts."""

import json

import pytest

from longwire.core.answers import error_frame, refusal


def test_an_error_frame_has_awss_spacing() -> None:
    assert error_frame("Forbidden", "c=", "r=") == '{"message": "Forbidden", "connectionId":"c=", "requestId":"r="}'


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (500, "Internal server error"),
        (502, "Internal server error"),
        (504, "Endpoint request timed out"),
        (429, "Too Many Requests"),
        (418, "I'm a Teapot"),
        (599, "Refused"),
    ],
)
def test_a_refusal_carries_its_message_and_both_ids(status: int, message: str) -> None:
    found = refusal("c=", status, "r=")
    assert found.status == status
    assert json.loads(found.body) == {"message": message, "connectionId": "c=", "requestId": "r="}
    assert dict(found.headers)["content-type"] == "application/json"
