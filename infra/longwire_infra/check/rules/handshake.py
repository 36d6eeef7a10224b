"""Who may connect: `$connect`, authorizers, origins, TLS."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from longwire_infra.check.apis import Route
from longwire_infra.check.code import Code
from longwire_infra.check.document import listed, mapping
from longwire_infra.check.rule import Evidence, rule
from longwire_infra.check.stack import Stack

__all__: list[str] = []

AUTH = "apigateway-websocket-api-lambda-auth.html"
OWASP = "https://cheatsheetseries.owasp.org/cheatsheets/WebSocket_Security_Cheat_Sheet.html"
REFUSALS = re.compile(r"^(3\d\d|4\d\d|5\d\d)$", re.MULTILINE)
AUTHORIZER_PROPERTIES = ("AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds", "EnableSimpleResponses")


@rule(
    "LW101",
    "error",
    "Anybody may connect",
    "API Gateway authorizes a WebSocket when it is opened and never again. What $connect lets in may send every route.",
    "Give $connect an authorizer (CUSTOM) or AWS_IAM, or let its handler check a token and answer 401.",
    AUTH,
)
def open_handshake(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        route = api.route("$connect")
        if route is None and api.resource is not None:
            yield Evidence("There is no $connect route, so every handshake is accepted", api.path, resource=api.name)
        elif route is not None and route.authorization == "NONE" and not route.key_required:
            yield from unauthorized(route, stack.codes)


def unauthorized(route: Route, codes: Mapping[str, Code]) -> Iterator[Evidence]:
    """What is behind the route may still refuse: only what is seen not to is an error."""
    found, message = route.integration, "$connect has no authorizer"
    code = codes.get(found.function or "") if found is not None else None
    if found is None or found.type == "MOCK":
        yield Evidence(message, route.path, resource=route.resource)
    elif code is None:
        unread = f"{message}, and what it invokes cannot be read here"
        yield Evidence(unread, route.path, resource=route.resource, severity="warning")
    elif not refuses(code):
        yield Evidence(f"{message}, and {found.function} refuses nobody", route.path, resource=route.resource)


def refuses(code: Code) -> bool:
    """Whether a handler can answer the handshake with another status than 2xx, or fail on purpose."""
    if code.is_python and code.reached:
        nodes = [node for function in code.reached for node in ast.walk(function.node)]
        raises = any(isinstance(node, ast.Raise) for node in nodes)
        return raises or any(isinstance(node, ast.Constant) and is_refusal(node.value) for node in nodes)
    return code.mentions(r"\b(401|403|unauthorized|forbidden|throw)\b")


def is_refusal(value: Any) -> bool:
    return not isinstance(value, bool) and REFUSALS.match(str(value)) is not None


@rule(
    "LW102",
    "error",
    "AuthType that SAM may take for NONE",
    "aws-sam-translator 1.110 made AuthorizationType NONE of `AuthType: custom`: an open API. 1.115 refuses it.",
    "Write CUSTOM, AWS_IAM or NONE in upper case.",
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-websocketapi.html",
)
def lower_case_auth(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        kind = api.resource.get("Auth", "AuthType") if api.sam and api.resource is not None else None
        if isinstance(kind, str) and kind not in ("NONE", "AWS_IAM", "CUSTOM") and api.resource is not None:
            yield Evidence(f"AuthType is {kind!r}", api.resource.at("Auth", "AuthType"), resource=api.name)


@rule(
    "LW103",
    "error",
    "Authorization on a route where there is none",
    "Authorization can be configured on $connect only, and is asked for when a connection is made. Elsewhere it "
    "protects "
    "nothing.",
    "Authorize $connect, keep who it is with the connection, and check there what each message may do.",
    "apigateway-websocket-api-control-access.html",
)
def authorized_message(stack: Stack) -> Iterator[Evidence]:
    for route in stack.routes:
        if route.key != "$connect" and route.authorization in ("CUSTOM", "AWS_IAM", "JWT"):
            yield Evidence(f"{route.key} has AuthorizationType {route.authorization}", route.path, None, route.resource)


@rule(
    "LW104",
    "error",
    "Authorizer that WebSocket APIs do not have",
    "WebSocket APIs take Lambda authorizers of type REQUEST. JWT authorizers, simple responses, payload format "
    "versions "
    "and a result TTL belong to HTTP APIs.",
    "Use AuthorizerType: REQUEST, and check the token in its function.",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-authorizer.html",
)
def http_authorizer(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        for each in api.authorizers:
            if each.sam:
                continue
            kind = each.properties.get("AuthorizerType")
            if kind != "REQUEST" and isinstance(kind, str):
                yield Evidence(f"AuthorizerType is {kind}", (*each.path, "AuthorizerType"), None, each.resource)
            for name in AUTHORIZER_PROPERTIES:
                if each.properties.get(name):
                    yield Evidence(f"It has {name}", (*each.path, name), None, each.resource, "warning")


@rule(
    "LW105",
    "note",
    "Authorizer without an identity source",
    "With one, API Gateway answers a handshake that lacks it with 401 by itself. Without one, every stranger's "
    "handshake "
    "runs, and bills, a Lambda function.",
    "Name the header or query parameter of the token: route.request.querystring.token. All that are named must be "
    "there.",
    AUTH,
)
def no_identity_source(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        for each in api.authorizers:
            if not listed(each.properties.get("IdentitySource")):
                yield Evidence("It has no IdentitySource", each.path, None, each.resource)


@rule(
    "LW106",
    "error",
    "Authorizer that fails open",
    "An exception is what an attacker can cause: an expired key set, an odd token. It must never end in Allow.",
    "Let the exception out (API Gateway answers 500), raise Exception('Unauthorized'), or answer Deny.",
    AUTH,
)
def fails_open(stack: Stack) -> Iterator[Evidence]:
    for name in sorted(stack.authorizing):
        code = stack.codes.get(name)
        for function in code.reached if code is not None else ():
            for node in ast.walk(function.node):
                if isinstance(node, ast.ExceptHandler) and any(allows(each) for each in node.body):
                    yield Evidence(
                        f"An except clause of {function.node.name} answers Allow", (), function.place(node), name
                    )


def allows(statement: ast.stmt) -> bool:
    """Whether it returns, or puts together, an answer that allows."""
    nodes = list(ast.walk(statement))
    return any(isinstance(node, ast.Constant) and node.value == "Allow" for node in nodes)


@rule(
    "LW107",
    "warning",
    "Powertools' answer for REST APIs in a WebSocket authorizer",
    "APIGatewayAuthorizerResponse writes resources as .../stage/METHOD/path. They do not match .../stage/$connect, "
    "so that every handshake ends in 403.",
    "Use APIGatewayAuthorizerResponseWebSocket.",
    "https://github.com/aws-powertools/powertools-lambda-python/issues/5800",
)
def rest_response(stack: Stack) -> Iterator[Evidence]:
    for name in sorted(stack.authorizing):
        code = stack.codes.get(name)
        for function, call in code.calls("APIGatewayAuthorizerResponse") if code is not None else ():
            yield Evidence("APIGatewayAuthorizerResponse is for REST APIs", (), function.place(call), name)


@rule(
    "LW108",
    "warning",
    "The Origin of a handshake is not looked at",
    "A browser lets any page open a WebSocket to you, with the cookies of its user, and API Gateway does not look at "
    "Origin. RFC 6455, 10.2: servers not meant for every page SHOULD verify it.",
    "Compare the Origin header with a list, whole, in the authorizer or in $connect's handler; answer 403 for others.",
    OWASP,
)
def unchecked_origin(stack: Stack) -> Iterator[Evidence]:
    for api in stack.apis:
        route = api.route("$connect")
        if route is None or route.authorization == "AWS_IAM":
            continue
        names = [route.integration.function if route.integration is not None else None]
        names += [each.function for each in api.authorizers]
        deciding = list(dict.fromkeys(name for name in names if name is not None))
        codes = [stack.codes.get(name) for name in deciding]
        if deciding and all(code is not None and code.whole and not code.mentions("origin") for code in codes):
            yield Evidence(f"Nothing in {' and '.join(deciding)} reads Origin", route.path, resource=route.resource)


@rule(
    "LW109",
    "error",
    "A token is decoded without being verified",
    "Anybody can write a token. Without its signature, checked with algorithms that you name, it says nothing.",
    "jwt.decode(token, key, algorithms=[...], audience=..., issuer=...), and never verify_signature: False.",
    "https://pyjwt.readthedocs.io/en/stable/usage.html",
)
def unverified_token(stack: Stack) -> Iterator[Evidence]:
    for name in sorted(stack.authorizing | set(stack.behind("$connect"))):
        code = stack.codes.get(name)
        for function, call in code.calls("decode") if code is not None and code.mentions(r"\bjwt\b|\bjose\b") else ():
            if any("verify" in (key.arg or "") and is_false(key.value) for key in call.keywords) or any(
                key.arg == "options" and turns_off(key.value) for key in call.keywords
            ):
                yield Evidence("decode() is told not to verify", (), function.place(call), name)


def turns_off(options: ast.expr) -> bool:
    """Of the signature; without ``exp`` a token may still be looked at by other means."""
    pairs = zip(options.keys, options.values, strict=True) if isinstance(options, ast.Dict) else ()
    return any(
        isinstance(key, ast.Constant) and key.value == "verify_signature" and is_false(value) for key, value in pairs
    )


def is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@rule(
    "LW110",
    "error",
    "An address without TLS",
    "API Gateway serves wss:// alone. A page that is told ws:// sends its token in the clear, or cannot connect.",
    "Write wss://.",
    "apigateway-set-up-websocket-deployment.html",
)
def plain_address(stack: Stack) -> Iterator[Evidence]:
    for name, output in mapping(stack.document.data.get("Outputs")).items():
        if str(mapping(output).get("Value")).startswith("ws://"):
            yield Evidence(f"The Output {name} is a ws:// address", ("Outputs", name, "Value"))
    for function in stack.functions.values():
        for name, value in function.variables.items():
            if isinstance(value, str) and value.startswith("ws://"):
                where = function.resource.at("Environment", "Variables", name)
                yield Evidence(f"{name} is a ws:// address", where, resource=function.name)


@rule(
    "LW111",
    "error",
    "Domain name that takes TLS 1.0",
    "Regional custom domain names of WebSocket APIs take TLS 1.2 and newer.",
    "SecurityPolicy: TLS_1_2",
    "apigateway-custom-domain-tls-version.html",
)
def old_tls(stack: Stack) -> Iterator[Evidence]:
    for domain in stack.document.of_type("AWS::ApiGatewayV2::DomainName"):
        for index, each in enumerate(listed(domain.get("DomainNameConfigurations"))):
            if mapping(each).get("SecurityPolicy") == "TLS_1_0":
                where = domain.at("DomainNameConfigurations", index, "SecurityPolicy")
                yield Evidence("SecurityPolicy is TLS_1_0", where, resource=domain.name)
