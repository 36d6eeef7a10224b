"""The WebSocket APIs of a template and their Stages."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from longwire.core.api import Api, Stage
from longwire.core.selection import Selection, SelectionError
from longwire.errors import TemplateError
from longwire.template.access_log import access_log
from longwire.template.deployments import deployment_of, live_routes
from longwire.template.domains import with_domains
from longwire.template.http.http_api import is_http
from longwire.template.integrations import authorizers, integrations
from longwire.template.models import models
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.properties import Properties, Resources
from longwire.template.routes import Targets, routes
from longwire.template.throttling import throttled
from longwire.template.usage_plans import ApiKeyReader

__all__ = ["websocket_apis"]

API = "AWS::ApiGatewayV2::Api"
STAGE = "AWS::ApiGatewayV2::Stage"
ROUTE = "AWS::ApiGatewayV2::Route"
# What belongs to an api; its ApiId says to which.
PARTS = tuple(
    f"AWS::ApiGatewayV2::{name}"
    for name in (
        "Authorizer",
        "Deployment",
        "Integration",
        "IntegrationResponse",
        "Model",
        "Route",
        "RouteResponse",
        "Stage",
    )
)
STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
# API Gateway reference, stageVariables: "values must match [A-Za-z0-9-._~:/?#&=,]+"
VARIABLE_NAME = re.compile(r"[A-Za-z0-9_]+")
VARIABLE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")


def websocket_apis(resources: Resources) -> tuple[Api, ...]:
    """An Api for each Stage of each WebSocket API, in the template's order; raises TemplateError when there is none."""
    http = others(resources)
    found = own_apis(resources, http)
    check_parts(resources, {*found, *http.values()})
    stages = {api_id: stages_of(resources, api_id, properties) for api_id, properties in found.items()}
    keys = ApiKeyReader(resources, {(api_id, name) for api_id, named in stages.items() for name in named})
    apis = [
        keys.applied(deployed_api(resources, api_id, properties, stage), properties)
        for api_id, properties in found.items()
        for stage in stages[api_id].values()
    ]
    return with_domains(told_apart(apis), resources)


def told_apart(apis: Sequence[Api]) -> tuple[Api, ...]:
    """A Stage's name alone says on this machine which is meant only where no other API has one of that name."""
    names = Counter(api.stage.name for api in apis)
    return tuple(
        replace(api, local_path=f"/{api.logical_id}/{api.stage.name}") if names[api.stage.name] > 1 else api
        for api in apis
    )


def deployed_api(resources: Resources, api_id: str, properties: Properties, stage_properties: Properties) -> Api:
    stage = read_stage(stage_properties, resources)
    targets = Targets(
        integrations(resources, api_id, stage.variables),
        authorizers(resources, api_id, stage.variables),
        models(resources, properties, api_id),
    )
    own = [item.logical_id for item in resources.of_type(ROUTE) if item.text("ApiId") == api_id]
    found = routes(resources, api_id, targets, live_routes(stage.deployment, resources, own))
    if not found:
        raise resources.places.error(properties.path[:2], "the WebSocket API has no Route")
    return Api(
        logical_id=properties.logical_id,
        api_id=api_id,
        name=properties.text("Name", properties.logical_id),
        region=resources.resolver.region,
        account_id=ACCOUNT_ID,
        route_selection_expression=selection(properties),
        routes=found,
        stage=throttled(stage, stage_properties, found),
        default_endpoint=not properties.flag("DisableExecuteApiEndpoint"),
    )


def others(resources: Resources) -> dict[str, str]:
    """The ids of HTTP APIs by logical id."""
    known = resources.by_physical_id(API).items()
    return {name: api_id for api_id, name in known if is_http(resources.properties(name))}


def own_apis(resources: Resources, others: Collection[str]) -> dict[str, Properties]:
    """The WebSocket APIs by their ids."""
    known = resources.by_physical_id(API)
    apis = {api_id: resources.properties(name) for api_id, name in known.items() if name not in others}
    for properties in apis.values():
        if "ProtocolType" not in properties.values:
            raise resources.places.error(properties.path[:2], f"{API} needs ProtocolType", "ProtocolType: WEBSOCKET")
        properties.one_of("ProtocolType", ("WEBSOCKET", "HTTP"))
    if not apis:
        hint = "It takes an AWS::Serverless::WebSocketApi, or an AWS::ApiGatewayV2::Api with ProtocolType: WEBSOCKET."
        raise resources.places.source_error(("Resources",), "the template has no WebSocket API", hint)
    return apis


def check_parts(resources: Resources, known: Collection[str]) -> None:
    for properties in resources.of_type(*PARTS):
        if properties.text("ApiId") not in known:
            raise properties.error("ApiId", f"{properties.text('ApiId')!r} is no API of this template")


def selection(properties: Properties) -> str:
    expression = properties.text("RouteSelectionExpression")
    if not expression:
        message = "a WebSocket API needs a RouteSelectionExpression"
        raise properties.places.error(properties.path[:2], message, "RouteSelectionExpression: $request.body.action")
    try:
        Selection(expression)
    except SelectionError as exc:
        raise properties.error("RouteSelectionExpression", str(exc)) from exc
    return expression


def stages_of(resources: Resources, api_id: str, api: Properties) -> dict[str, Properties]:
    """By StageName."""
    found: dict[str, Properties] = {}
    for properties in resources.of_type(STAGE):
        if properties.text("ApiId") != api_id:
            continue
        name = properties.text("StageName")
        # A WebSocket API has no $default stage, and its URL names the stage.
        if not STAGE_NAME.fullmatch(name):
            raise properties.error("StageName", f"{name!r} is not 1 to 128 letters, digits, '-' and '_'")
        if name in found:
            raise properties.error("StageName", f"{found[name].logical_id} is the Stage {name} of this API already")
        found[name] = properties
    if not found:
        raise resources.places.error(api.path[:2], "the WebSocket API has no Stage, so nobody can connect")
    return found


def read_stage(properties: Properties, resources: Resources) -> Stage:
    variables = properties.texts("StageVariables")
    for key, value in variables.items():
        if not VARIABLE_NAME.fullmatch(key) or not VARIABLE_VALUE.fullmatch(value):
            raise variable_error(properties, key, value)
    return Stage(
        properties.text("StageName"),
        variables,
        access_log=access_log(properties),
        deployment=deployment_of(properties, resources),
    )


def variable_error(properties: Properties, key: str, value: str) -> TemplateError:
    path = (*properties.path, "StageVariables", key)
    return properties.places.error(path, f"{value!r}: a stage variable has letters, digits and -._~:/?#&=, only")
