"""Routes and integrations: which message goes where, how long it may take, and whether it is answered."""

import re
from collections.abc import Iterator

from longwire_infra.check.apis import Api, Route
from longwire_infra.check.document import number
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__: list[str] = []

SPECIAL = ("$connect", "$disconnect", "$default")
ROUTES = "websocket-api-develop-routes.html"
CONNECTING = "apigateway-websocket-api-route-keys-connect-disconnect.html"
RESPONSES = "apigateway-websocket-api-route-response.html"
SAM = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html"
QUOTAS = "apigateway-execution-service-websocket-limits-table.html"
LONGEST = 29_000
SELECTION = re.compile(r"\$request\.body\.|\$\{request\.body\.|\$request\.body\[|\\?\$default|[^$]")
TABLES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")
HEARTBEATS = ("ping", "heartbeat", "keepalive")


@rule(
    "LW301",
    "error",
    "API that is no WebSocket API as it is written",
    "ProtocolType takes WEBSOCKET, and a WebSocket API needs a RouteSelectionExpression; the usual linters let both "
    "pass.",
    "ProtocolType: WEBSOCKET with RouteSelectionExpression: $request.body.action",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-api.html",
)
def malformed(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        if api.resource is None:
            continue
        protocol, expression = api.resource.get("ProtocolType"), api.resource.get("RouteSelectionExpression")
        if not api.sam and protocol != "WEBSOCKET":
            yield Evidence(f"ProtocolType is {protocol!r}", api.resource.at("ProtocolType"), resource=api.name)
        if expression is None:
            yield Evidence("There is no RouteSelectionExpression", api.path, resource=api.name)
        elif isinstance(expression, str) and not SELECTION.match(expression):
            where = api.resource.at("RouteSelectionExpression")
            yield Evidence(f"{expression!r} selects nothing from a message", where, resource=api.name)


@rule(
    "LW302",
    "error",
    "Two routes of which SAM keeps one",
    "SAM names its resources by the capitalized route key: of two keys that agree in it the second replaces the first. "
    "With a route `connect`, that is $connect with its authorizer.",
    "Rename one. No custom route may be called connect, disconnect or default in any case.",
    SAM,
)
def replaced(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        seen: dict[str, Route] = {}
        for route in api.routes if api.sam else ():
            if route.resource != api.name:
                continue
            name = route.key.lstrip("$").capitalize()
            if name in seen:
                yield Evidence(f"{route.key} and {seen[name].key} are one to SAM", route.path, resource=api.name)
            seen[name] = route


@rule(
    "LW303",
    "warning",
    "Custom route that looks like one of API Gateway's own",
    "`connect` is a route that a message selects. The handshake goes to $connect.",
    "Write $connect, $disconnect or $default; or call it something else.",
    CONNECTING,
)
def undollared(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        keys = {route.key.lower() for route in api.routes}
        for route in api.routes:
            special = f"${route.key.lower()}"
            if special in SPECIAL and not (api.sam and special in keys):
                yield Evidence(f"{route.key} is not {special}", route.path, resource=route.resource)


@rule(
    "LW304",
    "warning",
    "Route that answers only by half",
    "A two-way route needs RouteResponseSelectionExpression and a RouteResponse with the key $default. SAM makes no "
    "RouteResponse.",
    "Add AWS::ApiGatewayV2::RouteResponse with RouteId and RouteResponseKey: $default, and "
    "RouteResponseSelectionExpression:"
    " $default on the route.",
    RESPONSES,
)
def half_answered(stack: Stack) -> Iterator[Evidence]:
    for route in stack.routes:
        if route.answers is not None and not route.has_response:
            yield Evidence(f"{route.key} has no RouteResponse", route.path, resource=route.resource)
        elif route.answers is None and route.has_response:
            message = f"{route.key} has a RouteResponse and no RouteResponseSelectionExpression"
            yield Evidence(message, route.path, resource=route.resource)


@rule(
    "LW305",
    "warning",
    "Nothing notices that a client has gone",
    "Without a $disconnect route what is kept of a connection stays until it expires, and everything is still sent to "
    "it.",
    "Add $disconnect. It is best effort: keep a TTL and the clean-up on 410 as well.",
    CONNECTING,
)
def no_disconnect(stack: Stack) -> Iterator[Evidence]:
    keeping = any(stack.document.of_type(*TABLES)) or bool(stack.behind("$connect"))
    for api in stack.apis:
        if api.resource and not api.route("$disconnect") and keeping:
            yield missing(api, "$disconnect")


@rule(
    "LW306",
    "note",
    "Messages that no route is for are answered by API Gateway",
    'Without $default a message of no route, and all that is no JSON, is answered {"message": "Forbidden", ...}, a '
    "shape "
    "that your protocol does not have.",
    "Add $default, and answer there in your protocol's own words.",
    ROUTES,
)
def no_default(stack: Stack) -> Iterator[Evidence]:
    yield from (missing(api, "$default") for api in stack.apis if api.resource and not api.route("$default"))


def missing(api: Api, key: str) -> Evidence:
    return Evidence(f"There is no {key} route", api.path, resource=api.name)


@rule(
    "LW307",
    "error",
    "Integration timeout that API Gateway does not have",
    "WebSocket integrations take 50 ms to 29 s, and the quota cannot be raised.",
    "Set 50 to 29000. Work that takes longer goes to a queue, and its result comes by @connections.",
    QUOTAS,
)
def impossible_timeout(stack: Stack) -> Iterator[Evidence]:
    for route in stack.routes:
        value = None if route.integration is None else number(route.integration.timeout_ms)
        if value is not None and not 50 <= value <= LONGEST and route.integration is not None:
            name = "IntegrationTimeout" if route.integration.resource is None else "TimeoutInMillis"
            yield Evidence(f"{route.key}: {value:,.0f} ms", (*route.integration.path, name), resource=route.resource)


@rule(
    "LW308",
    "warning",
    "Function that outlives its integration",
    "API Gateway waits 29 s at most. A function that may run longer goes on after the client was told that it failed, "
    "and "
    "may still write and send.",
    "Set Timeout below 29 s, and below the integration's own timeout.",
    QUOTAS,
)
def outlives(stack: Stack) -> Iterator[Evidence]:
    for name, route in stack.behind().items():
        function = stack.functions[name]
        given = number(route.integration.timeout_ms) if route.integration is not None else None
        limit = min(given or LONGEST, LONGEST) / 1000
        value = number(function.timeout)
        if value is not None and value >= limit and name not in stack.asynchronous:
            message = f"Timeout is {value:g} s, and {route.key} waits {limit:g} s"
            yield Evidence(message, function.resource.at("Timeout"), resource=name)


@rule(
    "LW309",
    "warning",
    "Route without an integration",
    "A route's Target says what a message goes to. Only $connect and $disconnect may be without one.",
    "Target: integrations/<the Integration's id>",
    ROUTES,
)
def untargeted(stack: Stack) -> Iterator[Evidence]:
    for route in stack.routes:
        if not route.targeted and route.key not in ("$connect", "$disconnect"):
            yield Evidence(f"{route.key} has no Target", route.path, resource=route.resource)


@rule(
    "LW310",
    "note",
    "Heartbeats that run a function",
    "Every connection sends one every 30 seconds or so: 2,880 invocations a day each. A MOCK integration answers them "
    "without a function.",
    "Give the route IntegrationType: MOCK with a request template, an IntegrationResponse and a RouteResponse.",
    "apigateway-websocket-api-route-response.html",
)
def dear_heartbeat(stack: Stack) -> Iterator[Evidence]:
    for route in stack.routes:
        function = None if route.integration is None else route.integration.function
        if route.key.lower() in HEARTBEATS and function is not None:
            yield Evidence(f"{route.key} invokes {function}", route.path, resource=route.resource)


@rule(
    "LW311",
    "warning",
    "MOCK route that never answers",
    "A MOCK integration takes its status from a request template, its text from an IntegrationResponse, and reaches "
    "the "
    "client by the route's RouteResponse.",
    "RequestTemplates: {$default: '{\"statusCode\":200}'}, an IntegrationResponse and a two-way route.",
    "apigateway-websocket-api-mapping-template-reference.html",
)
def silent_mock(stack: Stack) -> Iterator[Evidence]:
    answered = {
        str(each.get("IntegrationId")) for each in stack.document.of_type("AWS::ApiGatewayV2::IntegrationResponse")
    }
    for route in stack.routes:
        found = route.integration
        if found is None or found.type != "MOCK" or found.resource is None or route.key in SPECIAL[:2]:
            continue
        responds = f"${{{found.resource.name}}}" in answered
        two_way = route.answers is not None or route.has_response
        lacks = [] if found.resource.get("RequestTemplates") else ["RequestTemplates"]
        if responds or two_way or route.key.lower() in HEARTBEATS:  # else it is meant to swallow
            lacks += [] if responds else ["IntegrationResponse"]
            lacks += [] if two_way else ["RouteResponse"]
        if lacks:
            yield Evidence(f"{route.key} has no {' and no '.join(lacks)}", found.path, resource=found.resource.name)


@rule(
    "LW312",
    "warning",
    "More of them than an API has",
    "Quotas of one API: 300 routes, 300 integrations, 10 authorizers, 10 stages.",
    "Route by a field inside one function, or have the quota raised before you deploy.",
    QUOTAS,
)
def over_quota(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        counts = {"routes": (len(api.routes), 300), "authorizers": (len(api.authorizers), 10)}
        counts["stages"] = (len(api.stages), 10)
        for name, (count, most) in counts.items():
            if count > most:
                yield Evidence(f"{count} {name}; the quota is {most}", api.path, resource=api.name)
