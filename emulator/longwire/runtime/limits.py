"""How many execution environments there may be, and how long what they do may take."""

import os
from dataclasses import dataclass, field

__all__ = ["RuntimeLimits"]


@dataclass(frozen=True, slots=True)
class RuntimeLimits:
    """Durations are seconds. The two maxima are ours: beyond them calls wait, and nothing is refused.

    ``starting`` is how many environments of one function may be importing code at once; ``young`` how long
    one of these is taken to need a processor (later it waits for something else); ``freeze_after`` how long one
    is idle before it is frozen; ``idle`` how long before it ends (all but a function's last one).
    """

    max_environments: int = 200
    max_environments_per_function: int = 64
    starting: int = field(default_factory=lambda: max(2, os.cpu_count() or 2))
    young: float = 0.2
    init: float = 10.0  # documented: "The Init phase is limited to 10 seconds"
    freeze_after: float = 0.05
    idle: float = 300.0
