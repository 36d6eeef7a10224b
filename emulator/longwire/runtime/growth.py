"""Whether one more execution environment would help the calls that wait for one."""

from longwire.core.api import Function
from longwire.runtime.environment import Environment
from longwire.runtime.limits import RuntimeLimits

__all__ = ["Growth", "is_coming", "most_environments"]

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

    def settled(self, environments: int) -> bool:
        """Whether calls are so short that the way to a process is longer, and there are processes enough."""
        return self.typical_ms is not None and self.typical_ms < VERY_SHORT and environments >= self.processors

    def enough(self) -> float:
        """Environments, beyond which calls of the typical length only wait for one another."""
        if self.typical_ms is None or self.typical_ms >= SHORT:
            return float("inf")
        return self.processors * (1 if self.typical_ms < VERY_SHORT else 2)


def most_environments(function: Function, limits: RuntimeLimits) -> int:
    """A container's runtime interface takes one invocation at a time; so does a debugger's port."""
    most = 1 if function.invocation_url or function.debug_port else limits.max_environments_per_function
    return most if function.reserved_concurrency is None else min(most, function.reserved_concurrency)


def is_coming(environment: Environment, recently: float) -> bool:
    """Whether it will soon ask for a call: it is starting, or has answered one since ``recently``, a loop's time."""
    if environment.killed or environment.call is not None:
        return False
    return not environment.initialised or environment.since > recently
