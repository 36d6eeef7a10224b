"""What a template says, after every intrinsic function is resolved.

The words are API Gateway's and Lambda's. Durations are seconds, sizes bytes, unless the name says otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from longwire.core.asynchronous import Invocable
from longwire.core.event_source import EventSource, StreamSource
from longwire.core.http.api import HttpApi
from longwire.core.stage import AccessLogSettings, ApiKey, CustomDomain, Stage, Throttle, UsagePlan, UsageQuota
from longwire.errors import Location

__all__ = [
    "KEY_FROM_AUTHORIZER",
    "KEY_FROM_HEADER",
    "AccessLogSettings",
    "Api",
    "ApiKey",
    "Architecture",
    "Authorizer",
    "ContentHandling",
    "CustomDomain",
    "EventSource",
    "Function",
    "Integration",
    "IntegrationResponse",
    "Passthrough",
    "Resource",
    "Route",
    "ServiceAction",
    "Stack",
    "Stage",
    "StreamSource",
    "Throttle",
    "UsagePlan",
    "UsageQuota",
    "Validator",
]

# Documented: the only two values of ApiKeySelectionExpression.
KEY_FROM_HEADER = "$request.header.x-api-key"
KEY_FROM_AUTHORIZER = "$context.authorizer.usageIdentifierKey"

Architecture = Literal["x86_64", "arm64"]
ContentHandling = Literal["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]
Passthrough = Literal["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function; ``code`` is the absolute folder that Lambda would mount at ``/var/task``.

    ``command`` is a program, with arguments, that runs it over the Lambda Runtime API; ``invocation_url`` is where a
    container that runs it takes invocations. Where both are empty the runtime's name decides. ``layers`` are absolute
    folders that Lambda would lay over one another at ``/opt``, the last one on top. At ``debug_port`` it waits for a
    debugger before it is imported; its time limits are held then. ``profiled`` tells what its imports cost.
    ``interpreter`` is the path of the Python that runs it; empty for the one that runs Longwire.
    """

    logical_id: str
    name: str
    handler: str
    runtime: str
    code: str
    timeout: float = 3.0
    memory_mb: int = 128
    environment: Mapping[str, str] = field(default_factory=dict)
    reserved_concurrency: int | None = None
    log_format: Literal["Text", "JSON"] = "Text"
    location: Location | None = None
    architecture: Architecture = "x86_64"
    command: tuple[str, ...] = ()
    invocation_url: str = ""
    layers: tuple[str, ...] = ()
    debug_port: int | None = None
    profiled: bool = False
    interpreter: str = ""


@dataclass(frozen=True, slots=True)
class IntegrationResponse:
    """What a non-proxy integration's answer becomes; ``key`` is ``$default`` or ``/pattern/``."""

    key: str
    templates: Mapping[str, str] = field(default_factory=dict)
    template_selection_expression: str | None = None
    content_handling: ContentHandling | None = None


