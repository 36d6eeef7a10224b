"""What a template says of its HTTP entry points: HTTP APIs, REST APIs as far as Lambda proxies go, function URLs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from longwire.core.stage import Throttle

__all__ = [
    "DEFAULT",
    "Cors",
    "HttpApi",
    "HttpAuthorizer",
    "HttpRoute",
    "Kind",
    "LambdaProxy",
    "StaticAnswer",
]

DEFAULT = "$default"
Kind = Literal["http", "rest", "url"]
Format = Literal["1.0", "2.0"]


@dataclass(frozen=True, slots=True)
class LambdaProxy:
    """``function`` is a logical id, ``qualifier`` the version or alias in its ARN. ``timeout`` is in seconds."""

    function: str
    payload_format: Format
    timeout: float
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class StaticAnswer:
    """A REST API's MOCK integration that always answers the same: how SAM answers preflight requests."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str = ""


@dataclass(frozen=True, slots=True)
class HttpAuthorizer:
    """A REQUEST authorizer. ``ttl`` is how many seconds its answer is kept; 0 for not at all.

    ``simple``: the function answers ``{"isAuthorized": true}`` and not with a policy.
    """

    name: str
    function: str
    payload_format: Format
    simple: bool = False
    identity_sources: tuple[str, ...] = ()
    ttl: float = 0.0
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """``method`` may be ANY; ``path`` is ``/hubs/{hub}/:send``, or ``$default`` for whatever no other Route takes."""

    method: str
    path: str
    integration: LambdaProxy | StaticAnswer
    authorizer: HttpAuthorizer | None = None
    iam: bool = False

    @property
    def key(self) -> str:
        return DEFAULT if self.path == DEFAULT else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Cors:
    """What the gateway itself answers to pages of other sites; ``max_age`` in seconds."""

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    allow_credentials: bool = False
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class HttpApi:
    """One entry point as it is deployed to one Stage; a function URL has the Stage ``$default``.

    ``binary_types`` are a REST API's binaryMediaTypes; ``function_arn`` is what a function URL invokes.
    """

    logical_id: str
    api_id: str
    name: str
    kind: Kind
    region: str
    account_id: str
    routes: tuple[HttpRoute, ...]
    stage: str = DEFAULT
    variables: Mapping[str, str] = field(default_factory=dict)
    cors: Cors | None = None
    binary_types: tuple[str, ...] = ()
    throttle: Throttle = field(default_factory=Throttle)
    route_throttles: Mapping[str, Throttle] = field(default_factory=dict)
    function_arn: str = ""

    @property
    def domain_name(self) -> str:
        """The host that AWS would give it."""
        if self.kind == "url":
            return f"{self.api_id}.lambda-url.{self.region}.on.aws"
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    @property
    def base(self) -> str:
        """What stands before a Route's path: ``/dev``, or nothing for the Stage $default."""
        return "" if self.stage == DEFAULT else f"/{self.stage}"

    @property
    def functions(self) -> list[str]:
        """The logical ids of the functions that it calls."""
        called = [route.authorizer.function for route in self.routes if route.authorizer is not None]
        called += [route.integration.function for route in self.routes if isinstance(route.integration, LambdaProxy)]
        return list(dict.fromkeys(called))

    @property
    def local_path(self) -> str:
        """Under a loopback name; the logical id stands for the host."""
        return f"/{self.logical_id}{self.base}"
