"""Every limit of API Gateway that the gateway keeps, and every default for what AWS does not say.

Each field of Quotas carries its unit, its source and whether the source is AWS's documentation or a capture of
the real service (``verified``). Sizes: the management API's model gives 131,072 as the maximum of ``Data``, so a
KB is 1,024 bytes.
"""

from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["Quotas", "described"]

DOCUMENTED = "AWS documentation"
LIMITS = "AWS documentation, WebSocket API quotas"


def quota(default: Any, unit: str, meaning: str, source: str, *, verified: bool) -> Any:
    """A dataclass field whose metadata says where the number comes from."""
    facts = {"unit": unit, "meaning": meaning, "source": source, "verified": verified}
    return field(default=default, metadata=facts)


@dataclass(frozen=True, slots=True)
class Quotas:
    """The limits of one gateway; replace a field to test against another limit."""

    frame_size: int = quota(32_768, "bytes", "largest frame from a client, else close 1009", LIMITS, verified=True)
    message_size: int = quota(
        131_072, "bytes", "largest message over all its frames, else close 1009", LIMITS, verified=True
    )
    idle_timeout: float = quota(
        600.0,
        "seconds",
        "no message either way for this long closes with 1001 Going away",
        LIMITS,
        verified=True,
    )
    max_duration: float = quota(7200.0, "seconds", "longest life of a connection", LIMITS, verified=True)
    integration_timeout: float = quota(
        29.0, "seconds", "longest wait for an integration, whatever the template says", LIMITS, verified=True
    )
    url_length: int = quota(4096, "characters", "longest URL of a handshake, else 414", LIMITS, verified=True)
    authorizer_result_size: int = quota(8192, "bytes", "largest authorizer answer, else 500", LIMITS, verified=True)
    ping_resets_idle: bool = quota(
        False, "", "whether a ping frame counts as activity", "unknown; statements conflict", verified=False
    )
    max_duration_code: int = quota(
        1001,
        "close code",
        "close at max_duration, reason Going away",
        "inferred from the idle close",
        verified=False,
    )
    tcp_drop: int = quota(
        1006,
        "close code",
        "disconnectStatusCode when TCP ends without a close frame",
        "unknown",
        verified=False,
    )
    timeout_frame: str = quota(
        "Endpoint request timed out", "", "message of the error frame after an integration timeout",
        "unknown; REST's INTEGRATION_TIMEOUT text", verified=False,
    )  # fmt: skip
    unknown_stage: int = quota(403, "HTTP status", "handshake to no stage of this api", "inferred", verified=False)
    connect_null_return: int = quota(
        502,
        "HTTP status",
        "$connect answered something that is no proxy response",
        "REST's rule",
        verified=False,
    )
    connect_timeout: int = quota(
        504, "HTTP status", "$connect took longer than the integration timeout", "inferred from INTEGRATION_TIMEOUT",
        verified=False,
    )  # fmt: skip
    url_too_long_status: int = quota(414, "HTTP status", "URL above url_length", "unknown", verified=False)


def described() -> list[dict[str, Any]]:
    """One row a field: name, default, unit, meaning, source, verified."""
    return [{"name": item.name, "default": item.default, **item.metadata} for item in fields(Quotas)]
