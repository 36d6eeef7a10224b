"""What a backend's answer becomes for the client: the integration response, its template, its content handling."""

import base64
import binascii
import re
from collections.abc import Mapping

from longwire.core.api import Integration, IntegrationResponse
from longwire.core.events import IntegrationAnswered
from longwire.core.mapping import DEFAULT, MappingFailed, MappingTemplates
from longwire.core.mapping_variables import InputVariable
from longwire.core.request_parameters import Asked
from longwire.core.selection import Selection

__all__ = ["IntegrationResponses", "ResponseSelection"]

PROXIES = ("AWS_PROXY", "HTTP_PROXY")
VARIABLE = re.compile(
    r"\$\{integration\.response\.(statuscode|(?:multivalue)?header\.[A-Za-z0-9_-]+)\}"
    r"|\$integration\.response\.(statuscode|(?:multivalue)?header\.[A-Za-z0-9_-]+)"
)
TEXTUAL = re.compile(r"text/|application/(?:[\w.-]+\+)?(?:json|xml)|application/(?:x-amz-json|x-www-form)|.*charset=")


class ResponseSelection:
    """``IntegrationResponse.TemplateSelectionExpression``: documented are ``${request.body.PATH}``,
    ``${integration.response.statuscode}``, ``...header.NAME``, ``...multivalueheader.NAME`` and static text.

    Raises SelectionError, as Selection.
    """

    def __init__(self, expression: str) -> None:
        self.parts: list[Selection | str] = []
        at = 0
        for found in VARIABLE.finditer(expression):
            self.parts += [Selection(expression[at : found.start()]), found[1] or found[2]]
            at = found.end()
        self.parts.append(Selection(expression[at:]))

    def evaluate(self, answer: IntegrationAnswered, asked: Asked) -> str:
        return "".join(
            part.evaluate(asked.body) if isinstance(part, Selection) else variable(part, answer) for part in self.parts
        )


def variable(name: str, answer: IntegrationAnswered) -> str:
    if name == "statuscode":
        return str(answer.status)
    kind, _, header = name.partition(".")
    same = [value for key, value in answer.headers if key.lower() == header.lower()]
    return ",".join(same) if kind == "multivalueheader" else same[-1] if same else ""


class IntegrationResponses:
    """One integration's; ``variables`` are the Stage's."""

    def __init__(self, integration: Integration, variables: Mapping[str, str]) -> None:
        self.integration = integration
        self.variables = variables
        name = integration.logical_id
        self.patterns = [
            (re.compile(each.key[1:-1], re.DOTALL), each) for each in integration.responses if each.key != DEFAULT
        ]
        self.default = next((each for each in integration.responses if each.key == DEFAULT), None)
        self.selections = {
            each.key: ResponseSelection(each.template_selection_expression or r"\$default")
            for each in integration.responses
        }
        self.templates = {
            each.key: MappingTemplates(each.templates, f"{name} {each.key}: response template")
            for each in integration.responses
        }

    def text(self, answer: IntegrationAnswered, asked: Asked) -> str:
        """The message for the client. Raises MappingFailed."""
        if self.integration.type in PROXIES:
            return answer.body.decode("utf-8", "replace")
        response = self.chosen(answer)
        body = converted(response, answer)
        templates = self.templates[response.key]
        key = templates.key(self.selections[response.key].evaluate(answer, asked))
        if key is None:  # a MOCK integration has nothing to pass through
            return "" if self.integration.type == "MOCK" else body
        given = InputVariable("" if self.integration.type == "MOCK" else body)
        return templates.rendered(key, given, {**asked.context, "status": answer.status}, self.variables)

    def chosen(self, answer: IntegrationAnswered) -> IntegrationResponse:
        """By Lambda's errorMessage or the status, as documented; a pattern goes before the default."""
        lambda_based = self.integration.function is not None
        value = answer.error_message if lambda_based else str(answer.status)
        if value is not None:
            for pattern, response in self.patterns:
                if pattern.fullmatch(value):
                    return response
        if self.default is None:
            # Observed of WebSocket APIs, in these words [RP QU5uSB74xLRg2NBJ4MGzQbgw].
            why = "No match for output mapping and no default output mapping configured. Endpoint Response Status Code"
            hint = "an AWS::ApiGatewayV2::IntegrationResponse with IntegrationResponseKey: $default"
            why = f"{self.integration.logical_id}: {why}: {answer.status}. It needs {hint}"
            raise MappingFailed(500, "Internal server error", why)
        return self.default


def converted(response: IntegrationResponse, answer: IntegrationAnswered) -> str:
    """Documented: CONVERT_TO_TEXT writes a binary payload as base64, CONVERT_TO_BINARY reads base64.

    What is binary is unknown: here whatever is not text by its content type, or no UTF-8.
    """
    body = answer.body
    if response.content_handling == "CONVERT_TO_BINARY":
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error as exc:
            why = f"CONVERT_TO_BINARY, but the answer is not base64: {exc}"
            raise MappingFailed(500, "Internal server error", why) from exc
    if response.content_handling == "CONVERT_TO_TEXT" and is_binary(answer):
        return base64.b64encode(body).decode()
    return body.decode("utf-8", "replace")


def is_binary(answer: IntegrationAnswered) -> bool:
    kind = next((value for name, value in answer.headers if name.lower() == "content-type"), "application/json")
    if not TEXTUAL.match(kind.lower()):
        return True
    try:
        answer.body.decode()
    except UnicodeDecodeError:
        return True
    return False
