"""MOCK integrations."""

import pytest

from longwire.core.api import Integration, IntegrationResponse
from longwire.core.mapping import MockIntegration
from longwire.errors import TemplateError


def mock(request: dict[str, str], *responses: IntegrationResponse, chooser: str | None = None) -> MockIntegration:
    return MockIntegration(Integration("Ping", "MOCK", None, 29, request, chooser, tuple(responses)))


PONG = IntegrationResponse("$default", {"$default": '{"type":"pong"}'})


def test_the_integration_response_is_sent_as_written() -> None:
    assert mock({"$default": '{"statusCode":200}'}, PONG).answer({}) == '{"type":"pong"}'


def test_a_pattern_for_the_status_goes_before_the_default() -> None:
    found = mock({"$default": '{"statusCode": 404}'}, PONG, IntegrationResponse("/4\\d\\d/", {"$default": "no"}))
    assert found.answer({}) == "no"


def test_the_request_template_is_chosen_by_its_expression() -> None:
    given = {"a": '{"statusCode":200}', "b": '{"statusCode":500}'}
    found = mock(given, IntegrationResponse("/200/", {"$default": "yes"}), chooser="$request.body.kind")
    assert found.answer({"kind": "a"}) == "yes"
    assert found.answer({"kind": "b"}) == ""


@pytest.mark.parametrize("template", ["", "not json", "{}", '{"statusCode":"x"}', "[]"])
def test_a_request_template_without_a_status_yields_nothing(template: str) -> None:
    assert mock({"$default": template}, PONG).answer({}) is None


@pytest.mark.parametrize(
    "template", ["$input.body", "#set($x = 1)", "${context.requestId}", "$!foo", "#if(true)a#end", "## c"]
)
def test_a_velocity_template_is_refused_by_name(template: str) -> None:
    with pytest.raises(TemplateError, match=r"Ping\.RequestTemplates.*Velocity"):
        mock({"$default": template}, PONG)
    with pytest.raises(TemplateError, match=r"Ping\.ResponseTemplates.*Velocity"):
        mock({}, IntegrationResponse("$default", {"$default": template}))


def test_a_dollar_amount_is_no_velocity() -> None:
    assert (
        mock({"$default": '{"statusCode":200}'}, IntegrationResponse("$default", {"$default": "$5 #1"})).answer({})
        == "$5 #1"
    )
