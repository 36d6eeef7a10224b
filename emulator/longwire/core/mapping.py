"""MOCK integrations: a request template picks a status, the status picks an integration response.

Templates are taken literally. One that uses the Velocity template language (``#if``, ``$input`` ...) is refused by
name when the gateway is built, never sent half rendered.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from longwire.core.api import Integration, IntegrationResponse
from longwire.core.selection import Selection
from longwire.errors import TemplateError

__all__ = ["MockIntegration"]

VELOCITY = re.compile(r"#(?:set|if|else|elseif|end|foreach|break|stop|macro|define|#|\*|\{)|\$!?\{?[A-Za-z]")


class MockIntegration:
    """Answers without a backend; raises TemplateError when it is built from something it cannot render."""

    def __init__(self, integration: Integration) -> None:
        self.integration = integration
        self.request = chooser(integration.template_selection_expression)
        for template in integration.request_templates.values():
            literal(template, integration, "RequestTemplates")
        for response in integration.responses:
            for template in response.templates.values():
                literal(template, integration, "ResponseTemplates")

    def answer(self, body: Any) -> str | None:
        """The text of the integration response, or None when the request template yields no usable status."""
        template = chosen(self.integration.request_templates, self.request.evaluate(body))
        status = status_of(template)
        if status is None:
            return None
        response = matching(self.integration.responses, str(status))
        if response is None:
            return ""
        key = chooser(response.template_selection_expression).evaluate(body)
        return chosen(response.templates, key) or ""


def chooser(expression: str | None) -> Selection:
    return Selection(expression or r"\$default")


def literal(template: str, integration: Integration, property_path: str) -> None:
    found = VELOCITY.search(template)
    if found:
        raise TemplateError(
            f"the template uses the Velocity template language at {found[0]!r}, which is not emulated",
            resource=integration.logical_id,
            property_path=property_path,
            hint="Write the text that is to be sent, or answer from a Lambda function.",
        )


def chosen(templates: Mapping[str, str], key: str) -> str | None:
    return templates.get(key, templates.get("$default"))


def status_of(template: str | None) -> int | None:
    try:
        parsed = json.loads(template or "")
        return int(parsed["statusCode"])
    except (ValueError, KeyError, TypeError):
        return None


def matching(responses: tuple[IntegrationResponse, ...], status: str) -> IntegrationResponse | None:
    """A key is ``$default`` or ``/pattern/``, a regular expression for the status; a pattern goes first."""
    for response in responses:
        if response.key.startswith("/") and re.fullmatch(response.key.strip("/"), status):
            return response
    return next((response for response in responses if response.key == "$default"), None)
