"""Deadlines for many keys that all wait equally long.

Because the wait is the same for every key, the order of starting is the order of ending: starting, restarting,
stopping and looking at the next one cost the same however many there are.
"""

from collections import OrderedDict

__all__ = ["TimerQueue"]


class TimerQueue:
    """``duration`` is seconds; keys are connection or invocation ids."""

    def __init__(self, duration: float) -> None:
        self.duration = duration
        self.started: OrderedDict[str, float] = OrderedDict()

    def start(self, key: str, now: float) -> None:
        """Start, or start again from now."""
        self.started[key] = now
        self.started.move_to_end(key)

    def stop(self, key: str) -> None:
        self.started.pop(key, None)

    def next_deadline(self) -> float | None:
        for started in self.started.values():
            return started + self.duration
        return None

    def expire(self, now: float) -> list[str]:
        """Remove and return the keys whose time is up, oldest first."""
        expired = []
        for key, started in self.started.items():
            if started + self.duration > now:
                break
            expired.append(key)
        for key in expired:
            del self.started[key]
        return expired
