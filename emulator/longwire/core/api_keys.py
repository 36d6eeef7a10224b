"""API keys: who may use the routes that require one, and how much of its usage plan a key has used.

Documented for WebSocket APIs: a Route's ApiKeyRequired, the two sources of the key, and the answers INVALID_API_KEY
(403), THROTTLED and QUOTA_EXCEEDED (429). The rest is what is documented of usage plans for REST APIs, and inferred.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from longwire.core.api import KEY_FROM_AUTHORIZER, Api, ApiKey, Route, UsagePlan, UsageQuota
from longwire.core.connection import Connection
from longwire.core.quotas import Quotas
from longwire.core.throttling import bucket_of

__all__ = ["ApiKeys", "KeyUsage", "Refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """``why`` is for the timeline, ``message`` for the client: empty where the status has words of its own."""

    status: Literal[400, 403, 429]
    why: str
    message: str = ""


class KeyUsage:
    """One key's use of one plan. Documented: limits "apply to requests for individual API keys"."""

    def __init__(self, key: ApiKey, plan: UsagePlan, quotas: Quotas) -> None:
        self.key = key
        self.quotas = quotas
        self.bucket = bucket_of(f"API key {key.name} in usage plan {plan.name}", plan.throttle, quotas)
        self.quota = plan.quota
        self.period: datetime | None = None
        self.left = 0

    def forget(self) -> None:
        if self.bucket is not None:
            self.bucket.fill()
        self.period = None

    def count(self, now: float) -> Refusal | None:
        """One more request, or why not."""
        if self.bucket is not None and not self.bucket.has_token(now):
            return Refusal(429, self.bucket.why())
        if self.quota is not None and self.used_up(self.quota, now):
            why = f"API key {self.key.name} has used up its {self.quota.limit} requests a {self.quota.period.lower()}"
            return Refusal(429, why, self.quotas.usage_quota_frame)
        if self.bucket is not None:
            self.bucket.tokens -= 1.0
        return None

    def used_up(self, quota: UsageQuota, now: float) -> bool:
        """False when there was one left, which is used now."""
        period = period_start(quota, now)
        if period != self.period:
            # Documented: Offset is "subtracted from the given limit in the initial time period".
            self.left = quota.limit - (quota.offset if self.period is None else 0)
            self.period = period
        if self.left < 1:
            return True
        self.left -= 1
        return False


def period_start(quota: UsageQuota, now: float) -> datetime:
    """Inferred: periods are those of the calendar in UTC, and weeks begin on Sunday."""
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if quota.period == "WEEK":
        return day - timedelta(days=day.isoweekday() % 7)
    return day.replace(day=1) if quota.period == "MONTH" else day


class ApiKeys:
    """The keys of one Stage, by value; ``usage_of`` a plan and a key gives what is counted for both."""

    def __init__(self, api: Api, usage_of: Callable[[UsagePlan, ApiKey], KeyUsage]) -> None:
        self.from_authorizer = api.api_key_selection_expression == KEY_FROM_AUTHORIZER
        self.required = any(route.api_key_required for route in api.routes.values())
        self.known = {key.value: key for key in api.api_keys}
        self.usage = {key.value: usage_of(plan, key) for plan in api.usage_plans for key in plan.api_keys}

    def refusal(self, route: Route, connection: Connection, now: float) -> Refusal | None:
        """Count a request on ``route`` against its key's usage plan; None when it may go on.

        Documented for $connect. Inferred for the other routes: a message brings no headers, so the key is the one
        that its connection was made with, and what requires no key "will not contribute to throttle or quota limits"
        (the words of REST execution logs).
        """
        if not route.api_key_required:
            return None
        value = self.given(connection)
        usage = self.usage.get(value or "")
        if usage is None or not usage.key.enabled:
            return Refusal(403, self.why_invalid(value))
        return usage.count(now)

    def of(self, connection: Connection) -> ApiKey | None:
        """The key that events show: the connection's, if some route requires one and the Stage takes this."""
        usage = self.usage.get(self.given(connection) or "") if self.required else None
        return usage.key if usage is not None and usage.key.enabled else None

    def given(self, connection: Connection) -> str | None:
        if self.from_authorizer:
            return connection.usage_identifier_key
        return connection.handshake.header("x-api-key")

    def why_invalid(self, value: str | None) -> str:
        """Never the value itself: timelines are shown and shared."""
        if not value:
            source = "the authorizer's usageIdentifierKey" if self.from_authorizer else "the header x-api-key"
            return f"an API key is required and {source} has none"
        key = self.known.get(value)
        if key is None:
            return "the API key is none of this template's"
        return f"API key {key.name} is " + ("in no usage plan of this stage" if key.enabled else "not enabled")
