"""Whether one more execution environment would help the calls that wait for one."""

__all__ = ["Growth"]

PATIENCE = 0.02  # seconds after which one is started even while others are being answered
SHORT = 5.0  # milliseconds: calls of this length wait for a processor, and more processes would not help them
VERY_SHORT = 1.0  # milliseconds: these do nothing but compute, and each more process only cools the others' caches
PATIENCE_WITH_SHORT = 0.25  # seconds: they may turn out to be long after all
WEIGHT = 1 / 8  # of the newest call in the typical duration


class Growth:
    """Of one function. Told of every answer, asked from time to time."""

    def __init__(self, processors: int) -> None:
        self.processors = processors
        self.typical_ms: float | None = None
        self.progress = False

    def answered(self, duration_ms: float) -> None:
        before = duration_ms if self.typical_ms is None else self.typical_ms
        self.typical_ms = before + (duration_ms - before) * WEIGHT
        self.progress = True

    def helps(self, waited: float, environments: int) -> bool:
        """``waited`` is the seconds of the oldest call; answers since the last question count as progress."""
        progress, self.progress = self.progress, False
        if environments >= self.enough():
            return waited >= PATIENCE_WITH_SHORT
        return not progress or waited >= PATIENCE

    def enough(self) -> float:
        """Environments, beyond which calls of the typical length only wait for one another."""
        if self.typical_ms is None or self.typical_ms >= SHORT:
            return float("inf")
        return self.processors * (1 if self.typical_ms < VERY_SHORT else 2)
