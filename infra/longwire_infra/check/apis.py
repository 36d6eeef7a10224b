"""The WebSocket APIs of a template: routes, integrations, authorizers, stages; of SAM and CloudFormation alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from longwire_infra.check.document import Document, Path, Resource, known, mapping, references

__all__ = ["Api", "Authorizer", "Integration", "Route", "Stage", "apis", "targets"]

SAM_API, API = "AWS::Serverless::WebSocketApi", "AWS::ApiGatewayV2::Api"
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
QUALIFIED = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


@dataclass(frozen=True, slots=True)
class Integration:
    """``function`` is a logical id; None when it is no function of this template. ``resource`` is None within SAM."""

    type: Any
    function: str | None
    uri: Any
    timeout_ms: Any
    path: Path
    resource: Resource | None = None


@dataclass(frozen=True, slots=True)
class Route:
    key: str
    path: Path
    resource: str
    authorization: Any
    authorizer: str | None
    integration: Integration | None
    answers: Any  # RouteResponseSelectionExpression
    has_response: bool
    targeted: bool  # whether it names an integration at all
    key_required: bool = False


@dataclass(frozen=True, slots=True)
class Authorizer:
    resource: str
    path: Path
    function: str | None
    properties: Mapping[str, Any]
    sam: bool


@dataclass(frozen=True, slots=True)
class Stage:
    name: Any
    resource: Resource
    sam: bool

    def setting(self, name: str) -> Any:
        return self.resource.get("DefaultRouteSettings", name)


@dataclass(frozen=True, slots=True)
class Api:
    """``resource`` is None for an API of another stack, of which this one holds only routes."""

    resource: Resource | None
    routes: tuple[Route, ...]
    stages: tuple[Stage, ...]
    authorizers: tuple[Authorizer, ...]

    @property
    def sam(self) -> bool:
        return self.resource is not None and self.resource.type == SAM_API

    @property
    def name(self) -> str | None:
        return None if self.resource is None else self.resource.name

    @property
    def path(self) -> Path:
        return () if self.resource is None else self.resource.path

    def route(self, key: str) -> Route | None:
        return next((route for route in self.routes if route.key == key), None)


def apis(document: Document) -> tuple[Api, ...]:
    """Those of the template, and one for each API elsewhere that routes of this template belong to."""
    own = [*document.of_type(SAM_API), *(api for api in document.of_type(API) if is_websocket(api))]
    others = {
        str(route.get("ApiId")): route
        for route in document.of_type("AWS::ApiGatewayV2::Route")
        if " " not in str(route.get("RouteKey")) and not belongs(route, document.of_type(API, SAM_API))
    }
    here = [made(document, api, api) for api in own]
    return (*here, *(made(document, None, route) for route in others.values()))


def is_websocket(api: Resource) -> bool:
    """A misspelt protocol is a rule's business; a document (Body) is an HTTP API's."""
    protocol = api.get("ProtocolType")
    return protocol != "HTTP" and known(protocol) and "Body" not in api.properties and protocol is not None


def belongs(part: Resource, candidates: Iterable[Resource]) -> bool:
    named = set(references(part.get("ApiId")))
    return any(api.name in named for api in candidates)


def made(document: Document, api: Resource | None, whose: Resource) -> Api:
    """``whose`` is the API, or a route of one that is elsewhere."""

    def parts(kind: str) -> Iterator[Resource]:
        for part in document.of_type(f"AWS::ApiGatewayV2::{kind}"):
            if belongs(part, [api]) if api is not None else part.get("ApiId") == whose.get("ApiId"):
                yield part

    responses = {name for part in parts("RouteResponse") for name in references(part.get("RouteId"))}
    # By the route's Target alone: an integration whose ApiId is misspelt is still the route's.
    integrations = {
        part.name: integration(document, part) for part in document.of_type("AWS::ApiGatewayV2::Integration")
    }
    routes = [raw_route(part, integrations, responses) for part in parts("Route")]
    authorizers = [raw_authorizer(document, part) for part in parts("Authorizer")]
    stages = [Stage(part.get("StageName"), part, sam=False) for part in parts("Stage")]
    if api is not None and api.type == SAM_API:
        routes = [*sam_routes(document, api, responses), *routes]
        stages = [Stage(api.get("StageName") or "default", api, sam=True), *stages]
        authorizers = [*sam_authorizer(document, api), *authorizers]
    return Api(api, tuple(routes), tuple(stages), tuple(authorizers))


def integration(document: Document, part: Resource) -> Integration:
    uri = part.get("IntegrationUri")
    function = next(targets(document, uri), None)
    return Integration(part.get("IntegrationType"), function, uri, part.get("TimeoutInMillis"), part.at(), part)


def raw_route(part: Resource, integrations: Mapping[str, Integration], responses: set[str]) -> Route:
    target = part.get("Target")
    found = next((integrations[name] for name in references(target) if name in integrations), None)
    return Route(
        key=str(part.get("RouteKey")),
        path=part.at(),
        resource=part.name,
        authorization=part.get("AuthorizationType") or "NONE",
        authorizer=next(references(part.get("AuthorizerId")), None),
        integration=found,
        answers=part.get("RouteResponseSelectionExpression"),
        has_response=part.name in responses,
        targeted=target is not None,
        key_required=is_true(part.get("ApiKeyRequired")),
    )


def is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def sam_routes(document: Document, api: Resource, responses: set[str]) -> Iterator[Route]:
    auth = mapping(api.get("Auth"))
    for key, value in mapping(api.get("Routes")).items():
        route, path = mapping(value), api.at("Routes", key)
        function = next(targets(document, route.get("FunctionArn")), None)
        # The translator names its resources so: XSendmessageRoute for sendMessage.
        made = f"{api.name}{key.lstrip('$').capitalize()}Route"
        guarded = key == "$connect"
        yield Route(
            key=key,
            path=path,
            resource=api.name,
            authorization=(auth.get("AuthType") or "NONE") if guarded else "NONE",
            authorizer=api.name if guarded and "AuthArn" in auth else None,
            integration=Integration(
                "AWS_PROXY", function, route.get("FunctionArn"), route.get("IntegrationTimeout"), path
            ),
            answers=route.get("RouteResponseSelectionExpression"),
            has_response=made in responses,
            targeted=True,
            key_required=is_true(route.get("ApiKeyRequired")),
        )


def raw_authorizer(document: Document, part: Resource) -> Authorizer:
    function = next(targets(document, part.get("AuthorizerUri")), None)
    return Authorizer(part.name, part.at(), function, part.properties, sam=False)


def sam_authorizer(document: Document, api: Resource) -> Iterator[Authorizer]:
    auth = mapping(api.get("Auth"))
    if "AuthArn" in auth:
        function = next(targets(document, auth["AuthArn"]), None)
        yield Authorizer(api.name, api.at("Auth"), function, auth, sam=True)


def targets(document: Document, value: Any) -> Iterator[str]:
    """Logical ids of the functions that a value refers to, through aliases and versions too."""
    for name in references(value):
        resource = document.resources.get(name)
        if resource is not None and resource.type in FUNCTIONS:
            yield name
        elif resource is not None and resource.type in QUALIFIED:
            yield from (
                each for each in references(resource.get("FunctionName")) if each != name and each in document.resources
            )
