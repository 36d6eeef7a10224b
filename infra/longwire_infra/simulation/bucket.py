"""A token bucket, as API Gateway throttles: filled at a rate, up to a burst."""

__all__ = ["Bucket"]


class Bucket:
    """``rate`` tokens a second, at most ``burst`` of them, of which all are there at first."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self.tokens = burst

    def pass_time(self, seconds: float) -> None:
        self.tokens = min(self.burst, self.tokens + self.rate * seconds)

    def take(self, wanted: float) -> float:
        """As many of them as there are tokens for; whole clients and messages are the caller's business."""
        granted = min(wanted, self.tokens)
        self.tokens -= granted
        return granted
