"""The quotas that a WebSocket API runs into, each with its unit and where it is said."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from longwire_infra.errors import WorkloadError, nearest

__all__ = ["ABOUT", "Limits", "changed"]

QUOTAS = "API Gateway developer guide, quotas for WebSocket APIs and account-level throttling"
# name -> unit, source, whether it is documented
ABOUT: dict[str, tuple[str, str, bool]] = {
    "new_connections_rate": ("connections/s", QUOTAS, True),
    "new_connections_burst": ("connections", "none: AWS names no burst, so the account's is taken", False),
    "requests_rate": ("requests/s", f"{QUOTAS}: shared by WebSocket APIs and @connections", True),
    "requests_burst": ("requests", QUOTAS, True),
    "connection_seconds": ("s", f"{QUOTAS}: 2 hours", True),
    "lambda_concurrency": ("executions", "Lambda quotas: the default of an account", True),
    "lambda_scaling": ("executions per 10 s", "Lambda developer guide, scaling of a function", True),
    "partition_writes": ("write units/s", "DynamoDB developer guide, partitions", True),
    "partition_reads": ("read units/s", "DynamoDB developer guide, partitions", True),
    "post_ms": ("ms", "none: measure yours; a PostToConnection inside a region", False),
    "handler_ms": ("ms", "none: measure yours; a warm handler", False),
    "connect_ms": ("ms", "none: measure yours; authorizer and $connect together", False),
    "posts_in_flight": ("posts", "none: workers times their width; Longwire's are 20 times 32", False),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults of an account in us-east-1, and guesses where only a measurement could tell; see ``ABOUT``."""

    new_connections_rate: float = 500
    new_connections_burst: float = 5_000
    requests_rate: float = 10_000
    requests_burst: float = 5_000
    connection_seconds: float = 7_200
    lambda_concurrency: float = 1_000
    lambda_scaling: float = 1_000
    partition_writes: float = 1_000
    partition_reads: float = 3_000
    post_ms: float = 10
    handler_ms: float = 20
    connect_ms: float = 60
    posts_in_flight: float = 640


def changed(limits: Limits, given: Iterable[str]) -> Limits:
    """``given`` are ``NAME=VALUE``. Raises WorkloadError."""
    known = [field.name for field in fields(Limits)]
    for text in given:
        name, _, value = text.partition("=")
        if name not in known:
            raise WorkloadError(f"there is no limit {name}; {nearest(name, known)}", field=name, place="--limit")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number < 1e12:
            raise WorkloadError(f"{value!r} is no number above 0", field=name, place="--limit")
        limits = replace(limits, **{name: number})
    return limits
