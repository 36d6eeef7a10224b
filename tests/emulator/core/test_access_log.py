"""Formats of access logs."""

import pytest

from longwire.core.access_log import AccessLogFormat


def test_variables_are_replaced_and_what_is_absent_is_a_hyphen() -> None:
    """DOCUMENTED in the developer guide's examples of formats."""
    made = AccessLogFormat('$context.identity.sourceIp - - [$context.requestTime] "$context.eventType" $context.status')

    line = made.line({"identity.sourceIp": "192.0.2.7", "eventType": "CONNECT", "status": 200, "requestTime": None})
    assert line == '192.0.2.7 - - [-] "CONNECT" 200'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("$context.requestId.", "r."),
        ("$context.requestId,$context.stage", "r,dev"),
        ("$context.authorizer.tenant", "blue"),
        ("$context.authorizer.other", "-"),
        ("$$context.requestId", "$r"),
        ("$context", "$context"),
        ("$context.", "$context."),
        ("", ""),
    ],
)
def test_a_variable_ends_where_its_name_ends(text: str, line: str) -> None:
    values = {"requestId": "r", "stage": "dev", "authorizer.tenant": "blue"}

    assert AccessLogFormat(text).line(values) == line


def test_a_variable_that_the_guide_does_not_list_is_named_and_empty() -> None:
    made = AccessLogFormat("$context.httpMethod $context.disconnectReason $context.requestId $context.authorizer.a.b")

    assert made.unknown == {"httpMethod", "disconnectReason", "authorizer.a.b"}
    assert made.line({"requestId": "r", "httpMethod": "GET"}) == "- - r -"


def test_what_a_client_chose_cannot_begin_a_line() -> None:
    line = AccessLogFormat("$context.identity.userAgent").line({"identity.userAgent": "a\r\nb\u2028c\x85d"})

    assert line.splitlines() == ["a  b c d"]


def test_a_line_ends_after_1024_bytes_at_a_character() -> None:
    """DOCUMENTED: log events are truncated at 1,024 bytes."""
    made = AccessLogFormat("$context.identity.userAgent")

    assert made.line({"identity.userAgent": "x" * 5000}) == "x" * 1024
    assert made.line({"identity.userAgent": "x" + "\u20ac" * 500}) == "x" + "\u20ac" * 341
    assert made.line({"identity.userAgent": "\u20ac" * 341}) == "\u20ac" * 341
