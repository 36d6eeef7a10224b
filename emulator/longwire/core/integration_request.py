"""The request that a non-proxy or HTTP integration sends: its template, its parameters, its body."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from longwire.core.api import Integration
from longwire.core.json_path import JsonPathError
from longwire.core.mapping import MappingFailed, MappingTemplates
from longwire.core.mapping_variables import InputVariable
from longwire.core.request_parameters import Asked, Parameter, parameter
from longwire.core.selection import Selection
from longwire.core.velocity.values import Exhausted

__all__ = ["IntegrationRequest", "MappedRequest"]

# Documented of NEVER, and of WHEN_NO_TEMPLATES when there are templates: "HTTP 415 Unsupported Media Type".
UNSUPPORTED = (415, "Unsupported Media Type")
NOT_JSON = (400, "Could not parse request body into json")  # REST's, with this text
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MappedRequest:
    """``path`` has the values for the ``{name}`` parts of a URL."""

    body: bytes
    headers: Pairs = ()
    query: Pairs = ()
    path: Pairs = ()

    def url(self, template: str) -> str:
        for name, value in self.path:
            template = template.replace(f"{{{name}}}", quote(value, safe=""))
        if not self.query:
            return template
        return f"{template}{'&' if '?' in template else '?'}{urlencode(self.query)}"


class IntegrationRequest:
    """One integration's, taken apart once; ``variables`` are the Stage's."""

    def __init__(self, integration: Integration, variables: Mapping[str, str]) -> None:
        self.integration = integration
        self.variables = variables
        self.selection = Selection(integration.template_selection_expression or r"\$default")
        name = f"{integration.logical_id}: request template"
        self.templates = MappingTemplates(integration.request_templates, name, NOT_JSON)
        self.parameters = [parameter(name, value) for name, value in integration.request_parameters.items()]

    def mapped(self, asked: Asked) -> MappedRequest:
        """Raises MappingFailed."""
        found: dict[str, list[tuple[str, str]]] = {"header": [], "querystring": [], "path": []}
        for each in self.parameters:
            value = self.value(each, asked)
            if value is not None:
                found[each.place].append((each.name, value))
        body = self.converted(self.body(asked))
        return MappedRequest(body, *(tuple(found[place]) for place in ("header", "querystring", "path")))

    def value(self, each: Parameter, asked: Asked) -> str | None:
        try:
            return each.value(asked, self.variables)
        except (Exhausted, JsonPathError, RecursionError) as exc:
            why = f"{self.integration.logical_id}: RequestParameters: {each.source}: {str(exc) or type(exc).__name__}"
            raise MappingFailed(500, "Internal server error", why) from exc

    def body(self, asked: Asked) -> str:
        if self.integration.type == "HTTP_PROXY":  # documented: a proxy integration takes no templates
            return asked.payload
        key = self.templates.key(self.selection.evaluate(asked.body))
        if key is None:
            return self.passed_through(asked)
        parameters = {"header": dict(asked.headers), "querystring": dict(asked.query)}
        return self.templates.rendered(key, InputVariable(asked.payload, parameters), asked.context, self.variables)

    def passed_through(self, asked: Asked) -> str:
        behaviour = self.integration.passthrough
        if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and len(self.templates)):
            why = f"{self.integration.logical_id}: no request template fits, and PassthroughBehavior is {behaviour}"
            raise MappingFailed(*UNSUPPORTED, why)
        return asked.payload

    def converted(self, body: str) -> bytes:
        """Documented of CONVERT_TO_BINARY: base64 text becomes bytes. Messages are text, so there is no other way."""
        data = body.encode("utf-8", "surrogatepass")
        if self.integration.content_handling != "CONVERT_TO_BINARY":
            return data
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error as exc:
            why = f"{self.integration.logical_id}: CONVERT_TO_BINARY, but the body is not base64: {exc}"
            raise MappingFailed(500, "Internal server error", why) from exc

    def mock_status(self, asked: Asked) -> int:
        """Of a MOCK integration: the ``statusCode`` that its template gives. Raises MappingFailed.

        Without a template $connect and $disconnect, which have no body to pass through, have 200 (unknown; the
        CDK's MOCK integration has none).
        """
        if not asked.payload and not len(self.templates):
            return 200
        body = self.mapped(asked).body
        try:
            status = int(json.loads(body)["statusCode"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            status = 0
        if not 100 <= status <= 599:
            why = f"{self.integration.logical_id}: a MOCK integration needs a request template with a statusCode"
            raise MappingFailed(500, "Internal server error", f'{why}, as {{"statusCode": 200}}')
        return status
