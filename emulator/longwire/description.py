"""What was understood of a template, in JSON's types, as ``longwire describe --json`` prints it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from longwire.core.api import Api, Function, Resource, Route
from longwire.core.backends import backend_of
from longwire.description_text import as_text
from longwire.errors import Location, TemplateError
from longwire.project import Chosen
from longwire.template.layers import given_layers
from longwire.template.load import Given
from longwire.template.parameter_overrides import parse
from longwire.template.programs import programs
from longwire.template.survey import Survey, survey

__all__ = ["described", "description"]

# Of what the services create: these have a heading of their own.
TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")
QUEUES = ("AWS::SQS::Queue",)


REGION = "us-east-1"


def described(
    chosen: Chosen,
    overrides: tuple[str, ...],
    region: str | None,
    given_for_functions: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
    *,
    as_json: bool,
) -> str:
    """Text for people, or JSON. ``given_for_functions`` are the values of --function and of --layer.

    Raises TemplateError for a file that is no template, UsageError for an option.
    """
    given = Given(
        parameters=parse(overrides),
        defaults=chosen.parameters,
        region=region or chosen.region or REGION,
        stack_name=chosen.stack_name or "longwire",
        programs=programs(given_for_functions[0]),
        layers=given_layers(given_for_functions[1]),
    )
    facts = description(survey(chosen.file, given), chosen, given.region)
    return json.dumps(facts, indent=2) if as_json else as_text(facts)


def description(found: Survey, chosen: Chosen, region: str) -> dict[str, Any]:
    """``errors`` are mistakes, ``not_supported`` what is right and not emulated: with either `longwire dev` stops."""
    apis: tuple[Api, ...] = found.parts.get("apis", ())
    functions: Mapping[str, Function] = found.parts.get("functions", {})
    resources: Mapping[str, Resource] = found.parts.get("resources", {})
    others = [item for item in resources.values() if item.type not in (*TABLES, *QUEUES)]
    return {
        "template": str(chosen.file),
        "stack": chosen.stack_name or "longwire",
        "region": region,
        "config": None if chosen.config is None else str(chosen.config),
        "apis": [api_facts(api) for api in apis],
        "functions": [function_facts(function) for function in functions.values()],
        "authorizers": authorizers(apis),
        "tables": [resource_facts(item) for item in resources.values() if item.type in TABLES],
        "queues": [resource_facts(item) for item in resources.values() if item.type in QUEUES],
        "resources": [resource_facts(item) for item in others],
        "event_sources": [record(source) for source in found.parts.get("event_sources", ())],
        "domain_names": domain_names(apis),
        **{name: [record(item) for item in part] for name, part in found.parts.items() if name not in SHOWN},
        "not_supported": problems(found.unsupported),
        "errors": problems(found.errors),
        "warnings": list(found.warnings),
        "complete": not found.given_up,
    }


SHOWN = ("apis", "functions", "resources", "event_sources")


def api_facts(api: Api) -> dict[str, Any]:
    """One deployed Stage. ``path`` is where it is on this machine."""
    return {
        "logical_id": api.logical_id,
        "api_id": api.api_id,
        "name": api.name,
        "stage": api.stage.name,
        "path": api.path,
        "domain_name": api.domain_name,
        "default_endpoint": api.default_endpoint,
        "deployment": api.stage.deployment or None,
        "route_selection_expression": api.route_selection_expression,
        "stage_variables": dict(api.stage.variables),
        "access_log": api.stage.access_log is not None,
        "custom_domains": [f"{domain.name}{domain.path}" for domain in api.custom_domains],
        "api_keys": [key.name for key in api.api_keys],
        "usage_plans": [plan.name for plan in api.usage_plans],
        "routes": [route_facts(route) for route in api.routes.values()],
    }


def route_facts(route: Route) -> dict[str, Any]:
    integration = route.integration
    authorization = "AWS_IAM" if route.iam else "NONE" if route.authorizer is None else "CUSTOM"
    return {
        "key": route.key,
        "integration": None if integration is None else integration.type,
        "function": None if integration is None else integration.function,
        "backend": None if integration is None or integration.function else backend_of(integration),
        "timeout": None if integration is None else integration.timeout,
        "authorization": authorization,
        "authorizer": None if route.authorizer is None else route.authorizer.logical_id,
        "api_key_required": route.api_key_required,
        "models": sorted(route.models),
        "two_way": route.two_way,
        "line": line(route.location),
    }


def function_facts(function: Function) -> dict[str, Any]:
    return {
        "logical_id": function.logical_id,
        "name": function.name,
        "runtime": function.runtime,
        "handler": function.handler,
        "code": function.code,
        "command": list(function.command) or None,
        "invocation_url": function.invocation_url or None,
        "timeout": function.timeout,
        "memory_mb": function.memory_mb,
        "layers": record(function.layers),
        "line": line(function.location),
    }


def authorizers(apis: Iterable[Api]) -> list[dict[str, Any]]:
    found = {}
    for api in apis:
        for route in api.routes.values():
            if route.authorizer is not None:
                found[api.logical_id, route.authorizer.logical_id] = {
                    "logical_id": route.authorizer.logical_id,
                    "name": route.authorizer.name,
                    "api": api.logical_id,
                    "function": route.authorizer.function,
                    "identity_sources": list(route.authorizer.identity_sources),
                }
    return list(found.values())


def resource_facts(resource: Resource) -> dict[str, Any]:
    facts = {"logical_id": resource.logical_id, "type": resource.type, "physical_id": resource.physical_id}
    return {**facts, "line": line(resource.location)}


def domain_names(apis: Iterable[Api]) -> list[dict[str, Any]]:
    return [
        {"name": domain.name, "mapping_key": domain.mapping_key, "api": api.logical_id, "stage": api.stage.name}
        for api in apis
        for domain in api.custom_domains
    ]


def problems(errors: Iterable[TemplateError]) -> list[dict[str, Any]]:
    """From the top of the file to its end."""
    return sorted(map(problem, errors), key=lambda facts: (facts["file"] or "", facts["line"] or 0))


def problem(error: TemplateError) -> dict[str, Any]:
    place = error.location
    return {
        "file": None if place is None else str(place.file),
        "line": line(place),
        "column": None if place is None else place.column,
        "resource": error.resource,
        "property": error.property_path,
        "message": error.message,
        "hint": error.hint,
    }


def line(place: Location | None) -> int | None:
    return None if place is None else place.line


def record(item: Any) -> Any:
    """A dataclass as its fields, places as their lines; what has no JSON type as its text."""
    if isinstance(item, Location):
        return item.line
    if hasattr(item, "__dataclass_fields__"):
        return {each.name: record(getattr(item, each.name)) for each in fields(item)}
    if isinstance(item, Mapping):
        return {str(key): record(value) for key, value in item.items()}
    if isinstance(item, (list, tuple, set, frozenset)):
        return [record(value) for value in item]
    return item if isinstance(item, (str, int, float, bool, type(None))) else str(item)
