"""The OpenAPI document in an API's ``Body``, as SAM writes it for HttpApi and Api events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from longwire.template.http.part import Part
from longwire.template.places import did_you_mean

__all__ = ["Operation", "operations", "security_scheme"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
# What describes an API to people; it changes nothing that the gateway does.
DESCRIPTION = frozenset({
    "basePath", "callbacks", "consumes", "definitions", "deprecated", "description", "externalDocs", "host", "info",
    "isDefaultRoute", "openapi", "operationId", "parameters", "produces", "requestBody", "responses", "schemes",
    "servers", "summary", "swagger", "tags",
})  # fmt: skip
DOCUMENT = frozenset({
    "components", "paths", "security", "securityDefinitions", "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-cors", "x-amazon-apigateway-endpoint-configuration",
    "x-amazon-apigateway-importexport-version",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operation:
    """``method`` in capitals, or ANY; ``security`` is the name of a scheme, or None."""

    method: str
    path: str
    part: Part
    security: str | None

    @property
    def integration(self) -> Part:
        return self.part.part(INTEGRATION)


def operations(body: Part) -> Iterator[Operation]:
    """Raises TemplateError for what is not emulated; descriptions and schemas are passed over."""
    check(body, DOCUMENT | DESCRIPTION, "the document")
    shared = scheme_name(body)
    for path, item in body.part("paths").parts():
        for method in (name for name in item.values if name not in DESCRIPTION):
            operation = item.part(method)
            if method.lower() not in (*METHODS, ANY):
                hint = did_you_mean(method, (*METHODS, ANY))
                raise item.error(method, f"{method} is no HTTP method", hint)
            check(operation, {*DESCRIPTION, "security", INTEGRATION}, "the operation")
            if INTEGRATION not in operation.values:
                raise operation.error(INTEGRATION, "the operation has no x-amazon-apigateway-integration")
            name = "ANY" if method == ANY else method.upper()
            security = scheme_name(operation) if "security" in operation.values else shared
            yield Operation(name, path, operation, security)


def check(part: Part, known: frozenset[str] | set[str], what: str) -> None:
    for name in part.values:
        if name not in known and name.startswith("x-amazon-"):
            part.places.unsupported((*part.path, name), f"{name} of {what} is not emulated", did_you_mean(name, known))


def scheme_name(part: Part) -> str | None:
    """``security`` is a list of which one is enough; API Gateway takes one, and ``NONE`` is SAM's word for none."""
    listed = part.values.get("security") or []
    if not isinstance(listed, list) or not all(isinstance(item, Mapping) for item in listed):
        raise part.error("security", "takes a list of mappings")
    names = [name for item in listed for name in item if name != "NONE"]
    if len(names) > 1:
        part.places.unsupported((*part.path, "security"), f"several authorizers of one Route: {', '.join(names)}")
    return names[0] if names else None


def security_scheme(body: Part, operation: Operation) -> Part:
    """Raises TemplateError for a name that the document does not define."""
    name = operation.security or ""
    for schemes in (body.part("components").part("securitySchemes"), body.part("securityDefinitions")):
        if name in schemes.values:
            return schemes.part(name)
    known = [*body.part("components").part("securitySchemes").values, *body.part("securityDefinitions").values]
    raise operation.part.error("security", f"there is no security scheme {name}", did_you_mean(name, known))
