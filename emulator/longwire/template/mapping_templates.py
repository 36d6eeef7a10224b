"""Mapping templates, parameters and expressions of integrations, checked before anybody sends a message.

What Velocity would silently write as text, or leave out, is an error here: a misspelt directive, method or variable.
"""

from collections.abc import Iterator

from longwire.core.access_log import is_known
from longwire.core.integration_response import ResponseSelection
from longwire.core.json_path import JsonPath, JsonPathError
from longwire.core.mapping_variables import INPUT_METHODS, UTIL_METHODS
from longwire.core.request_parameters import ParameterError, parameter
from longwire.core.selection import Selection, SelectionError
from longwire.core.velocity.methods import METHODS
from longwire.core.velocity.nodes import (
    CallStep,
    LiteralNode,
    PropertyStep,
    ReferenceNode,
    SetNode,
    VelocityError,
    walk,
)
from longwire.core.velocity.parser import Parsed, parse
from longwire.errors import TemplateError
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties

__all__ = ["request_parameters", "selection_expression", "templates"]

GROUPS = ("authorizer", "error", "identity", "integration", "authorize", "authenticate", "waf")
LARGEST = 300 * 1024  # bytes; documented: "Maximum mapping template size 300 KB"
LOOP_METHODS = {"hasNext", "isFirst", "isLast", "getIndex", "getCount", "getParent", "getTopmost", "first", "last"}
LOOP_METHODS |= {"index", "count", "isHasNext", "getHasNext"}


def templates(properties: Properties, name: str) -> dict[str, str]:
    """RequestTemplates or ResponseTemplates by their keys; raises TemplateError with the line within the template."""
    found = properties.texts(name)
    for key, text in found.items():
        if len(text.encode("utf-8", "replace")) > LARGEST:
            raise at(properties, name, key, f"a mapping template has at most {LARGEST // 1024} KB")
        try:
            parsed = parse(text)
            check(properties, (name, key), parsed)
        except VelocityError as exc:
            raise at(properties, name, key, str(exc), exc.hint) from exc
    return found


def at(properties: Properties, name: str, key: str, message: str, hint: str | None = None) -> TemplateError:
    return properties.places.error((*properties.path, name, key), message, hint)


def check(properties: Properties, where: tuple[str, str], parsed: Parsed) -> None:
    """Raises VelocityError; warns of ``$context`` variables that no WebSocket API has."""
    for node in walk(parsed.body, parsed.macros):
        if isinstance(node, SetNode) and node.target.name in ("context", "input", "util", "stageVariables"):
            hint = "A WebSocket API has no requestOverride or responseOverride; #set a variable of your own."
            raise VelocityError(f"{node.target.source} cannot be set", parsed.text, node.at, hint)
        if isinstance(node, ReferenceNode):
            check_reference(parsed, node)
            for variable in unknown_context(node):
                line = parsed.text.count("\n", 0, node.at) + 1
                message = f"line {line} of the template: $context.{variable} is no variable of a WebSocket API"
                properties.places.warn((*properties.path, *where), f"{message}, so it is always empty")


def check_reference(parsed: Parsed, node: ReferenceNode) -> None:
    first = node.steps[0] if node.steps else None
    own = {"input": (INPUT_METHODS, {"body"}), "util": (UTIL_METHODS, set[str]())}
    if node.name in own and first is not None:
        methods, properties = own[node.name]
        known = methods if isinstance(first, CallStep) else properties
        name = str(getattr(first, "name", ""))
        if name not in known:
            hint = did_you_mean(name, methods | properties) or f"It has {', '.join(sorted(methods | properties))}."
            kind = f"{name}()" if isinstance(first, CallStep) else name
            raise VelocityError(f"${node.name} has no {kind}", parsed.text, first.at, hint)
        check_path(parsed, node.name, first)
    for step in node.steps[1 if node.name in own else 0 :]:
        if isinstance(step, CallStep) and step.name not in METHODS | LOOP_METHODS:
            near = did_you_mean(step.name, METHODS)
            raise VelocityError(f"the method {step.name}() is not emulated", parsed.text, step.at, near)


def check_path(parsed: Parsed, name: str, step: object) -> None:
    """A JSONPath that is written out."""
    if name != "input" or not isinstance(step, CallStep) or step.name not in ("json", "path"):
        return
    if len(step.arguments) != 1:
        raise VelocityError(f"$input.{step.name} takes one JSONPath", parsed.text, step.at, "$input.path('$.name')")
    given = step.arguments[0]
    if isinstance(given, LiteralNode) and isinstance(given.value, str):
        try:
            JsonPath(given.value)
        except JsonPathError as exc:
            raise VelocityError(str(exc), parsed.text, step.at) from exc


def unknown_context(node: ReferenceNode) -> Iterator[str]:
    names = [step.name for step in node.steps[:2] if isinstance(step, PropertyStep)]
    if node.name != "context" or not names:
        return
    known = any(is_known(name) for name in (".".join(names), names[0])) or names[0] in GROUPS
    if not known or (names[0] in GROUPS and len(names) == 2 and not is_known(".".join(names))):
        yield ".".join(names)


def request_parameters(properties: Properties) -> dict[str, str]:
    """Of an Integration."""
    found = properties.texts("RequestParameters")
    for target, source in found.items():
        try:
            parameter(target, source)
        except ParameterError as exc:
            raise at(properties, "RequestParameters", target, str(exc)) from exc
    return found


def selection_expression(properties: Properties, *, of_response: bool = False) -> str | None:
    """TemplateSelectionExpression; ``$default``, as people write it, is taken for ``\\$default``."""
    expression = properties.text("TemplateSelectionExpression")
    if not expression:
        return None
    if expression == "$default":
        return r"\$default"
    try:
        if of_response:
            ResponseSelection(expression)
        else:
            Selection(expression)
    except SelectionError as exc:
        raise properties.error("TemplateSelectionExpression", str(exc)) from exc
    return expression
