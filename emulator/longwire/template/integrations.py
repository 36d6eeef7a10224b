"""Integrations and authorizers of a template: what a Route invokes, and who decides on a connection."""

import re
from collections.abc import Mapping
from typing import Any, cast

from longwire.core.api import (
    Authorizer,
    ContentHandling,
    Integration,
    IntegrationResponse,
    Passthrough,
    ServiceAction,
)
from longwire.template.integration_targets import METHODS, http_url, service_action
from longwire.template.mapping_templates import request_parameters, selection_expression, templates
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["authorizers", "function_named", "integrations"]

# Both forms of an IntegrationUri: arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations, and
# the function's ARN alone. A version or alias may follow the name.
FUNCTION_URI = re.compile(
    r"(?:arn:[\w-]+:apigateway:[\w-]+:lambda:path/2015-03-31/functions/)?"
    r"arn:[\w-]+:lambda:[\w-]+:\d{12}:function:([\w-]+)(?::[\w$-]+)?(?:/invocations)?"
)
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
TYPES = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")
SOURCES = ("route.request.header.", "route.request.querystring.", "stageVariables.", "context.")


def integrations(resources: Resources, api_id: str, variables: Mapping[str, str]) -> dict[str, Integration]:
    """By physical id, those of one api; ``variables`` are the Stage's."""
    responses = integration_responses(resources)
    found = {}
    for physical_id, logical_id in resources.by_physical_id("AWS::ApiGatewayV2::Integration").items():
        properties = resources.properties(logical_id)
        if properties.text("ApiId") == api_id:
            found[physical_id] = read(properties, resources, variables, tuple(responses.get(physical_id, ())))
    return found


def read(
    properties: Properties,
    resources: Resources,
    variables: Mapping[str, str],
    responses: tuple[IntegrationResponse, ...],
) -> Integration:
    kind: Any = properties.one_of("IntegrationType", TYPES)
    if properties.one_of("ConnectionType", ("INTERNET", "VPC_LINK"), "INTERNET") == "VPC_LINK":
        raise properties.error("ConnectionType", "private integrations are not emulated")
    function, service, url = target(properties, kind, resources, variables)
    return Integration(
        logical_id=properties.logical_id,
        type=kind,
        function=function,
        # API Gateway quota, "Integration timeout": 50 milliseconds to 29 seconds
        timeout=properties.number("TimeoutInMillis", 29_000, 50, 29_000) / 1000,
        request_templates=templates(properties, "RequestTemplates"),
        template_selection_expression=selection_expression(properties),
        responses=responses,
        service=service,
        url=url,
        method=method(properties, kind),
        request_parameters=request_parameters(properties),
        passthrough=passthrough(properties),
        content_handling=content_handling(properties),
    )


def target(
    properties: Properties, kind: str, resources: Resources, variables: Mapping[str, str]
) -> tuple[str | None, ServiceAction | None, str]:
    """A function, an action of a service, or a URL; nothing for MOCK."""
    if kind == "AWS_PROXY":
        return function_named(properties, "IntegrationUri", resources, variables), None, ""
    if kind == "MOCK":
        return None, None, ""
    uri = staged_uri(properties, "IntegrationUri", variables)
    if not uri:
        raise properties.places.error(properties.path[:2], f"{kind} integrations need an IntegrationUri")
    if kind != "AWS":
        return None, None, http_url(properties, uri)
    if FUNCTION_URI.fullmatch(uri):
        return function_named(properties, "IntegrationUri", resources, variables), None, ""
    return None, service_action(properties, uri), ""


def method(properties: Properties, kind: str) -> str:
    """What is sent to a backend; Lambda and the actions of AWS services are called by POST."""
    if kind in ("HTTP", "HTTP_PROXY", "AWS") and not properties.text("IntegrationMethod"):
        message = f"{kind} integrations need an IntegrationMethod"
        raise properties.places.error(properties.path[:2], message, "IntegrationMethod: POST")
    found = properties.one_of("IntegrationMethod", (*METHODS, "ANY"), "POST")
    if found == "ANY" and kind in ("HTTP", "HTTP_PROXY"):
        raise properties.error("IntegrationMethod", "a message has no HTTP method that ANY could stand for", "POST")
    return "POST" if found == "ANY" else found


def passthrough(properties: Properties) -> Passthrough:
    known = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
    found: Any = properties.one_of("PassthroughBehavior", known, "WHEN_NO_MATCH")
    return cast("Passthrough", found)


