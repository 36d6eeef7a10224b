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
DOCUMENT = ("Id", "Statement", "Version")
PRINCIPAL = ("AWS", "CanonicalUser", "Federated", "Service")
VERSIONS = ("2012-10-17", "2008-10-17")


def check_policies(places: Places) -> None:
    """Raises TemplateError for a statement outside IAM's grammar."""
    for name, resource in places.source.data["Resources"].items():
        if refusal(resource["Type"]) is None:
            for document, path in documents(resource.get("Properties"), ("Resources", name, "Properties")):
                check_document(places, document, path)


def documents(value: Any, path: KeyPath) -> Iterator[tuple[Mapping[str, Any], KeyPath]]:
    """Every mapping with a Statement, and every property that has to be one."""
    if isinstance(value, dict):
        named = str(path[-1]).endswith("PolicyDocument") and value and function_of(value) is None
        if named or isinstance(value.get("Statement"), (list, dict)):
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
    check_keys(places, document, DOCUMENT, path, "a policy document")
    if "Statement" not in document:
        raise places.source_error(path, "a policy document needs a Statement")
    statements = document["Statement"]
    below = (*path, "Statement")
    if isinstance(statements, dict):
        check_statement(places, statements, below)
        return
    if not isinstance(statements, list):
        raise places.source_error(below, "a Statement is a list of statements")
    for index, statement in enumerate(statements):
        check_statement(places, statement, (*below, index))


def check_statement(places: Places, statement: Any, path: KeyPath) -> None:
    if function_of(statement) is not None:
        return
    if not isinstance(statement, dict):
        raise places.source_error(path, "a statement is a mapping with Effect, Action and Resource")
    check_keys(places, statement, STATEMENT, path, "a statement")
    for name in ("Principal", "NotPrincipal"):
        check_keys(places, statement.get(name), PRINCIPAL, (*path, name), name)
    effect = statement.get("Effect")
    if effect is None or (isinstance(effect, str) and effect not in ("Allow", "Deny")):
        message = "a statement needs an Effect" if effect is None else f"{effect!r} is neither Allow nor Deny"
        raise places.source_error((*path, "Effect"), message)
    if "Action" not in statement and "NotAction" not in statement:
        raise places.source_error(path, "a statement needs an Action")


def check_keys(places: Places, value: Any, known: tuple[str, ...], path: KeyPath, what: str) -> None:
    """Of a mapping; anything else is not looked at."""
    if not isinstance(value, dict) or function_of(value) is not None:
        return
    for key in value:
        if key not in known:
            raise places.source_error((*path, key), f"{what} has no {key}", did_you_mean(key, known))
