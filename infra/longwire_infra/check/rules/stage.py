"""What a stage takes and writes down: throttling, access log, deployment."""

import re
from collections.abc import Iterator

from longwire_infra.check.document import known, listed, mapping, number
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__: list[str] = []

THROTTLING = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
ACCOUNT = {"ThrottlingRateLimit": 10_000, "ThrottlingBurstLimit": 5_000}
LOG = "websocket-api-logging.html"
QUOTAS = "apigateway-execution-service-websocket-limits-table.html"
STAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
TELLING = re.compile(
    r"\$context\.(\w*\.)*\w*(query|header|token|jwt|secret|password|accesskey|apikey\b|cookie|email)[\w.]*",
    re.IGNORECASE,
)
STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@rule(
    "LW201",
    "warning",
    "Stage without throttling",
    "The account's 10,000 requests a second are shared by all its APIs and by @connections. Without a limit of its "
    "own, "
    "one client in a loop takes them from everybody. A stage with route settings but without these two has also been "
    "seen to refuse everything with 429.",
    "DefaultRouteSettings: {ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 500}, above your measured peak.",
    "websocket-api-protect.html",
)
def unthrottled(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        missing = [name for name in THROTTLING if stage.setting(name) is None]
        if missing and known(stage.resource.get("DefaultRouteSettings")):
            where = stage.resource.at("DefaultRouteSettings")
            yield Evidence(f"There is no {' and no '.join(missing)}", where, resource=stage.resource.name)


@rule(
    "LW202",
    "error",
    "Throttled to nothing",
    "A limit of 0 refuses every handshake and every message with 429.",
    "Set both limits above 0.",
    "websocket-api-protect.html",
)
def throttled_to_nothing(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        settings = [(("DefaultRouteSettings",), stage.resource.get("DefaultRouteSettings"))]
        routes = mapping(stage.resource.get("RouteSettings"))
        for path, values in [*settings, *((("RouteSettings", key), value) for key, value in routes.items())]:
            for name in THROTTLING:
                if number(mapping(values).get(name)) == 0:
                    where = stage.resource.at(*path, name)
                    yield Evidence(f"{name} is 0", where, resource=stage.resource.name)


@rule(
    "LW203",
    "note",
    "Throttle above what an account has",
    "A new account has 10,000 requests a second and a burst of 5,000 in most Regions, for all its APIs together. "
    "A stage's limit above that limits nothing.",
    "Set it to what this API may take of the account's quota, or have the quota raised.",
    QUOTAS,
)
def above_quota(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        for name, most in ACCOUNT.items():
            value = number(stage.setting(name))
            if value is not None and value > most:
                where = stage.resource.at("DefaultRouteSettings", name)
                yield Evidence(f"{name} is {value:,.0f}; the quota is {most:,}", where, resource=stage.resource.name)


@rule(
    "LW204",
    "warning",
    "Whole messages in the log",
    "Data trace writes every message and every handshake, tokens included, to CloudWatch.",
    "DataTraceEnabled: false",
    LOG,
)
def data_trace(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        if str(stage.setting("DataTraceEnabled")).lower() == "true":
            where = stage.resource.at("DefaultRouteSettings", "DataTraceEnabled")
            yield Evidence("DataTraceEnabled is true", where, resource=stage.resource.name)


@rule(
    "LW205",
    "warning",
    "Stage without an access log",
    "Refused handshakes, throttled and unroutable messages reach no function: only the access log tells of them.",
    "AccessLogSettings with DestinationArn and a Format.",
    LOG,
)
def no_access_log(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        settings = stage.resource.get("AccessLogSettings")
        if not settings or (known(settings) and not mapping(settings).get("DestinationArn")):
            yield Evidence("There is no access log", stage.resource.path, resource=stage.resource.name)


@rule(
    "LW206",
    "warning",
    "Secrets in the access log",
    "Tokens come in the query string or in headers; who reads logs could use them.",
    "Log ids, status and errors: no query, no header, no property of the authorizer that is a credential.",
    LOG,
)
def telling_log(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        text = stage.resource.get("AccessLogSettings", "Format")
        found = TELLING.search(text) if isinstance(text, str) else None
        if found is not None:
            where = stage.resource.at("AccessLogSettings", "Format")
            yield Evidence(f"The format has {found[0]}", where, resource=stage.resource.name)


@rule(
    "LW207",
    "error",
    "Access log that API Gateway refuses",
    "The format has to contain $context.requestId, in one line of at most 3 KB.",
    "Add $context.requestId; in YAML, `Format: >-` joins lines to one.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigatewayv2-stage-accesslogsettings.html",
)
def refused_log(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        text = stage.resource.get("AccessLogSettings", "Format")
        if not isinstance(text, str):
            continue
        wrong = (
            "lacks $context.requestId"
            if "$context.requestId" not in text
            else "has more than one line"
            if "\n" in text.rstrip("\n")
            else "is longer than 3 KB"
            if len(text.encode()) > 3072
            else ""
        )
        if wrong:
            where = stage.resource.at("AccessLogSettings", "Format")
            yield Evidence(f"The format {wrong}", where, resource=stage.resource.name)


@rule(
    "LW208",
    "note",
    "Access log that cannot be followed",
    "Without the connection's id the lines of one client cannot be found; without status and error nobody sees why.",
    "Add $context.connectionId, $context.routeKey, $context.status and $context.error.message.",
    LOG,
)
def thin_log(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        text = stage.resource.get("AccessLogSettings", "Format")
        missing = [name for name in ("connectionId", "status") if f"$context.{name}" not in str(text)]
        if isinstance(text, str) and missing:
            where = stage.resource.at("AccessLogSettings", "Format")
            yield Evidence(f"The format lacks {' and '.join(missing)}", where, resource=stage.resource.name)


@rule(
    "LW209",
    "error",
    "Stage that serves nothing",
    "A stage serves a deployment. Without AutoDeploy and without DeploymentId it has none, and handshakes end in 403.",
    "AutoDeploy: true, or DeploymentId.",
    "apigateway-set-up-websocket-deployment.html",
)
def nothing_deployed(stack: Stack) -> Iterator[Evidence]:
    deployed = {str(each.get("StageName")) for each in stack.document.of_type("AWS::ApiGatewayV2::Deployment")}
    for stage in stack.stages:
        automatic = stage.resource.get("AutoDeploy")
        off = automatic is None or str(automatic).lower() == "false"
        named = str(stage.name) in deployed
        if not stage.sam and off and not named and stage.resource.get("DeploymentId") is None:
            yield Evidence("It has neither AutoDeploy nor DeploymentId", stage.resource.path, None, stage.resource.name)


@rule(
    "LW210",
    "error",
    "Deployment that may come before its routes",
    "A deployment holds what the API has when it is made. CloudFormation may make it first: it fails without a route, "
    "and a route that comes later answers Forbidden.",
    "DependsOn: every Route of the API; or AutoDeploy.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-deployment.html",
)
def early_deployment(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        own = [route.resource for route in api.routes if route.resource != api.name]
        for deployment in stack.document.of_type("AWS::ApiGatewayV2::Deployment"):
            if api.name is None or f"${{{api.name}}}" != deployment.get("ApiId"):
                continue
            needed = set(map(str, listed(deployment.attributes.get("DependsOn"))))
            missing = [name for name in own if name not in needed]
            if missing:
                shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
                yield Evidence(f"It does not depend on {shown}", deployment.path, resource=deployment.name)


@rule(
    "LW211",
    "error",
    "Settings of a route that is not there",
    "API Gateway refuses a stage whose RouteSettings name a route that the API does not have.",
    "Name it exactly as the route key; case counts.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html",
)
def unknown_route(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        keys = {route.key for route in api.routes}
        for stage in api.stages if api.resource is not None else ():
            for key in mapping(stage.resource.get("RouteSettings")):
                if key not in keys:
                    where = stage.resource.at("RouteSettings", key)
                    yield Evidence(f"There is no route {key}", where, resource=stage.resource.name)


@rule(
    "LW212",
    "error",
    "Stage variable that the stage does not have",
    "${stageVariables.NAME} of an integration becomes empty text, and its route answers Internal server error.",
    "Add it to StageVariables of every stage, and a Lambda permission for every function that it can name.",
    "apigateway-websocket-api-mapping-template-reference.html",
)
def missing_variable(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        for route in api.routes:
            uri = None if route.integration is None else route.integration.uri
            for name in STAGE_VARIABLE.findall(uri) if isinstance(uri, str) else ():
                for stage in api.stages:
                    variables = stage.resource.get("StageVariables")
                    if known(variables) and name not in mapping(variables):
                        message = f"{route.key} needs the stage variable {name}"
                        yield Evidence(message, stage.resource.path, resource=stage.resource.name)


@rule(
    "LW213",
    "error",
    "Stage name that a WebSocket API cannot have",
    "The stage is a part of the address: letters, digits, hyphens and underscores, 128 at most. $default is HTTP "
    "APIs'.",
    "Name it v1, prod, live.",
    "api-gateway-known-issues.html",
)
def stage_name(stack: Stack) -> Iterator[Evidence]:
    for stage in stack.stages:
        if isinstance(stage.name, str) and "${" not in stage.name and not STAGE_NAME.fullmatch(stage.name):
            where = stage.resource.at("StageName")
            yield Evidence(f"The stage is called {stage.name!r}", where, resource=stage.resource.name)
