"""REST APIs as far as Lambda proxies go, and the MOCK with which SAM and CDK answer preflight requests."""

import re
from collections.abc import Iterator, Mapping

from longwire.core.http.api import HttpApi, HttpRoute, LambdaProxy, StaticAnswer
from longwire.template.http.openapi import Operation, operations, security_scheme
from longwire.template.http.part import NOT_EMULATED, LeftOut, Part
from longwire.template.http.routes import METHODS, check_path
from longwire.template.http.targets import Targets, function_target
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["rest_apis"]

API, STAGE, DEPLOYMENT = (f"AWS::ApiGateway::{name}" for name in ("RestApi", "Stage", "Deployment"))
RESOURCE, METHOD = "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method"
STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
HEADER = "method.response.header."
ONLY = "of REST APIs, Lambda proxies (AWS_PROXY) are emulated"


def rest_apis(resources: Resources) -> Iterator[HttpApi]:
    """One for each Stage; raises TemplateError."""
    for api_id, logical_id in resources.by_physical_id(API).items():
        properties = resources.properties(logical_id)
        stages = dict(stages_of(resources, api_id))
        if not stages:
            message = "the REST API has no Stage, so that nobody can call it"
            raise resources.places.error(properties.path[:2], message)
        for name, variables in stages.items():
            yield api_at(resources, api_id, properties, name, variables)


