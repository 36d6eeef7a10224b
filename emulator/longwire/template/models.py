"""Models: JSON Schemas that messages have to fit, checked and compiled when the template is loaded."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any
from urllib.parse import unquote

from longwire.core.api import Validator
from longwire.errors import TemplateError
from longwire.template.places import KeyPath
from longwire.template.properties import Properties, Resources

__all__ = ["models"]

DRAFT_4 = "http://json-schema.org/draft-04/schema"
JSON_TYPE = "application/json"


def models(resources: Resources, api: Properties, api_id: str) -> dict[str, Validator]:
    """By Name, those of one api; raises TemplateError for a schema that is none."""
    found: dict[str, Validator] = {}
    for properties in resources.of_type("AWS::ApiGatewayV2::Model"):
        if properties.text("ApiId") != api_id:
            continue
        name = properties.text("Name")
        # The reference of AWS::ApiGatewayV2::Model says of Name: "Must be alphanumeric."
        if not (name.isalnum() and name.isascii()):
            raise properties.error("Name", f"{name!r} is not letters and digits only")
        if name in found:
            raise properties.error("Name", f"there is another Model {name}")
        found[name] = model(properties, checked=not api.flag("DisableSchemaValidation"))
    return found


def model(properties: Properties, *, checked: bool) -> Validator:
    kind = properties.text("ContentType", JSON_TYPE)
    if kind != JSON_TYPE:
        properties.places.unsupported((*properties.path, "ContentType"), f"models of {kind} are not emulated")
    try:
        schema = parsed(properties)
        check(properties, schema)
    except TemplateError as exc:
        if checked:
            raise
        # Unknown: what AWS does with messages for a model that DisableSchemaValidation let it take.
        path = (*properties.path, "Schema")
        properties.places.unsupported(path, f"DisableSchemaValidation for a schema that is none: {exc.message}")
        return unusable
    return Compiled(schema)


def parsed(properties: Properties) -> dict[str, Any]:
    """CloudFormation takes a mapping, or its JSON as text."""
    schema = properties.values["Schema"]
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError as exc:
            raise properties.error("Schema", f"is not JSON: {exc}") from exc
    if not isinstance(schema, dict):
        raise properties.error("Schema", "takes a JSON Schema: a mapping, or its JSON")
    return schema


def check(properties: Properties, schema: Mapping[str, Any]) -> None:
    from jsonschema import Draft4Validator, SchemaError

    draft = schema.get("$schema", DRAFT_4)
    # Developer guide: a model is "expressed as a JSON schema", draft 4.
    if not isinstance(draft, str) or draft.rstrip("#") != DRAFT_4:
        message = f"models are JSON Schema draft 4, not {draft}"
        raise wrong(properties, ("$schema",), message, f"$schema: {DRAFT_4}#")
    try:
        Draft4Validator.check_schema(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
    except SchemaError as exc:
        raise wrong(properties, tuple(exc.absolute_path), f"is no JSON Schema draft 4: {exc.message}") from exc
    for path, part in parts(schema):
        check_reference(properties, schema, path, part)
        check_patterns(properties, path, part)


def parts(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every mapping inside, with its path."""
    if isinstance(value, dict):
        yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in pairs:
        yield from parts(inside, (*path, key))


def check_reference(properties: Properties, schema: Any, path: KeyPath, part: Mapping[str, Any]) -> None:
    reference = part.get("$ref")
    if not isinstance(reference, str):
        return
    if not reference.startswith("#"):
        message = f"{reference}: references to other models are not emulated"
        raise wrong(properties, (*path, "$ref"), message, "Copy it into definitions: $ref: '#/definitions/NAME'")
    # RFC 6901, 6: a JSON Pointer in a fragment is percent-encoded; 3: ~1 is a slash, ~0 a tilde.
    steps = [unquote(step).replace("~1", "/").replace("~0", "~") for step in reference[1:].split("/")[1:]]
    if not isinstance(reduce(below, steps, schema), dict):
        raise wrong(properties, (*path, "$ref"), f"{reference} leads nowhere")


def below(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return value[int(step)] if step.isdecimal() and int(step) < len(value) else None
    return value.get(step) if isinstance(value, dict) else None


def check_patterns(properties: Properties, path: KeyPath, part: Mapping[str, Any]) -> None:
    patterns = part.get("patternProperties")
    for pattern in patterns if isinstance(patterns, dict) else ():
        try:
            re.compile(pattern)
        except re.error as exc:
            where = (*path, "patternProperties", pattern)
            raise wrong(properties, where, f"{pattern!r} is no regular expression: {exc}") from exc


def wrong(properties: Properties, path: KeyPath, message: str, hint: str | None = None) -> TemplateError:
    """An error inside the schema; one that is JSON text has no lines of its own."""
    inside = path if isinstance(properties.values["Schema"], dict) else ()
    return properties.places.error((*properties.path, "Schema", *inside), message, hint)


def unusable(_body: Any) -> str:
    return "its model is no JSON Schema"


@dataclass(frozen=True)
class Compiled:
    """A Validator; two of one schema are equal."""

    schema: Mapping[str, Any]

    @cached_property
    def validator(self) -> Any:
        from jsonschema import Draft4Validator

        return Draft4Validator(self.schema)

    def __call__(self, body: Any) -> str | None:
        try:
            error = next(self.validator.iter_errors(body), None)
        except RecursionError:
            return "it is nested deeper than can be checked"
        return None if error is None else f"{error.json_path}: {error.message[:200]}"
