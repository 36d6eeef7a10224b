"""HTTP APIs: AWS::ApiGatewayV2::Api with ProtocolType HTTP or a Body, with their Routes and Stages."""

import re
from collections.abc import Iterator, Mapping

from longwire.core.api import Stage
from longwire.core.http.api import DEFAULT, Cors, HttpApi, HttpAuthorizer, HttpRoute, LambdaProxy, StaticAnswer
from longwire.template.http.authorizers import authorizer_of, scheme_authorizer
from longwire.template.http.cors import DOCUMENT, RESOURCE, cors
from longwire.template.http.openapi import Operation, operations, security_scheme
from longwire.template.http.part import NOT_EMULATED, LeftOut, Part
from longwire.template.http.routes import check_path, checked_key, proxy
from longwire.template.http.targets import Targets
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.properties import Properties, Resources
from longwire.template.throttling import throttled

__all__ = ["http_apis", "is_http"]

API, STAGE = "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"
ROUTE, INTEGRATION = "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration"
AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
STAGE_NAME = re.compile(r"\$default|[A-Za-z0-9_-]{1,128}")
PREFIX = "integrations/"


def is_http(properties: Properties) -> bool:
    """Only HTTP APIs are described by an OpenAPI document; SAM writes them so."""
    return properties.values.get("ProtocolType") == "HTTP" or bool(
        {"Body", "BodyS3Location"} & properties.values.keys()
    )


def http_apis(resources: Resources) -> Iterator[HttpApi]:
    """One for each Stage; raises TemplateError."""
    for api_id, logical_id in resources.by_physical_id(API).items():
        properties = resources.properties(logical_id)
        if is_http(properties):
            yield from deployed(resources, api_id, properties)


def deployed(resources: Resources, api_id: str, properties: Properties) -> Iterator[HttpApi]:
    stages = [item for item in resources.of_type(STAGE) if item.text("ApiId") == api_id]
    if "Target" in properties.values:  # quick create: one Route and the Stage $default
        yield api_at(resources, api_id, properties, None)
    elif not stages:
        raise resources.places.error(properties.path[:2], "the HTTP API has no Stage, so that nobody can call it")
    seen: dict[str, str] = {}
    for stage in stages:
        name = stage.text("StageName")
        if name in seen:
            raise stage.error("StageName", f"{seen[name]} is the Stage {name} of this API already")
        seen[name] = stage.logical_id
        yield api_at(resources, api_id, properties, stage)


def api_at(resources: Resources, api_id: str, properties: Properties, stage: Properties | None) -> HttpApi:
    name = stage.text("StageName") if stage is not None else DEFAULT
    if stage is not None:
        check_stage(stage, name)
    if properties.flag("DisableExecuteApiEndpoint"):
        path = (*properties.path, "DisableExecuteApiEndpoint")
        properties.places.unsupported(path, "custom domains of HTTP APIs are not emulated")
    targets = Targets(resources, stage.texts("StageVariables") if stage is not None else {})
    routes = tuple(routes_of(resources, api_id, properties, targets))
    if not routes:
        raise resources.places.error(properties.path[:2], "the HTTP API has no Route")
    check_twice(properties, routes)
    keys = [route.key for route in routes]
    limits = throttled(Stage(name), stage, keys) if stage is not None else Stage(name)
    return HttpApi(
        logical_id=properties.logical_id,
        api_id=api_id,
        name=properties.text("Name", properties.logical_id),
        kind="http",
        region=resources.resolver.region,
        account_id=ACCOUNT_ID,
        routes=routes,
        stage=name,
        variables=dict(targets.variables),
        cors=cors_of(properties),
        throttle=limits.throttle,
        route_throttles={key: limits.throttle_of(key) for key in limits.route_throttles},
    )


def check_stage(stage: Properties, name: str) -> None:
    if not STAGE_NAME.fullmatch(name):
        raise stage.error("StageName", f"{name!r} is neither $default nor 1 to 128 letters, digits, '-' and '_'")
    if not stage.flag("AutoDeploy") and "DeploymentId" not in stage.values:
        message = "has neither AutoDeploy nor DeploymentId, so no Route would be live"
        raise stage.places.error(stage.path[:2], message, "AutoDeploy: true")
    if "AccessLogSettings" in stage.values:
        stage.warn("AccessLogSettings", "access logs of HTTP APIs are not written; the timeline has each request")


def cors_of(properties: Properties) -> Cors | None:
    part = Part(properties.values, properties.path, properties.places)
    if "Body" in properties.values:
        return cors(part.part("Body"), "x-amazon-apigateway-cors", DOCUMENT)
    return cors(part, "CorsConfiguration", RESOURCE)