def stages_of(resources: Resources, api_id: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A Deployment's StageName is a Stage too; not counted when there are others, as SAM always writes one."""
    found = [item for item in resources.of_type(STAGE) if item.text("RestApiId") == api_id]
    for item in found:
        say_what_is_not_done(item)
        yield checked_name(item), item.texts("Variables")
    for item in resources.of_type(DEPLOYMENT):
        if item.text("RestApiId") == api_id and "StageName" in item.values and not found:
            yield checked_name(item), {}


def say_what_is_not_done(item: Properties) -> None:
    if "AccessLogSetting" in item.values:
        item.warn("AccessLogSetting", "access logs of REST APIs are not written; the timeline has each request")
    settings = item.values.get("MethodSettings")
    listed = [each for each in settings if isinstance(each, dict)] if isinstance(settings, list) else []
    names = {name for each in listed for name in each}
    unused = sorted(name for name in names if name.startswith(("Cach", "Throttling")))
    if unused:
        item.warn("MethodSettings", f"{', '.join(unused)} of REST APIs have no effect here")


def checked_name(item: Properties) -> str:
    name = item.text("StageName")
    if not STAGE_NAME.fullmatch(name):
        raise item.error("StageName", f"{name!r} is not 1 to 128 letters, digits, '-' and '_'")
    return name


def api_at(
    resources: Resources, api_id: str, properties: Properties, stage: str, variables: Mapping[str, str]
) -> HttpApi:
    part = Part(properties.values, properties.path, properties.places)
    targets = Targets(resources, variables)
    routes = (*described(part.part("Body"), targets), *spelled_out(resources, api_id, properties, targets))
    if not routes:
        raise resources.places.error(properties.path[:2], "the REST API has no method")
    return HttpApi(
        logical_id=properties.logical_id,
        api_id=api_id,
        name=properties.text("Name", properties.logical_id),
        kind="rest",
        region=resources.resolver.region,
        account_id=ACCOUNT_ID,
        routes=routes,
        stage=stage,
        variables=dict(variables),
        binary_types=tuple(kind.replace("~1", "/") for kind in part.listed("BinaryMediaTypes")),
    )


# --- an OpenAPI document


def described(body: Part, targets: Targets) -> Iterator[HttpRoute]:
    for operation in operations(body):
        check_path(body.part("paths"), operation.path, operation.path)
        try:
            signed = operation.security is not None and is_signed(body, operation)
            target = integration(operation.integration, targets)
            yield HttpRoute(operation.method, operation.path, target, None, signed)
        except LeftOut:
            yield HttpRoute(operation.method, operation.path, NOT_EMULATED)


def is_signed(body: Part, operation: Operation) -> bool:
    scheme = security_scheme(body, operation)
    if scheme.values.get("x-amazon-apigateway-authtype") != "awsSigv4":
        message = f"{operation.security}: authorizers and API keys of REST APIs are not emulated"
        operation.part.leave_out("security", message, "AWS_IAM is; so are the authorizers of HTTP APIs.")
    return True


def integration(part: Part, targets: Targets) -> LambdaProxy | StaticAnswer:
    kind = part.text("type").upper()
    if kind == "MOCK":
        return static(part.part("responses"), "statusCode", "responseParameters", "responseTemplates")
    if kind != "AWS_PROXY":
        hint = did_you_mean(kind, ["AWS_PROXY"]) or ONLY
        part.leave_out("type", f"{part.text('type')} integrations of REST APIs are not emulated", hint)
    return proxy(part, targets, "uri", "timeoutInMillis")


def proxy(part: Part, targets: Targets, uri: str, timeout: str) -> LambdaProxy:
    function, qualifier = function_target(part, uri, targets)
    # Quota of REST APIs, "Integration timeout": 50 milliseconds to 29 seconds; more where the account's was raised.
    return LambdaProxy(function, "1.0", part.number(timeout, 29_000, 50, 900_000) / 1000, qualifier)


def static(responses: Part, status: str, parameters: str, templates: str) -> StaticAnswer:
    """The only one of its responses, which takes no template but an empty one and no header but a constant."""
    if len(responses.values) != 1:
        responses.leave_out("default", "a MOCK of a REST API has one response here", ONLY)
    (_, response), *_ = responses.parts()
    for kind, template in response.part(templates).values.items():
        if str(template).strip() not in ("", "{}"):
            response.part(templates).leave_out(kind, "templates of REST APIs are not emulated", ONLY)
    headers = [constant(response.part(parameters), name) for name in response.part(parameters).values]
    return StaticAnswer(response.number(status, 200, 200, 599), tuple(headers))


def constant(part: Part, name: str) -> tuple[str, str]:
    """``method.response.header.Access-Control-Allow-Origin: "'*'"``"""
    value = part.text(name)
    if not name.startswith(HEADER) or not (len(value) > 1 and value[0] == value[-1] == "'"):
        raise part.error(name, f"{value} is no constant header: text in single quotes", ONLY)
    return name.removeprefix(HEADER), value[1:-1]


# --- AWS::ApiGateway::Resource and Method


def spelled_out(resources: Resources, api_id: str, properties: Properties, targets: Targets) -> Iterator[HttpRoute]:
    paths = paths_of(resources, api_id, properties)
    for item in resources.of_type(METHOD):
        if item.text("RestApiId") != api_id:
            continue
        part = Part(item.values, item.path, item.places)
        if item.text("ResourceId") not in paths:
            raise item.error("ResourceId", f"{item.text('ResourceId')!r} is no Resource of this API")
        method, path = part.one_of("HttpMethod", METHODS), paths[item.text("ResourceId")]
        try:
            yield HttpRoute(method, path, method_integration(part, targets), None, is_signed_method(part))
        except LeftOut:
            yield HttpRoute(method, path, NOT_EMULATED)


def is_signed_method(part: Part) -> bool:
    kind = part.one_of("AuthorizationType", ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"), "NONE")
    if kind not in ("NONE", "AWS_IAM") or part.flag("ApiKeyRequired"):
        name = "AuthorizationType" if kind not in ("NONE", "AWS_IAM") else "ApiKeyRequired"
        part.leave_out(name, "authorizers and API keys of REST APIs are not emulated", ONLY)
    return kind == "AWS_IAM"


def method_integration(part: Part, targets: Targets) -> LambdaProxy | StaticAnswer:
    if "Integration" not in part.values:
        raise part.error("Integration", "the method has no Integration", ONLY)
    found = part.part("Integration")
    kind = found.text("Type")
    if kind == "MOCK":
        listed = found.values.get("IntegrationResponses")
        responses = dict(enumerate(listed)) if isinstance(listed, list) else {}
        path = (*found.path, "IntegrationResponses")
        named = Part({str(key): value for key, value in responses.items()}, path, found.places)
        return static(named, "StatusCode", "ResponseParameters", "ResponseTemplates")
    if kind != "AWS_PROXY":
        hint = did_you_mean(kind, ["AWS_PROXY"]) or ONLY
        found.leave_out("Type", f"{kind or 'no'} integrations of REST APIs are not emulated", hint)
    return proxy(found, targets, "Uri", "TimeoutInMillis")


def paths_of(resources: Resources, api_id: str, properties: Properties) -> dict[str, str]:
    """Each Resource's path by its physical id, the root's too."""
    identities = resources.resolver.identities
    root = identities.attribute(properties.logical_id, "RootResourceId", properties.path[:2])
    known = resources.by_physical_id(RESOURCE)
    items = {key: resources.properties(name) for key, name in known.items()}
    own = {key: item for key, item in items.items() if item.text("RestApiId") == api_id}
    found = {str(root): "/"}
    for identifier, item in own.items():
        found[identifier] = path_of(identifier, own, str(root))
        check_path(Part(item.values, item.path, item.places), "PathPart", found[identifier])
    return found


def path_of(identifier: str, known: Mapping[str, Properties], root: str) -> str:
    segments: list[str] = []
    while identifier != root:
        item = known.get(identifier)
        if item is None:
            raise known[next(iter(known))].error("ParentId", f"{identifier!r} is no Resource of this API")
        segments.insert(0, item.text("PathPart"))
        if len(segments) > len(known):
            raise item.error("ParentId", "Resources are one another's parents")
        identifier = item.text("ParentId")
    return "/" + "/".join(segments)
