"""What the pools of all functions have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from longwire.clock.clock import Clock
from longwire.core.api import Function
from longwire.runtime.function_log import RuntimeListener
from longwire.runtime.launch import ApiLaunch, Launch
from longwire.runtime.limits import RuntimeLimits

__all__ = ["Surroundings"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pool needs of the runtime. ``room()`` says whether one more environment fits in all; ``changed`` is
    called whenever a call or an environment has ended."""

    listener: RuntimeListener
    limits: RuntimeLimits
    clock: Clock
    launch: Callable[[Function], Launch | ApiLaunch]
    room: Callable[[], bool]
    changed: Callable[[], None]
