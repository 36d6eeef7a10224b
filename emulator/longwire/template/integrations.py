"""Integrations and authorizers of a template: what a Route invokes, and who decides on a connection."""

import re
from collections.abc import Mapping

from longwire.core.api import Authorizer, Integration, IntegrationResponse
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
    kind = properties.one_of("IntegrationType", TYPES)
    if kind not in ("AWS_PROXY", "MOCK"):
        raise properties.error("IntegrationType", f"{kind} integrations are not emulated", "AWS_PROXY and MOCK are.")
    check_content(properties)
    function = None
    if kind == "AWS_PROXY":
        function = function_named(properties, "IntegrationUri", resources, variables)
    return Integration(
        logical_id=properties.logical_id,
        type="MOCK" if kind == "MOCK" else "AWS_PROXY",
        function=function,
        # API Gateway quota, "Integration timeout": 50 milliseconds to 29 seconds
        timeout=properties.number("TimeoutInMillis", 29_000, 50, 29_000) / 1000,
        request_templates=properties.texts("RequestTemplates"),
        template_selection_expression=properties.text("TemplateSelectionExpression") or None,
        responses=responses,
    )


def check_content(properties: Properties) -> None:
    if properties.one_of("ConnectionType", ("INTERNET", "VPC_LINK"), "INTERNET") == "VPC_LINK":
        raise properties.error("ConnectionType", "private integrations are not emulated")
    known = ("CONVERT_TO_TEXT", "CONVERT_TO_BINARY")
    if properties.one_of("ContentHandlingStrategy", known, "CONVERT_TO_TEXT") == "CONVERT_TO_BINARY":
        places = properties.places
        places.unsupported((*properties.path, "ContentHandlingStrategy"), "CONVERT_TO_BINARY is not emulated")
    properties.one_of("PassthroughBehavior", ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"), "WHEN_NO_MATCH")


def function_named(properties: Properties, name: str, resources: Resources, variables: Mapping[str, str]) -> str:
    """The logical id of the function that a URI names."""
    uri = properties.text(name)
    if not uri:
        raise properties.places.error(properties.path[:2], f"{properties.type} needs {name}: the function's ARN")
    uri = STAGE_VARIABLE.sub(lambda match: staged(properties, name, match[1], variables), uri)
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
        if key != "$default" and not re.fullmatch(r"/.+/", key):
            raise properties.error("IntegrationResponseKey", f"{key!r} is neither $default nor a /pattern/")
        integration = properties.text("IntegrationId")
        if integration not in known:
            raise properties.error("IntegrationId", f"{integration!r} is no Integration of this template")
        expression = properties.text("TemplateSelectionExpression") or None
        response = IntegrationResponse(key, properties.texts("ResponseTemplates"), expression)
        found.setdefault(integration, []).append(response)
    return found


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
