"""What SAM translates without a word: mistakes in a WebSocketApi, and events that nothing here sends."""

from collections.abc import Mapping
from typing import Any

from longwire.template.conditions import Conditions
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["check_traps"]

SPECIAL = ("$connect", "$disconnect", "$default")
EVENTS = (
    "Api", "CloudWatchEvent", "DynamoDB", "EventBridgeRule", "HttpApi", "Kinesis", "S3", "SNS", "SQS", "Schedule",
    "ScheduleV2",
)  # fmt: skip
AUTH = ("AuthArn", "AuthType", "IdentitySource", "InvokeRole", "Name")
ROUTE = (
    "ApiKeyRequired", "FunctionArn", "IntegrationTimeout", "ModelSelectionExpression", "OperationName", "RequestModels",
    "RequestParameters", "RouteResponseSelectionExpression",
)  # fmt: skip
AUTH_TYPES = ("NONE", "AWS_IAM", "CUSTOM")


def check_traps(places: Places, conditions: Conditions) -> None:
    """Raises TemplateError for a template that would be deployed as something else than it says."""
    data = places.source.data
    shared = ((data.get("Globals") or {}).get("WebSocketApi") or {}).get("Auth")
    check_auth(places, shared, ("Globals", "WebSocketApi", "Auth"))
    for name, resource in data["Resources"].items():
        path: KeyPath = ("Resources", name)
        if conditions.leaves_out(resource, path):
            continue
        properties = resource.get("Properties") or {}
        if resource["Type"] == "AWS::Serverless::WebSocketApi":
            check_routes(places, properties.get("Routes"), (*path, "Properties", "Routes"))
            check_auth(places, properties.get("Auth"), (*path, "Properties", "Auth"))
        if resource["Type"] == "AWS::Serverless::Function":
            check_events(places, properties.get("Events"), (*path, "Properties", "Events"))


def check_routes(places: Places, routes: Any, path: KeyPath) -> None:
    """SAM names resources by ``key.capitalize()``: of two keys that agree in it, the second replaces the first."""
    seen: dict[str, str] = {}
    for key, route in routes.items() if isinstance(routes, Mapping) else ():
        name = key.lstrip("$").capitalize() if key in SPECIAL else key.capitalize()
        if name in seen:
            message = f"SAM gives {key} and {seen[name]} the same logical id, so that one replaces the other"
            raise places.source_error((*path, key), message, "Give one of them a name that differs in more than case.")
        seen[name] = key
        if f"${key.lower()}" in SPECIAL:
            special = f"${key.lower()}"
            places.warn((*path, key), f"is a custom route, chosen by messages; API Gateway's own is {special}")
        check_route(places, route, (*path, key))


def check_route(places: Places, route: Any, path: KeyPath) -> None:
    if not isinstance(route, Mapping) or "FunctionArn" not in route:
        raise places.source_error(path, "a route is a mapping with a FunctionArn")
    for name in route:
        if name not in ROUTE:
            raise places.source_error((*path, name), f"a route has no {name}", did_you_mean(name, ROUTE))


def check_auth(places: Places, auth: Any, path: KeyPath) -> None:
    for name in auth if isinstance(auth, Mapping) else ():
        if name not in AUTH:
            raise places.source_error((*path, name), f"Auth has no {name}", did_you_mean(name, AUTH))
    kind = auth.get("AuthType") if isinstance(auth, Mapping) else None
    # Up to version 1.110 the translator made an open API of `AuthType: custom`.
    if isinstance(kind, str) and kind not in AUTH_TYPES:
        hint = did_you_mean(kind, AUTH_TYPES) or f"One of: {', '.join(AUTH_TYPES)}"
        raise places.source_error((*path, "AuthType"), f"there is no AuthType {kind}", hint)


def check_events(places: Places, events: Any, path: KeyPath) -> None:
    for name, event in events.items() if isinstance(events, Mapping) else ():
        kind = event.get("Type") if isinstance(event, Mapping) else None
        if not isinstance(kind, str):
            raise places.source_error((*path, name), "an event is a mapping with a Type")
        for key in event:
            if key not in ("Properties", "Type"):
                hint = did_you_mean(key, ("Properties", "Type"))
                raise places.source_error((*path, name, key), f"an event has no {key}", hint)
        if kind not in EVENTS:
            places.unsupported(
                (*path, name, "Type"), f"events of type {kind} are not emulated", did_you_mean(kind, EVENTS)
            )