def check_twice(properties: Properties, routes: tuple[HttpRoute, ...]) -> None:
    seen: set[str] = set()
    for route in routes:
        if route.key in seen:
            raise properties.places.error(properties.path[:2], f"there are two Routes {route.key}")
        seen.add(route.key)


# --- Routes


def routes_of(resources: Resources, api_id: str, properties: Properties, targets: Targets) -> Iterator[HttpRoute]:
    part = Part(properties.values, properties.path, properties.places)
    if "BodyS3Location" in properties.values:
        raise properties.error(
            "BodyS3Location", "a document elsewhere is not read", "DefinitionBody is, in the template."
        )
    if "Body" in properties.values:
        yield from described(part.part("Body"), targets)
    if "Target" in properties.values:
        yield quick(part, targets)
    yield from spelled_out(resources, api_id, targets)


def described(body: Part, targets: Targets) -> Iterator[HttpRoute]:
    for operation in operations(body):
        path = DEFAULT if operation.path.lstrip("/") == DEFAULT else operation.path
        if path != DEFAULT:
            check_path(body.part("paths"), path, path)
        try:
            yield described_route(body, operation, path, targets)
        except LeftOut:
            yield HttpRoute(operation.method, path, NOT_EMULATED)


def described_route(body: Part, operation: Operation, path: str, targets: Targets) -> HttpRoute:
    authorizer = None
    if operation.security is not None:
        authorizer = scheme_authorizer(security_scheme(body, operation), operation.security, targets)
    signed = operation.security is not None and authorizer is None
    return HttpRoute(operation.method, path, proxy(operation.integration, targets, upper=False), authorizer, signed)


def quick(part: Part, targets: Targets) -> HttpRoute:
    method, path = checked_key(part, "RouteKey") if "RouteKey" in part.values else ("ANY", DEFAULT)
    described = {"IntegrationType": "AWS_PROXY", "IntegrationUri": part.text("Target"), "PayloadFormatVersion": "2.0"}
    return HttpRoute(method, path, proxy(Part(described, part.path, part.places), targets, upper=True))


def spelled_out(resources: Resources, api_id: str, targets: Targets) -> Iterator[HttpRoute]:
    """From AWS::ApiGatewayV2::Route, Integration and Authorizer."""
    integrations = {key: proxy_of(item, targets) for key, item in of_api(resources, INTEGRATION, api_id)}
    authorizers = {key: known_authorizer(item, targets) for key, item in of_api(resources, AUTHORIZER, api_id)}
    for _, item in of_api(resources, ROUTE, api_id):
        part = Part(item.values, item.path, item.places)
        method, path = checked_key(part, "RouteKey")
        kind = part.one_of("AuthorizationType", ("NONE", "AWS_IAM", "CUSTOM", "JWT"), "NONE")
        authorizer, target = chosen(part, kind, authorizers), integration(part, integrations)
        if isinstance(authorizer, StaticAnswer) or isinstance(target, StaticAnswer):
            yield HttpRoute(method, path, NOT_EMULATED)
        else:
            yield HttpRoute(method, path, target, authorizer, kind == "AWS_IAM")


def proxy_of(item: Properties, targets: Targets) -> LambdaProxy | StaticAnswer:
    try:
        return proxy(Part(item.values, item.path, item.places), targets, upper=True)
    except LeftOut:
        return NOT_EMULATED


def known_authorizer(item: Properties, targets: Targets) -> HttpAuthorizer | StaticAnswer:
    try:
        return authorizer_of(item, targets)
    except LeftOut:
        return NOT_EMULATED


def of_api(resources: Resources, kind: str, api_id: str) -> Iterator[tuple[str, Properties]]:
    """By physical id, those of one API."""
    for identifier, logical_id in resources.by_physical_id(kind).items():
        item = resources.properties(logical_id)
        if item.text("ApiId") == api_id:
            yield identifier, item


def integration(part: Part, known: Mapping[str, LambdaProxy | StaticAnswer]) -> LambdaProxy | StaticAnswer:
    target = part.text("Target")
    found = known.get(target.removeprefix(PREFIX)) if target.startswith(PREFIX) else None
    if found is None:
        raise part.error(
            "Target", f"{target!r} names no Integration of this API", "Target: !Sub integrations/${Integration}"
        )
    return found


def chosen(
    part: Part, kind: str, known: Mapping[str, HttpAuthorizer | StaticAnswer]
) -> HttpAuthorizer | StaticAnswer | None:
    identifier = part.text("AuthorizerId")
    if kind in ("NONE", "AWS_IAM"):
        if identifier:
            raise part.error("AuthorizerId", f"is not used: the Route's AuthorizationType is {kind}")
        return None
    if identifier not in known:
        message = f"{identifier!r} is no Authorizer of this API" if identifier else f"{kind} needs an AuthorizerId"
        raise part.error("AuthorizerId", message)
    return known[identifier]
