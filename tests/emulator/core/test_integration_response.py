"""Answers of backends on their way to the client."""

from typing import Any

import pytest

from longwire.core.api import Integration, IntegrationResponse
from longwire.core.events import IntegrationAnswered
from longwire.core.integration_response import IntegrationResponses, ResponseSelection
from longwire.core.mapping import MappingFailed
from longwire.core.request_parameters import Asked
from longwire.core.selection import SelectionError

ASKED = Asked("{}", {"as": "xml"}, {"connectionId": "c="})


def answer(status: int = 200, body: bytes = b'{"a":1}', **fields: Any) -> IntegrationAnswered:
    return IntegrationAnswered("id", status, fields.pop("headers", ()), body, **fields)


def text(found: IntegrationAnswered, *responses: IntegrationResponse, kind: Any = "HTTP", **fields: Any) -> str:
    return IntegrationResponses(Integration("Call", kind, responses=responses, **fields), {}).text(found, ASKED)


def response(key: str, template: str | None = None, **fields: Any) -> IntegrationResponse:
    return IntegrationResponse(key, {} if template is None else {"$default": template}, **fields)


def test_a_pattern_for_the_status_goes_before_the_default() -> None:
    responses = response("$default", "default"), response("/4\\d\\d/", "client"), response("/404/", "never")
    assert text(answer(404), *responses) == "client"
    assert text(answer(500), *responses) == "default"
    assert text(answer(4040), *responses) == "default"


def test_a_lambda_integration_is_chosen_by_its_error_message() -> None:
    responses = response("$default", "worked"), response("/.*not found.*/", "$input.path('$.errorMessage')!")
    failed = answer(body=b'{"errorMessage":"note not found"}', error_message="note not found")
    assert text(failed, *responses, kind="AWS", function="F") == "note not found!"
    assert text(answer(), *responses, kind="AWS", function="F") == "worked"
    assert text(answer(error_message="other"), *responses, kind="AWS", function="F") == "worked"


def test_without_a_response_that_fits_there_is_no_answer() -> None:
    with pytest.raises(
        MappingFailed, match=r"no default output mapping configured\. Endpoint Response Status Code: 200"
    ):
        text(answer(), response("/4../"))


def test_the_body_passes_through_without_a_template() -> None:
    assert text(answer(body=b'{"raw": true}'), response("$default")) == '{"raw": true}'
    assert text(answer(body=b"ignored"), response("$default"), kind="MOCK") == ""
    assert text(answer(body=b"\xff"), kind="HTTP_PROXY") == "\ufffd"


def test_a_template_sees_answer_status_and_context() -> None:
    template = "$input.path('$.a') $context.status $context.connectionId"
    assert text(answer(201), response("$default", template)) == "1 201 c="


def test_the_response_template_is_chosen_by_its_expression() -> None:
    expression = "${request.body.as}-${integration.response.statuscode}-${integration.response.header.X-Kind}"
    found = IntegrationResponse("$default", {"xml-200-b": "<a/>", "$default": "{}"}, expression)
    assert text(answer(headers=(("x-kind", "a"), ("X-Kind", "b"))), found) == "<a/>"
    assert text(answer(), found) == "{}"


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ("$integration.response.statuscode", "200"),
        ("${integration.response.multivalueheader.x-kind}", "a,b"),
        ("${integration.response.header.none}", ""),
        (r"\$default", "$default"),
        ("static", "static"),
        ("$request.body.as", "xml"),
    ],
)
def test_selection_expressions_of_responses(expression: str, selected: str) -> None:
    found = answer(headers=(("X-Kind", "a"), ("X-Kind", "b")))
    assert ResponseSelection(expression).evaluate(found, ASKED) == selected


def test_another_expression_is_refused() -> None:
    with pytest.raises(SelectionError):
        ResponseSelection("$integration.response.body.x")


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("image/png", b"\x00\xff", "AP8="),
        ("application/json", b'{"a":1}', '{"a":1}'),
        ("text/plain", b"\xff", "/w=="),
        ("application/vnd.api+json", b"{}", "{}"),
    ],
)
def test_a_binary_answer_becomes_base64(kind: str, body: bytes, expected: str) -> None:
    found = answer(body=body, headers=(("Content-Type", kind),))
    assert text(found, response("$default", content_handling="CONVERT_TO_TEXT")) == expected


def test_a_base64_answer_becomes_what_it_stands_for() -> None:
    wanted = response("$default", content_handling="CONVERT_TO_BINARY")
    assert text(answer(body=b"aGVsbG8="), wanted) == "hello"
    with pytest.raises(MappingFailed, match="not base64"):
        text(answer(body=b"!"), wanted)
