"""What belongs to a Stage itself, and takes effect without a deployment: limits, keys, logs, domains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "AccessLogSettings",
    "ApiKey",
    "CustomDomain",
    "Stage",
    "Throttle",
    "UsagePlan",
    "UsageQuota",
]


@dataclass(frozen=True, slots=True)
class Throttle:
    """``rate`` is requests per second, ``burst`` how many at once; None is said by nobody."""

    rate: float | None = None
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class AccessLogSettings:
    """``format`` is one line of text with ``$context`` variables."""

    destination_arn: str
    format: str


@dataclass(frozen=True, slots=True)
class Stage:
    """``throttle`` is that of DefaultRouteSettings; ``route_throttles``, by route key, override it.

    ``deployment`` is the logical id of its Deployment, empty with AutoDeploy.
    """

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    throttle: Throttle = Throttle()
    route_throttles: Mapping[str, Throttle] = field(default_factory=dict)
    access_log: AccessLogSettings | None = None
    deployment: str = ""

    def throttle_of(self, route_key: str) -> Throttle:
        own = self.route_throttles.get(route_key, Throttle())
        return Throttle(
            self.throttle.rate if own.rate is None else own.rate,
            self.throttle.burst if own.burst is None else own.burst,
        )


@dataclass(frozen=True, slots=True)
class ApiKey:
    """``generated`` when the template gives no Value, so that people have to be told it."""

    logical_id: str
    key_id: str
    name: str
    value: str
    enabled: bool = True
    generated: bool = False


@dataclass(frozen=True, slots=True)
class UsageQuota:
    """``limit`` requests in each ``period``; ``offset`` of them are taken from the first one's."""

    limit: int
    period: Literal["DAY", "WEEK", "MONTH"]
    offset: int = 0


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A plan of the deployed Stage. ``throttle`` and ``quota`` are for each of its keys."""

    logical_id: str
    name: str
    api_keys: tuple[ApiKey, ...] = ()
    throttle: Throttle = Throttle()
    quota: UsageQuota | None = None


@dataclass(frozen=True, slots=True)
class CustomDomain:
    """A domain name that leads to a Stage below ``mapping_key``; an empty one is the domain's root."""

    name: str
    mapping_key: str = ""

    @property
    def path(self) -> str:
        return f"/{self.mapping_key}" if self.mapping_key else ""

    @property
    def local_path(self) -> str:
        """Under a loopback name."""
        return f"/{self.name}{self.path}"