@dataclass(frozen=True, slots=True)
class ServiceAction:
    """Of an AWS integration: ``service`` is the signing name; either ``action`` or ``path`` is empty."""

    service: str
    region: str
    action: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Integration:
    """What a Route invokes.

    ``function`` is a Function's logical id for AWS_PROXY, and for AWS when it names one; other AWS integrations have
    a ``service``, HTTP and HTTP_PROXY a ``url``. ``method`` is the HTTP method of these.
    """

    logical_id: str
    type: Literal["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"]
    function: str | None = None
    timeout: float = 29.0
    request_templates: Mapping[str, str] = field(default_factory=dict)
    template_selection_expression: str | None = None
    responses: tuple[IntegrationResponse, ...] = ()
    service: ServiceAction | None = None
    url: str = ""
    method: str = "POST"
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    passthrough: Passthrough = "WHEN_NO_MATCH"
    content_handling: ContentHandling | None = None


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A REQUEST authorizer. API Gateway calls it for ``$connect`` alone, and caches nothing."""

    logical_id: str
    name: str
    function: str
    identity_sources: tuple[str, ...] = ()


Validator = Callable[[Any], str | None]  # a parsed message -> what is wrong with it; None when nothing is


@dataclass(frozen=True, slots=True)
class Route:
    """``two_way`` is true when the Route has both a RouteResponseSelectionExpression and a RouteResponse.

    ``iam`` is true for AuthorizationType AWS_IAM. ``models`` are by the keys of RequestModels; without a
    ``model_selection_expression`` none of them is used. ``required_parameters`` of $connect are written as
    ``header.NAME`` and ``querystring.NAME``.
    """

    key: str
    integration: Integration | None = None
    authorizer: Authorizer | None = None
    two_way: bool = False
    location: Location | None = None
    api_key_required: bool = False
    iam: bool = False
    model_selection_expression: str | None = None
    models: Mapping[str, Validator] = field(default_factory=dict)
    required_parameters: tuple[str, ...] = ()

    @property
    def functions(self) -> list[str]:
        """The logical ids of the functions that it calls, in order."""
        authorizer = [self.authorizer.function] if self.authorizer is not None else []
        called = self.integration.function if self.integration is not None else None
        return [*authorizer, *([] if called is None else [called])]


@dataclass(frozen=True, slots=True)
class Api:
    """One WebSocket API as it is deployed to one Stage. ``api_id`` is 10 characters of ``[a-z0-9]``.

    ``local_path`` is the Stage's path on this machine where ``/{stage}`` could be another API's too. ``domain_names``
    are all custom ones of the stack, ``custom_domains`` those that lead here. Without a ``default_endpoint`` no other
    does (DisableExecuteApiEndpoint). ``held_functions`` are waited for however long they take: somebody debugs them.
    """

    logical_id: str
    api_id: str
    name: str
    region: str
    account_id: str
    route_selection_expression: str
    routes: Mapping[str, Route]
    stage: Stage
    api_key_selection_expression: str = KEY_FROM_HEADER
    api_keys: tuple[ApiKey, ...] = ()
    usage_plans: tuple[UsagePlan, ...] = ()
    local_path: str = ""
    custom_domains: tuple[CustomDomain, ...] = ()
    domain_names: frozenset[str] = frozenset()
    default_endpoint: bool = True
    held_functions: frozenset[str] = frozenset()

    @property
    def functions(self) -> set[str]:
        """The logical ids of those that its Routes call."""
        return {function for route in self.routes.values() for function in route.functions}

    @property
    def domain_name(self) -> str:
        """The host that AWS would give it; events carry this, whatever the client typed."""
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    @property
    def path(self) -> str:
        """Under a loopback name."""
        if not self.default_endpoint and self.custom_domains:
            return self.custom_domains[0].local_path
        return self.local_path or f"/{self.stage.name}"

    @property
    def where(self) -> str:
        """For somebody who asked elsewhere."""
        places = [f"{self.domain_name}/{self.stage.name}"] if self.default_endpoint else []
        places += [f"{domain.name}{domain.path}" for domain in self.custom_domains]
        return f"this api is at {' and '.join(places)}, here {self.path}"

    def reached_as(self, host: str, path: str) -> str | None:
        """The domain name that events show when a URL leads to this Stage, else None; ``host`` is a Host header.

        Documented: AWS's own wscat example has a trailing slash, so both forms are taken; ``wss://{domain}/{mapping
        key}`` for custom domains. A loopback name says nothing of the api, so there it may be said in the path:
        ``/{api id, logical id or custom domain}/{stage or mapping key}``.
        """
        name, path = host.partition(":")[0].lower(), path.removesuffix("/")
        if name in self.domain_names:
            return name if any((name, path) == (domain.name, domain.path) for domain in self.custom_domains) else None
        if ".execute-api." not in name:
            for domain in self.custom_domains:
                if path == domain.local_path:
                    return domain.name
        return self.domain_name if self.default_endpoint and self.is_at(name, path) else None

    def is_at(self, name: str, path: str) -> bool:
        """Whether that is the default endpoint, or stands for it on this machine."""
        if ".execute-api." in name:  # hard-coded in a handler, whatever port it was redirected to
            return name == self.domain_name and path == f"/{self.stage.name}"
        own = self.local_path or f"/{self.stage.name}"
        return path in (own, f"/{self.logical_id}/{self.stage.name}", f"/{self.api_id}/{self.stage.name}")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that the services have to create: a table, a queue, a secret. Properties are resolved."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    physical_id: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """All of one template, ``functions`` and ``resources`` by logical id.

    ``apis`` has an Api, ``http_apis`` an HttpApi, for each deployed Stage. ``invocables`` are by function, where there
    is more than what every function has; ``nested`` are the files of nested stacks.
    """

    name: str
    region: str
    account_id: str
    apis: tuple[Api, ...]
    functions: Mapping[str, Function]
    resources: Mapping[str, Resource] = field(default_factory=dict)
    event_sources: tuple[EventSource | StreamSource, ...] = ()
    http_apis: tuple[HttpApi, ...] = ()
    invocables: Mapping[str, Invocable] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    nested: tuple[Path, ...] = ()

    @property
    def api(self) -> Api:
        """The first, for who needs to name only one."""
        return self.apis[0]
