"""Every limit of API Gateway that the gateway keeps, and every default for what AWS does not say.

Each field of Quotas carries its unit, its source and whether the source is AWS's documentation or a capture of
the real service (``verified``). Sizes: the management API's model gives 131,072 as the maximum of ``Data``, so a
KB is 1,024 bytes.
"""

from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["NOTHING", "Quotas", "described"]

LIMITS = "AWS documentation, WebSocket API quotas"
NOTHING = "nothing"  # value of two_way_without_body


def quota(default: Any, unit: str, meaning: str, source: str, *, verified: bool, choices: tuple[str, ...] = ()) -> Any:
    """A dataclass field whose metadata says where the number comes from; ``choices`` are all values of a word."""
    facts = {"unit": unit, "meaning": meaning, "source": source, "verified": verified, "choices": choices}
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
    throttle_frame: str = quota(
        "Too Many Requests", "", "message of the error frame for a throttled message",
        "unknown; REST's THROTTLED text", verified=False,
    )  # fmt: skip
    forbidden_body: str = quota(
        '{"message":"Forbidden"}', "", "body of 403 for no such stage or path", "unknown; REST's", verified=False
    )
    two_way_without_body: str = quota(
        "", "", f"message of a route response without body; {NOTHING!r} sends none", "observed once", verified=False
    )
    non_2xx_two_way: str = quota(
        "body", "", "route response of a function that answers no 2xx: its body, or Internal server error",
        "observed with 500; a claim to the contrary", verified=False, choices=("body", "error"),
    )  # fmt: skip
    parallel_message_dispatch: bool = quota(
        True, "", "whether messages of one connection run side by side; false is for debugging",
        "inferred", verified=False,
    )  # fmt: skip
    lenient_json: bool = quota(
        False, "", "whether JSON whose keys have no quotes is read", "observed once", verified=False
    )
    count_connect_as_message: bool = quota(
        False, "", "whether $connect and $disconnect are billed as messages", "unknown", verified=False
    )
    minute_rounding: str = quota(
        "ceil", "", "connection minutes: each connection rounded up, or exact", "unknown",
        verified=False, choices=("ceil", "exact"),
    )  # fmt: skip
    iam_later_routes: bool = quota(
        False,
        "",
        "whether an AWS_IAM signer's policy is asked again for each message's route",
        "unknown",
        verified=False,
    )
    idle_slack: float = quota(
        0.0, "seconds", "how much later than idle_timeout the close comes", "observed: 3.9", verified=False
    )
    url_too_long_status: int = quota(414, "HTTP status", "URL above url_length", "unknown", verified=False)
    account_rate: float = quota(
        10_000.0, "requests/second", "handshakes, messages and @connections requests of an account, else 429",
        LIMITS, verified=True,
    )  # fmt: skip
    account_burst: int = quota(5_000, "requests", "how many of them at once", LIMITS, verified=True)
    new_connections_rate: float = quota(
        500.0, "connections/second", "new connections of an account, else 429", LIMITS, verified=True
    )
    new_connections_burst: int = quota(
        5000, "connections", "how many new connections at once", "not published; account_burst's", verified=False
    )
    usage_quota_frame: str = quota(
        "Limit Exceeded", "", "message for a key whose usage plan's quota is used up",
        "unknown; REST's QUOTA_EXCEEDED text", verified=False,
    )  # fmt: skip


def described() -> list[dict[str, Any]]:
    """One row a field: name, default, unit, meaning, source, verified."""
    return [{"name": item.name, "default": item.default, **item.metadata} for item in fields(Quotas)]
