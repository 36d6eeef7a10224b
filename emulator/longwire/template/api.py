"""The WebSocket API of a template and its Stage."""

import re
from collections.abc import Collection, Mapping

from longwire.core.api import Api, Stage
from longwire.core.selection import Selection, SelectionError
from longwire.errors import TemplateError
from longwire.template.access_log import access_log
from longwire.template.integrations import authorizers, integrations
from longwire.template.models import models
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.properties import Properties, Resources
from longwire.template.routes import Targets, routes
from longwire.template.throttling import throttled
from longwire.template.usage_plans import with_api_keys

__all__ = ["websocket_api"]

API = "AWS::ApiGatewayV2::Api"
STAGE = "AWS::ApiGatewayV2::Stage"
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


def websocket_api(resources: Resources) -> Api:
    """The one WebSocket API; raises TemplateError when there is none, or more than one."""
    others = http_apis(resources)
    properties = the_api(resources, others)
    api_id: str = resources.resolver.identities.ref(properties.logical_id, properties.path)
    check_parts(resources, {api_id, *others.values()})
    stage_properties = the_stage(resources, api_id, properties)
    stage = read_stage(stage_properties, resources)
    targets = Targets(
        integrations(resources, api_id, stage.variables),
        authorizers(resources, api_id, stage.variables),
        models(resources, properties, api_id),
    )
    found = routes(resources, api_id, targets)
    if not found:
        raise resources.places.error(properties.path[:2], "the WebSocket API has no Route")
    api = Api(
        logical_id=properties.logical_id,
        api_id=api_id,
        name=properties.text("Name", properties.logical_id),
        region=resources.resolver.region,
        account_id=ACCOUNT_ID,
        route_selection_expression=selection(properties),
        routes=found,
        stage=throttled(stage, stage_properties, found),
    )
    return with_api_keys(api, properties, resources)


def http_apis(resources: Resources) -> dict[str, str]:
    """HTTP APIs, when the user allowed them to be ignored: their ids by logical id."""
    found = {}
    for api_id, name in resources.by_physical_id(API).items():
        properties = resources.live[name].get("Properties") or {}
        # Only HTTP APIs are described by an OpenAPI Body; SAM writes them so.
        if properties.get("ProtocolType") == "HTTP" or "Body" in properties or "BodyS3Location" in properties:
            path = ("Resources", name, "Properties", "ProtocolType")
            resources.places.unsupported(path, "HTTP APIs are not emulated")
            found[name] = api_id
    return found


def the_api(resources: Resources, others: Mapping[str, str]) -> Properties:
    apis = [resources.properties(name) for name in resources.by_physical_id(API).values() if name not in others]
    for properties in apis:
        properties.one_of("ProtocolType", ("WEBSOCKET", "HTTP"))
    if not apis:
        hint = "It takes an AWS::Serverless::WebSocketApi, or an AWS::ApiGatewayV2::Api with ProtocolType: WEBSOCKET."
        raise resources.places.source_error(("Resources",), "the template has no WebSocket API", hint)
    if len(apis) > 1:
        names = " and ".join(properties.logical_id for properties in apis)
        message = f"several WebSocket APIs in one template are not emulated: {names}"
        raise resources.places.error(apis[1].path[:2], message)
    return apis[0]


def check_parts(resources: Resources, known: Collection[str]) -> None:
    for properties in resources.of_type(*PARTS):
        if properties.text("ApiId") not in known:
            raise properties.error("ApiId", f"{properties.text('ApiId')!r} is no WebSocket API of this template")


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


def the_stage(resources: Resources, api_id: str, api: Properties) -> Properties:
    stages = [item for item in resources.of_type(STAGE) if item.text("ApiId") == api_id]
    if not stages:
        raise resources.places.error(api.path[:2], "the WebSocket API has no Stage, so nobody can connect")
    if len(stages) > 1:
        names = " and ".join(properties.logical_id for properties in stages)
        raise resources.places.error(stages[1].path[:2], f"several Stages of one API are not emulated: {names}")
    return stages[0]


def read_stage(properties: Properties, resources: Resources) -> Stage:
    name = properties.text("StageName")
    # A WebSocket API has no $default stage, and its URL names the stage.
    if not STAGE_NAME.fullmatch(name):
        raise properties.error("StageName", f"{name!r} is not 1 to 128 letters, digits, '-' and '_'")
    deployed(properties, resources)
    variables = properties.texts("StageVariables")
    for key, value in variables.items():
        if not VARIABLE_NAME.fullmatch(key) or not VARIABLE_VALUE.fullmatch(value):
            raise variable_error(properties, key, value)
    return Stage(name, variables, access_log=access_log(properties))


def deployed(properties: Properties, resources: Resources) -> None:
    """All Routes of the template are live when the Stage is deployed at all."""
    deployment = properties.text("DeploymentId")
    if deployment and deployment not in resources.by_physical_id("AWS::ApiGatewayV2::Deployment"):
        raise properties.error("DeploymentId", f"{deployment!r} is no Deployment of this template")
    if not deployment and not properties.flag("AutoDeploy"):
        message = "has neither AutoDeploy nor DeploymentId, so no Route would be live"
        raise properties.places.error(properties.path[:2], message, "AutoDeploy: true")


def variable_error(properties: Properties, key: str, value: str) -> TemplateError:
    path = (*properties.path, "StageVariables", key)
    return properties.places.error(path, f"{value!r}: a stage variable has letters, digits and -._~:/?#&=, only")
