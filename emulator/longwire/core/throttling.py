"""Token buckets of an account and of a deployed Stage: who has to be told "Too Many Requests".

Documented: "API Gateway throttles requests to your API using the token bucket algorithm, where a token counts for a
request", for the account per Region and for each route of a Stage. Throttles are "applied on a best-effort basis";
here they are exact.
"""

from longwire.core.api import Api, Throttle
from longwire.core.quotas import Quotas

__all__ = ["Throttles", "TokenBucket", "bucket_of"]

# A whole token, within the precision of epoch seconds: 0.1 s later may be 0.0999999 s.
WHOLE = 0.999


class TokenBucket:
    """``rate`` tokens a second flow in, ``burst`` is what it holds. It is full at first; a burst of 0 admits nobody."""

    __slots__ = ("burst", "filled_at", "rate", "tokens", "whose")

    def __init__(self, whose: str, rate: float, burst: float) -> None:
        self.whose = whose
        self.rate = rate
        self.burst = burst
        self.tokens = float(burst)
        self.filled_at = 0.0

    def fill(self) -> None:
        self.tokens = float(self.burst)
        self.filled_at = 0.0

    def has_token(self, now: float) -> bool:
        """Whether ``tokens`` may be lowered by one; ``now`` is epoch seconds and never goes back."""
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        return self.tokens >= WHOLE

    def why(self) -> str:
        """For the timeline."""
        return f"throttled: {self.whose} takes {self.rate:g} requests per second in bursts of {self.burst:g}"


def throttled(buckets: tuple[TokenBucket, ...], now: float) -> str | None:
    """Take a token of each bucket; or of none, and say which is empty."""
    for bucket in buckets:
        if not bucket.has_token(now):
            return bucket.why()
    for bucket in buckets:
        bucket.tokens -= 1.0
    return None


class Throttles:
    """Each verb takes what one request costs, and returns why it is throttled or None.

    ``account`` and ``connections`` are shared with the account's other Stages. Documented order: the route's limits,
    then the account's. Inferred: handshakes, messages and ``@connections`` requests count alike, $disconnect does not
    count, and a message without a route counts for the account alone.
    """

    def __init__(self, api: Api, quotas: Quotas, account: TokenBucket, connections: TokenBucket) -> None:
        self.account = account
        # Documented of REST APIs, inferred here: "per-stage throttling limits are applied at the API method level", so
        # that DefaultRouteSettings give each route a bucket of its own.
        self.of_message: dict[str | None, tuple[TokenBucket, ...]] = {None: (self.account,)}
        for key in (*api.routes, "$connect"):
            bucket = bucket_of(f"route {key}", api.stage.throttle_of(key), quotas)
            self.of_message[key] = (self.account,) if bucket is None else (bucket, self.account)
        self.of_handshake = (*self.of_message["$connect"], connections)

    def handshake(self, now: float) -> str | None:
        return throttled(self.of_handshake, now)

    def message(self, route_key: str | None, now: float) -> str | None:
        return throttled(self.of_message[route_key], now)

    def callback(self, now: float) -> str | None:
        """Documented: the account's requests are shared with the "WebSocket callback APIs"."""
        return throttled((self.account,), now)


def bucket_of(whose: str, throttle: Throttle, quotas: Quotas) -> TokenBucket | None:
    """None when nothing is said; what is left out is the account's (inferred)."""
    if throttle.rate is None and throttle.burst is None:
        return None
    rate = quotas.account_rate if throttle.rate is None else throttle.rate
    return TokenBucket(whose, rate, quotas.account_burst if throttle.burst is None else throttle.burst)
