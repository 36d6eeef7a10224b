"""Mapping templates: which one of them a request or an answer takes, and what it makes of it."""

from collections.abc import Mapping
from typing import Any

from longwire.core.json_path import JsonPathError
from longwire.core.mapping_variables import BodyNotJson, InputVariable, UtilVariable, nested
from longwire.core.velocity.interpreter import render
from longwire.core.velocity.nodes import VelocityError
from longwire.core.velocity.parser import parse
from longwire.core.velocity.values import Budget

__all__ = ["DEFAULT", "MappingFailed", "MappingTemplates"]

DEFAULT = "$default"
# The content type that a message without one has. CDK, and AWS's own example of CreateIntegration, name their only
# template so.
CONTENT_TYPE = "application/json"
SERVER_ERROR = (500, "Internal server error")


class MappingFailed(Exception):
    """A request or an answer that cannot be mapped: ``status`` and ``message`` for the client, ``why`` for the log."""

    def __init__(self, status: int, message: str, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.message = message
        self.why = why


class MappingTemplates:
    """RequestTemplates or ResponseTemplates; parsed when they are first used. ``what`` names them for the log.

    ``not_json`` is the status and message for a body that a template wants to be JSON.
    """

    def __init__(self, texts: Mapping[str, str], what: str, not_json: tuple[int, str] = SERVER_ERROR) -> None:
        self.texts = texts
        self.what = what
        self.not_json = not_json

    def __len__(self) -> int:
        return len(self.texts)

    def key(self, selected: str) -> str | None:
        """Of the template for what the selection expression gave."""
        return next((key for key in (selected, DEFAULT, CONTENT_TYPE) if key in self.texts), None)

    def rendered(self, key: str, given: InputVariable, context: Mapping[str, Any], stage: Mapping[str, str]) -> str:
        """Raises MappingFailed."""
        budget = Budget()
        variables = {
            "input": given,
            "util": UtilVariable(budget),
            "context": nested(context),
            "stageVariables": dict(stage),
        }
        try:
            return render(parse(self.texts[key]), variables, budget)
        except BodyNotJson as exc:
            raise MappingFailed(*self.not_json, f"{self.what} {key}: {exc}") from exc
        except (VelocityError, JsonPathError) as exc:
            raise MappingFailed(*SERVER_ERROR, f"{self.what} {key}: {exc}") from exc
