"""Latencies in buckets whose width grows with the value, as HdrHistogram has them: 1.6 % at most between two."""

from collections import Counter
from collections.abc import Mapping

__all__ = ["Histogram"]

STEPS = 64  # buckets for each doubling
LOWEST = 1e-6  # seconds; what is shorter counts as this


def bucket_of(seconds: float) -> int:
    """Whole microseconds: their highest 7 bits, and how far these are shifted."""
    value = max(1, int(seconds / LOWEST))
    shift = max(0, value.bit_length() - 7)
    return shift * STEPS + (value >> shift)


def highest_of(bucket: int) -> float:
    """The largest number of seconds that falls into a bucket."""
    shift = max(0, bucket // STEPS - 1)
    return ((((bucket - shift * STEPS) + 1) << shift) - 1) * LOWEST


class Histogram:
    """``counts`` is by bucket, and can be sent as JSON and added elsewhere."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.sum = 0.0
        self.max = 0.0

    def __len__(self) -> int:
        return self.counts.total()

    def add(self, seconds: float) -> None:
        self.counts[bucket_of(seconds)] += 1
        self.sum += seconds
        self.max = max(self.max, seconds)

    def take(self, told: Mapping[str, object]) -> None:
        """Add what another one told by ``tell``."""
        counts, total, most = told["counts"], told["sum"], told["max"]
        assert isinstance(counts, Mapping)
        assert isinstance(total, float)
        assert isinstance(most, float)
        self.counts.update({int(bucket): int(count) for bucket, count in counts.items()})
        self.sum += total
        self.max = max(self.max, most)

    def tell(self) -> dict[str, object]:
        return {"counts": dict(self.counts), "sum": self.sum, "max": self.max}

    def mean(self) -> float:
        return self.sum / len(self) if self.counts else 0.0

    def quantile(self, share: float) -> float:
        """Seconds that ``share`` (0 to 1) of all values do not exceed; 0 without any value."""
        left = max(1, round(share * len(self)))
        for bucket in sorted(self.counts):
            left -= self.counts[bucket]
            if left <= 0:
                return min(highest_of(bucket), self.max)
        return 0.0