def content_handling(properties: Properties) -> ContentHandling | None:
    if not properties.text("ContentHandlingStrategy"):
        return None
    found: Any = properties.one_of("ContentHandlingStrategy", ("CONVERT_TO_TEXT", "CONVERT_TO_BINARY"))
    return cast("ContentHandling", found)


def function_named(properties: Properties, name: str, resources: Resources, variables: Mapping[str, str]) -> str:
    """The logical id of the function that a URI names."""
    uri = staged_uri(properties, name, variables)
    if not uri:
        raise properties.places.error(properties.path[:2], f"{properties.type} needs {name}: the function's ARN")
    found = FUNCTION_URI.fullmatch(uri)
    if found is None:
        hint = (
            "arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION ARN/invocations, or a function's ARN"
        )
        raise properties.error(name, f"{uri} names no Lambda function", hint)
    if found[1] not in resources.functions:
        near = did_you_mean(found[1], resources.functions)
        raise properties.error(name, f"the template has no function {found[1]}", near)
    return resources.functions[found[1]]


def staged_uri(properties: Properties, name: str, variables: Mapping[str, str]) -> str:
    """With the Stage's variables in it."""
    return STAGE_VARIABLE.sub(lambda match: staged(properties, name, match[1], variables), properties.text(name))


def staged(properties: Properties, name: str, variable: str, variables: Mapping[str, str]) -> str:
    if variable not in variables:
        raise properties.error(name, f"the Stage has no variable {variable}", did_you_mean(variable, variables))
    return variables[variable]


def integration_responses(resources: Resources) -> dict[str, list[IntegrationResponse]]:
    """By the physical id of the integration."""
    found: dict[str, list[IntegrationResponse]] = {}
    known = resources.by_physical_id("AWS::ApiGatewayV2::Integration")
    for properties in resources.of_type("AWS::ApiGatewayV2::IntegrationResponse"):
        key = properties.text("IntegrationResponseKey")
        check_key(properties, key)
        integration = properties.text("IntegrationId")
        if integration not in known:
            raise properties.error("IntegrationId", f"{integration!r} is no Integration of this template")
        if any(other.key == key for other in found.get(integration, ())):
            raise properties.error("IntegrationResponseKey", f"the Integration has another response for {key}")
        response = IntegrationResponse(
            key,
            templates(properties, "ResponseTemplates"),
            selection_expression(properties, of_response=True),
            content_handling(properties),
        )
        found.setdefault(integration, []).append(response)
    return found


def check_key(properties: Properties, key: str) -> None:
    if key != "$default" and not re.fullmatch(r"/.+/", key, re.DOTALL):
        raise properties.error("IntegrationResponseKey", f"{key!r} is neither $default nor a /pattern/")
    try:
        re.compile(key.strip("/"))
    except re.error as exc:
        raise properties.error("IntegrationResponseKey", f"{key} is no regular expression: {exc}") from exc


def authorizers(resources: Resources, api_id: str, variables: Mapping[str, str]) -> dict[str, Authorizer]:
    """By physical id, those of one api."""
    found = {}
    for physical_id, logical_id in resources.by_physical_id("AWS::ApiGatewayV2::Authorizer").items():
        properties = resources.properties(logical_id)
        if properties.text("ApiId") == api_id:
            found[physical_id] = authorizer(properties, resources, variables)
    return found


def authorizer(properties: Properties, resources: Resources, variables: Mapping[str, str]) -> Authorizer:
    kind = properties.one_of("AuthorizerType", ("REQUEST", "JWT"))
    if kind == "JWT":
        message = "a WebSocket API takes REQUEST authorizers only; JWT authorizers belong to HTTP APIs"
        raise properties.error("AuthorizerType", message)
    sources = properties.listed("IdentitySource")
    # One text may hold several, with commas between them.
    sources = [part.strip() for item in sources for part in item.split(",") if part.strip()]
    for source in sources:
        if not any(source.startswith(prefix) and source != prefix for prefix in SOURCES):
            hint = did_you_mean(source, SOURCES) or f"It starts with one of: {', '.join(SOURCES)}"
            raise properties.error("IdentitySource", f"{source!r} is no identity source of a WebSocket API", hint)
    function = function_named(properties, "AuthorizerUri", resources, variables)
    return Authorizer(properties.logical_id, properties.text("Name"), function, tuple(sources))
