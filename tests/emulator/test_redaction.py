"""What people may see of a request."""

import pytest

from longwire.redaction import redacted_headers, redacted_query, redacted_target


@pytest.mark.parametrize(
    "name",
    [
        "access_token",
        "token",
        "awps_reconnection_token",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "apiKey",
        "api_key",
        "password",
        "client_secret",
        "jwt",
        "ticket",
        "auth",
        "X-Amz-Credential",
    ],
)
def test_credentials_in_a_query_are_hidden(name: str) -> None:
    assert redacted_query([(name, "s3cret"), ("room", "blue")]) == [(name, "***"), ("room", "blue")]
    assert redacted_target(f"/dev?{name}=s3cret&room=blue") == f"/dev?{name}=***&room=blue"


@pytest.mark.parametrize("name", ["Authorization", "Cookie", "x-api-key"])
def test_credentials_in_headers_are_hidden(name: str) -> None:
    assert redacted_headers([(name, "s3cret"), ("Host", "h")]) == [(name, "***"), ("Host", "h")]


def test_a_target_without_secrets_stays_as_it_is() -> None:
    assert redacted_target("/dev") == "/dev"
    assert redacted_target("/dev?a=1&b&author=x") == "/dev?a=1&b&author=x"
