"""What all Stages of one account and Region share: the account's throttles, the use of API keys, and the bill."""

from longwire.core.api import ApiKey, Function, UsagePlan
from longwire.core.api_keys import KeyUsage
from longwire.core.meter import Meter
from longwire.core.metrics import FunctionMetrics
from longwire.core.quotas import Quotas
from longwire.core.throttling import TokenBucket

__all__ = ["Account"]


class Account:
    """Documented: "10,000 requests per second" are those of all APIs "per account, per Region"."""

    def __init__(self, quotas: Quotas) -> None:
        self.quotas = quotas
        self.meter = Meter(quotas)
        self.functions = FunctionMetrics()
        self.requests = TokenBucket("the account", quotas.account_rate, quotas.account_burst)
        self.new_connections = TokenBucket(
            "the account's quota of new connections", quotas.new_connections_rate, quotas.new_connections_burst
        )
        self.key_usage: dict[tuple[UsagePlan, ApiKey], KeyUsage] = {}

    def ran(self, function: Function, duration_ms: float, billed_ms: int, error: str, *, cold: bool) -> None:
        """What Lambda reports of an invocation, whoever asked for it; not of a throttled one, which did not run."""
        self.meter.invoked(function.logical_id, function.architecture, function.memory_mb, billed_ms)
        self.functions.invoked(function.logical_id, duration_ms / 1000, error, cold=cold)

    def usage_of(self, plan: UsagePlan, key: ApiKey) -> KeyUsage:
        """Documented: limits of a plan are for each key, "aggregated across all API stages within a usage plan"."""
        found = self.key_usage.get((plan, key))
        if found is None:
            found = self.key_usage[plan, key] = KeyUsage(key, plan, self.quotas)
        return found

    def forget_usage(self) -> None:
        """All token buckets are full and no usage plan's quota is used."""
        for bucket in (self.requests, self.new_connections):
            bucket.fill()
        for usage in self.key_usage.values():
            usage.forget()
