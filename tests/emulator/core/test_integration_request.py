"""The requests of integrations."""

from typing import Any

import pytest

from longwire.core.api import Integration
from longwire.core.integration_request import IntegrationRequest, MappedRequest
from longwire.core.mapping import MappingFailed
from longwire.core.request_parameters import Asked


def request(kind: Any = "HTTP", **fields: Any) -> IntegrationRequest:
    return IntegrationRequest(Integration("Call", kind, **fields), {"host": "x"})


def asked(payload: str = '{"kind": "a"}', body: Any = None) -> Asked:
    return Asked(payload, {"kind": "a"} if body is None else body, {"connectionId": "c="})


def test_the_template_is_chosen_by_its_expression() -> None:
    given = request(request_templates={"a": "A", "b": "B"}, template_selection_expression="$request.body.kind")
    assert given.mapped(asked()).body == b"A"
    assert given.mapped(asked(body={"kind": "b"})).body == b"B"


@pytest.mark.parametrize(
    ("templates", "behaviour", "passes"),
    [
        ({}, "WHEN_NO_MATCH", True),
        ({"b": "B"}, "WHEN_NO_MATCH", True),
        ({}, "WHEN_NO_TEMPLATES", True),
        ({"b": "B"}, "WHEN_NO_TEMPLATES", False),
        ({}, "NEVER", False),
        ({"b": "B"}, "NEVER", False),
    ],
)
def test_what_no_template_fits_passes_through_or_is_refused(
    templates: dict[str, str], behaviour: Any, passes: bool
) -> None:
    given = request(request_templates=templates, passthrough=behaviour, template_selection_expression="x")
    if passes:
        assert given.mapped(asked("as it is")).body == b"as it is"
    else:
        with pytest.raises(MappingFailed, match=f"PassthroughBehavior is {behaviour}") as caught:
            given.mapped(asked())
        assert (caught.value.status, caught.value.message) == (415, "Unsupported Media Type")


def test_a_proxy_integration_takes_no_template() -> None:
    assert request("HTTP_PROXY", request_templates={"$default": "T"}).mapped(asked("raw")).body == b"raw"


def test_base64_becomes_binary() -> None:
    given = request(content_handling="CONVERT_TO_BINARY")
    assert given.mapped(asked("AAH/")).body == b"\x00\x01\xff"
    with pytest.raises(MappingFailed, match="the body is not base64"):
        given.mapped(asked("no!"))
    assert request(content_handling="CONVERT_TO_TEXT").mapped(asked("AAH/")).body == b"AAH/"


def test_parameters_fill_headers_query_and_path() -> None:
    given = request(
        request_parameters={
            "integration.request.header.Id": "context.connectionId",
            "integration.request.querystring.host": "stageVariables.host",
            "integration.request.path.kind": "route.request.body.kind",
            "integration.request.header.Absent": "route.request.body.none",
        }
    )
    found = given.mapped(asked(body={"kind": "a/b c"}))
    assert (found.headers, found.query, found.path) == ((("Id", "c="),), (("host", "x"),), (("kind", "a/b c"),))
    assert found.url("http://127.0.0.1/{kind}?z=1") == "http://127.0.0.1/a%2Fb%20c?z=1&host=x"
    assert MappedRequest(b"").url("http://127.0.0.1/") == "http://127.0.0.1/"


@pytest.mark.parametrize(
    ("template", "status"),
    [('{"statusCode": 200}', 200), ('{"statusCode": "404"}', 404), ('{"statusCode": $input.path("$.kind")}', 403)],
)
def test_a_mock_has_the_status_of_its_template(template: str, status: int) -> None:
    assert request("MOCK", request_templates={"$default": template}).mock_status(asked('{"kind": 403}')) == status


@pytest.mark.parametrize("template", ["", "not json", "{}", '{"statusCode":"x"}', "[]", '{"statusCode": 99}'])
def test_a_mock_without_a_status_fails(template: str) -> None:
    with pytest.raises(MappingFailed, match="needs a request template with a statusCode"):
        request("MOCK", request_templates={"$default": template}).mock_status(asked())


def test_a_mock_without_templates_agrees_to_what_has_no_body() -> None:
    assert request("MOCK").mock_status(Asked("", None, {})) == 200
    assert request("MOCK").mock_status(asked('{"statusCode": 201}')) == 201
    with pytest.raises(MappingFailed):
        request("MOCK").mock_status(asked())
