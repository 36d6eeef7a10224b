"""Authorizers of HTTP APIs, from AWS::ApiGatewayV2::Authorizer and from an OpenAPI document."""

from dataclasses import dataclass

from longwire.core.http.api import HttpAuthorizer
from longwire.template.http.part import Part
from longwire.template.http.targets import Targets, function_target
from longwire.template.properties import Properties

__all__ = ["authorizer_of", "scheme_authorizer"]

JWT = "JWT authorizers are not emulated: their keys are fetched from the issuer, and nothing leaves this machine"
INSTEAD = "A REQUEST authorizer may check the token itself, with the issuer's keys beside it."
SOURCES = ("$request.header.", "$request.querystring.", "$context.", "$stageVariables.")
EXTENSION = "x-amazon-apigateway-authorizer"
AUTH_TYPE = "x-amazon-apigateway-authtype"


@dataclass(frozen=True, slots=True)
class Names:
    """How a resource and a document call the same things."""

    kind: str
    uri: str
    sources: str
    ttl: str
    format: str
    simple: str


RESOURCE = Names("AuthorizerType", "AuthorizerUri", "IdentitySource", "AuthorizerResultTtlInSeconds",
                 "AuthorizerPayloadFormatVersion", "EnableSimpleResponses")  # fmt: skip
DOCUMENT = Names("type", "authorizerUri", "identitySource", "authorizerResultTtlInSeconds",
                 "authorizerPayloadFormatVersion", "enableSimpleResponses")  # fmt: skip


def authorizer_of(properties: Properties, targets: Targets) -> HttpAuthorizer:
    part = Part(properties.values, properties.path, properties.places)
    return read(part, properties.text("Name"), targets, RESOURCE)


def scheme_authorizer(scheme: Part, name: str, targets: Targets) -> HttpAuthorizer | None:
    """None for AWS_IAM: the request has to be signed. Raises TemplateError for what is not emulated."""
    if scheme.values.get(AUTH_TYPE) == "awsSigv4":
        return None
    if EXTENSION not in scheme.values:
        hint = f"It takes {EXTENSION}, or {AUTH_TYPE}: awsSigv4."
        raise scheme.error(EXTENSION, f"the security scheme {name} names no authorizer", hint)
    return read(scheme.part(EXTENSION), name, targets, DOCUMENT)


def read(part: Part, name: str, targets: Targets, names: Names) -> HttpAuthorizer:
    kind = part.text(names.kind).upper()
    if kind == "JWT":
        part.leave_out(names.kind, JWT, INSTEAD)
    if kind != "REQUEST":
        raise part.error(names.kind, f"{part.text(names.kind)!r} is no authorizer of an HTTP API", "REQUEST is one.")
    version = part.one_of(names.format, ("1.0", "2.0"), "1.0")
    simple = part.flag(names.simple)
    if simple and version == "1.0":
        message = f"belongs to format 2.0, and {names.format} is 1.0"
        raise part.error(names.simple, message)
    sources = part.listed(names.sources)
    for source in sources:
        if not any(source.startswith(prefix) and source != prefix for prefix in SOURCES):
            hint = f"It starts with one of: {', '.join(SOURCES)}"
            raise part.error(names.sources, f"{source!r} is no identity source of an HTTP API", hint)
    # API Gateway reference: "The maximum value is 3600, or 1 hour."
    ttl = float(part.number(names.ttl, 0, 0, 3600))
    if ttl and not sources:
        raise part.error(names.ttl, f"answers are kept by identity source, and there is no {names.sources}")
    function, qualifier = function_target(part, names.uri, targets)
    return HttpAuthorizer(name, function, "1.0" if version == "1.0" else "2.0", simple, sources, ttl, qualifier)
