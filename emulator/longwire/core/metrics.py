"""What API Gateway reports to CloudWatch, and what it does not: closes, invocations, the time until a response.

CloudWatch's six are counted by Route, as with detailed metrics; what belongs to no Route has the empty route key.
Which failures AWS takes for IntegrationError and which for ExecutionError is read from the one sentence that the
developer guide has for each, and not verified.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from math import ceil

__all__ = ["BOUNDS", "CALLBACKS", "CLOUDWATCH", "FunctionMetrics", "Histogram", "Metrics"]

# Developer guide, "Monitor WebSocket API execution with CloudWatch metrics".
CLOUDWATCH = {
    "ConnectCount": "The number of messages sent to the $connect route integration.",
    "MessageCount": "The number of messages sent to the WebSocket API, either from or to the client.",
    "IntegrationError": "The number of requests that return a 4XX/5XX response from the integration.",
    "ClientError": "The number of requests that have a 4XX response returned by API Gateway "
    "before the integration is invoked.",
    "ExecutionError": "Errors that occurred when calling the integration.",
    "IntegrationLatency": "The time difference between API Gateway sending the request to the integration and "
    "API Gateway receiving the response from the integration. Suppressed for callbacks and mock integrations.",
}

CALLBACKS = "@connections"  # the route under which frames sent by POST are counted; AWS does not say
# Upper bounds in seconds: from a warm function on this machine to the integration timeout.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 29.0)
RECENT = 1024  # observations that quantiles are taken from


class Histogram:
    """Durations in seconds: ``counts`` for each of BOUNDS and one more above, and the newest themselves."""

    __slots__ = ("counts", "recent", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0
        self.recent: deque[float] = deque(maxlen=RECENT)

    def observe(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds
        self.recent.append(seconds)

    def cumulative(self) -> list[tuple[float, int]]:
        """How many took at most that long, the last bound being infinite."""
        found, count = [], 0
        for bound, more in zip((*BOUNDS, float("inf")), self.counts, strict=True):
            count += more
            found.append((bound, count))
        return found

    def quantiles(self, wanted: Iterable[float]) -> list[tuple[float, float]]:
        """By nearest rank, of the newest RECENT observations; none when there are none."""
        ordered = sorted(self.recent)
        return [(share, ordered[ceil(share * len(ordered)) - 1]) for share in wanted if ordered]


class Metrics:
    """Of one Stage: counters by route key (or close code), since its gateway was made."""

    def __init__(self) -> None:
        self.connect_count: Counter[str] = Counter()
        self.message_count: Counter[str] = Counter()
        self.integration_error: Counter[str] = Counter()
        self.client_error: Counter[str] = Counter()
        self.execution_error: Counter[str] = Counter()
        self.integration_latency: defaultdict[str, Histogram] = defaultdict(Histogram)
        self.closes: Counter[int] = Counter()
        self.response_latency: defaultdict[str, Histogram] = defaultdict(Histogram)

    def refused(self, route_key: str, status: int) -> None:
        """Answered by API Gateway itself, without the integration."""
        counter = self.client_error if 400 <= status < 500 else self.execution_error
        counter[route_key] += 1

    def integrated(self, route_key: str, seconds: float, status: int) -> None:
        """An integration answered; a function that failed counts as 5XX."""
        self.integration_latency[route_key].observe(seconds)
        if status >= 400:
            self.integration_error[route_key] += 1


class FunctionMetrics:
    """Counters by function, whoever invokes it."""

    def __init__(self) -> None:
        self.duration: defaultdict[str, Histogram] = defaultdict(Histogram)
        self.errors: Counter[tuple[str, str]] = Counter()
        self.cold_starts: Counter[str] = Counter()

    def invoked(self, function: str, seconds: float, error: str, *, cold: bool) -> None:
        self.duration[function].observe(seconds)
        if error:
            self.errors[function, error] += 1
        if cold:
            self.cold_starts[function] += 1
