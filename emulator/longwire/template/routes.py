"""The Routes of a WebSocket API, each with its integration, its authorizer and whether it answers."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from longwire.core.api import Authorizer, Integration, Route, Validator
from longwire.core.selection import Selection, SelectionError
from longwire.template.places import did_you_mean
from longwire.template.properties import Properties, Resources

__all__ = ["Targets", "routes"]

AUTHORIZATION = ("NONE", "AWS_IAM", "CUSTOM")
PREFIX = "integrations/"
PARAMETER = re.compile(r"route\.request\.(header|querystring)\.([A-Za-z0-9._$-]+)")


@dataclass(frozen=True, slots=True)
class Targets:
    """What Routes point to: by physical id, but ``models`` by Name."""

    integrations: Mapping[str, Integration]
    authorizers: Mapping[str, Authorizer]
    models: Mapping[str, Validator]


def routes(resources: Resources, api_id: str, targets: Targets, live: Collection[str]) -> dict[str, Route]:
    """The Routes of one api by route key, without those whose logical ids are not ``live``; raises TemplateError."""
    answering = answering_routes(resources)
    found: dict[str, Route] = {}
    dead: set[str] = set()
    for physical_id, logical_id in resources.by_physical_id("AWS::ApiGatewayV2::Route").items():
        properties = resources.properties(logical_id)
        if properties.text("ApiId") != api_id:
            continue
        route = read(properties, targets, has_response=physical_id in answering)
        if route.key in found:
            raise properties.error("RouteKey", f"there is another Route {route.key}")
        found[route.key] = route
        if logical_id not in live:
            dead.add(route.key)
    return {key: route for key, route in found.items() if key not in dead}


def read(properties: Properties, targets: Targets, *, has_response: bool) -> Route:
    key = properties.text("RouteKey")
    if not key or (key.startswith("$") and key not in ("$connect", "$disconnect", "$default")):
        message = f"{key!r} is no route key: text, or $connect, $disconnect or $default"
        raise properties.error("RouteKey", message)
    return Route(
        key=key,
        integration=integration(properties, targets.integrations),
        authorizer=authorizer(properties, key, targets.authorizers),
        two_way=answers(properties, has_response=has_response),
        location=properties.location,
        api_key_required=properties.flag("ApiKeyRequired"),
        iam=properties.text("AuthorizationType") == "AWS_IAM",
        model_selection_expression=model_selection(properties, key),
        models=request_models(properties, targets.models),
        required_parameters=required_parameters(properties, key),
    )


def integration(properties: Properties, known: Mapping[str, Integration]) -> Integration | None:
    target = properties.text("Target")
    if not target:
        properties.warn("Target", "has no Target: nothing is invoked")
        return None
    found = known.get(target.removeprefix(PREFIX)) if target.startswith(PREFIX) else None
    if found is None:
        hint = "Target: !Sub integrations/${Integration}"
        raise properties.error("Target", f"{target!r} names no Integration of this API", hint)
    return found


def authorizer(properties: Properties, key: str, known: Mapping[str, Authorizer]) -> Authorizer | None:
    kind = properties.one_of("AuthorizationType", AUTHORIZATION, "NONE")
    if kind == "NONE":
        if "AuthorizerId" in properties.values:
            message = "is not used: the Route's AuthorizationType is NONE and lets everybody in"
            raise properties.error("AuthorizerId", message, "AuthorizationType: CUSTOM")
        return None
    # API Gateway authorizes when a connection is made, and never again.
    if key != "$connect":
        raise properties.error("AuthorizationType", f"only $connect can be authorized, not {key}")
    if kind == "AWS_IAM":
        if "AuthorizerId" in properties.values:
            raise properties.error("AuthorizerId", "is not used: the Route's AuthorizationType is AWS_IAM")
        return None
    identifier = properties.text("AuthorizerId")
    if identifier not in known:
        message = f"{identifier!r} is no Authorizer of this API" if identifier else "CUSTOM needs an AuthorizerId"
        raise properties.error("AuthorizerId", message)
    return known[identifier]


def model_selection(properties: Properties, key: str) -> str | None:
    expression = properties.text("ModelSelectionExpression")
    if not expression:
        if properties.mapping("RequestModels"):
            # Developer guide: "Model validation occurs if you provide a model selection expression".
            message = "are not used: there is no ModelSelectionExpression"
            properties.warn("RequestModels", message, r"ModelSelectionExpression: \$default")
        return None
    if key in ("$connect", "$disconnect"):
        path = (*properties.path, "ModelSelectionExpression")
        properties.places.unsupported(path, f"{key} has no message that a model could describe")
        return None
    if not properties.mapping("RequestModels"):
        message = "every message will be answered Bad request body: there are no RequestModels"
        properties.warn("ModelSelectionExpression", message)
    if expression == "$default":  # as CDK and people write it, after RouteResponseSelectionExpression
        return r"\$default"
    try:
        return Selection(expression).expression
    except SelectionError as exc:
        raise properties.error("ModelSelectionExpression", str(exc)) from exc


def request_models(properties: Properties, known: Mapping[str, Validator]) -> dict[str, Validator]:
    """By the keys that the expression selects."""
    names = properties.texts("RequestModels")
    for key, name in names.items():
        if name not in known:
            hint = did_you_mean(name, known) or "It takes the Name of an AWS::ApiGatewayV2::Model, not its Ref."
            raise properties.places.error((*properties.path, "RequestModels", key), f"{name!r} is no Model", hint)
    return {key: known[name] for key, name in names.items()}


def required_parameters(properties: Properties, key: str) -> tuple[str, ...]:
    """Those of RequestParameters that are ``Required: true``."""
    found = []
    for name, value in properties.mapping("RequestParameters").items():
        path = (*properties.path, "RequestParameters", name)
        sent = PARAMETER.fullmatch(name)
        if sent is None:
            message = f"{name!r} is no request parameter"
            raise properties.places.error(path, message, "route.request.header.NAME or route.request.querystring.NAME")
        if key != "$connect":  # documented: "supported only for the $connect route"
            raise properties.places.error(path, f"a message has no {sent[1]}; only $connect has request parameters")
        required = value.get("Required", False) if isinstance(value, dict) else value
        if str(required).lower() not in ("true", "false"):
            raise properties.places.error(path, "takes Required: true or Required: false")
        found += [f"{sent[1]}.{sent[2]}"] if str(required).lower() == "true" else []
    return tuple(found)


def answers(properties: Properties, *, has_response: bool) -> bool:
    """A Route is two-way with a RouteResponseSelectionExpression and a RouteResponse, and with both only."""
    expression = properties.text("RouteResponseSelectionExpression")
    if expression and expression != "$default":
        raise properties.error("RouteResponseSelectionExpression", f"{expression!r} is not $default, the only one")
    if expression and not has_response:
        message = "the answer will be dropped: there is no AWS::ApiGatewayV2::RouteResponse for this Route"
        route = f"RouteId: !Ref {properties.logical_id}, RouteResponseKey: $default"
        properties.warn("RouteResponseSelectionExpression", message, f"Add one, with {route}.")
    if has_response and not expression:
        message = "the answer will be dropped: it has a RouteResponse but no RouteResponseSelectionExpression"
        properties.warn("RouteKey", message, "RouteResponseSelectionExpression: $default")
    return bool(expression) and has_response


def answering_routes(resources: Resources) -> set[str]:
    """Physical ids of the Routes that have a RouteResponse."""
    return set(responses(resources))


def responses(resources: Resources) -> Iterator[str]:
    known = resources.by_physical_id("AWS::ApiGatewayV2::Route")
    for properties in resources.of_type("AWS::ApiGatewayV2::RouteResponse"):
        key, route = properties.text("RouteResponseKey"), properties.text("RouteId")
        # API Gateway knows no other key for a route response.
        if key != "$default":
            raise properties.error("RouteResponseKey", f"{key!r} is not $default, the only one")
        if route not in known:
            raise properties.error("RouteId", f"{route!r} is no Route of this template")
        yield route
