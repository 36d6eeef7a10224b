"""What is counted of HTTP entry points: requests by their answers' status, and how long they took."""

from collections import Counter, defaultdict

from longwire.core.metrics import Histogram

__all__ = ["HttpMetrics"]


class HttpMetrics:
    """By logical id, Stage and route key, which is empty when no Route took the request."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, ...]] = Counter()
        self.latency: defaultdict[tuple[str, ...], Histogram] = defaultdict(Histogram)

    def answered(self, api: str, stage: str, route_key: str, status: int, seconds: float) -> None:
        self.requests[api, stage, route_key, str(status)] += 1
        self.latency[api, stage, route_key].observe(seconds)
