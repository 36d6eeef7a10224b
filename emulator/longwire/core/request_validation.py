"""Request validation: which of a route's models a message has to fit, and whether it does.

Documented: "Model validation occurs if you provide a model selection expression ... If there is no matching model and
$default isn't defined, the validation fails." What does not fit is not handed to the integration.
"""

from collections.abc import Callable
from typing import Any

from longwire.core.api import Route
from longwire.core.routing import NOT_JSON
from longwire.core.selection import Selection

__all__ = ["RequestValidation"]

DEFAULT = "$default"


class RequestValidation:
    """The models of one route, whose expression is parsed once; ``parse`` gives a message's JSON, or NOT_JSON."""

    def __init__(self, route: Route, parse: Callable[[str], Any]) -> None:
        assert route.model_selection_expression is not None
        self.selection = Selection(route.model_selection_expression)
        self.models = route.models
        self.parse = parse

    def problem(self, payload: str) -> str | None:
        """What is wrong with a message, for people; None when it fits."""
        body = self.parse(payload)
        if body is NOT_JSON:  # inferred: JSON Schema describes JSON
            return "the message is not JSON"
        key = self.selection.evaluate(body)
        model = self.models.get(key) or self.models.get(DEFAULT)
        if model is None:
            return f"{self.selection.expression} is {key!r}, for which there is no model and no {DEFAULT}"
        return model(body)
