"""Policy documents in a template. Permissions mean nothing here, but one that IAM would refuse is reported."""

from collections.abc import Iterator, Mapping
from typing import Any

from longwire.template.intrinsics import function_of
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.resource_types import refusal

__all__ = ["check_policies"]

# IAM user guide, "Grammar of the IAM JSON policy language"
STATEMENT = (
    "Action", "Condition", "Effect", "NotAction", "NotPrincipal", "NotResource", "Principal", "Resource", "Sid",
)  # fmt: skip
VERSIONS = ("2012-10-17", "2008-10-17")


def check_policies(places: Places) -> None:
    """Raises TemplateError for a statement outside IAM's grammar."""
    for name, resource in places.source.data["Resources"].items():
        if refusal(resource["Type"]) is None:
            for document, path in documents(resource.get("Properties"), ("Resources", name, "Properties")):
                check_document(places, document, path)


def documents(value: Any, path: KeyPath) -> Iterator[tuple[Mapping[str, Any], KeyPath]]:
    """Every mapping with a Statement."""
    if isinstance(value, dict):
        if isinstance(value.get("Statement"), (list, dict)):
            yield value, path
        for key, item in value.items():
            yield from documents(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from documents(item, (*path, index))


def check_document(places: Places, document: Mapping[str, Any], path: KeyPath) -> None:
    version = document.get("Version", VERSIONS[0])
    if isinstance(version, str) and version not in VERSIONS:
        hint = f"Version: '{VERSIONS[0]}'"
        raise places.source_error((*path, "Version"), f"{version!r} is no version of the policy language", hint)
    statements = document["Statement"]
    below = (*path, "Statement")
    if isinstance(statements, dict):
        check_statement(places, statements, below)
        return
    for index, statement in enumerate(statements):
        check_statement(places, statement, (*below, index))


def check_statement(places: Places, statement: Any, path: KeyPath) -> None:
    if function_of(statement) is not None:
        return
    if not isinstance(statement, dict):
        raise places.source_error(path, "a statement is a mapping with Effect, Action and Resource")
    for key in statement:
        if key not in STATEMENT:
            raise places.source_error((*path, key), f"a statement has no {key}", did_you_mean(key, STATEMENT))
    effect = statement.get("Effect")
    if effect is None or (isinstance(effect, str) and effect not in ("Allow", "Deny")):
        message = "a statement needs an Effect" if effect is None else f"{effect!r} is neither Allow nor Deny"
        raise places.source_error((*path, "Effect"), message)
    if "Action" not in statement and "NotAction" not in statement:
        raise places.source_error(path, "a statement needs an Action")
