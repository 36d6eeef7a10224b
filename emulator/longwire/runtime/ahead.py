"""Calls that are sent to an environment before it has answered the one that it runs.

A very short call takes less time than its way to the environment's process and back, and that way is for many calls
what it is for one. Whatever turns out to wait behind a call that is not short is taken back.
"""

from collections import deque
from collections.abc import Callable, Iterable

from longwire.runtime.environment import Call, Environment
from longwire.runtime.growth import Growth

__all__ = ["Ahead"]

HELD_UP = 0.005  # seconds that a call has run, after which nothing waits behind it

Terms = Callable[[Call], tuple[int, str]]  # a call's deadline in milliseconds, and its trace id


class Ahead:
    """Of one function. ``waiting`` and ``environments`` are the pool's own."""

    def __init__(self, waiting: deque[Call], environments: set[Environment], growth: Growth, terms: Terms) -> None:
        self.waiting = waiting
        self.environments = environments
        self.growth = growth
        self.terms = terms

    def send(self, now: float) -> None:
        """As many of the waiting calls as the environments take."""
        if not self.waiting or not self.growth.settled(len(self.environments)):
            return
        open_to = [each for each in self.environments if takes_more(each, now)]
        while self.waiting and open_to:
            environment = min(open_to, key=lambda each: len(each.ahead))
            call = self.waiting[0]
            if environment.send_ahead(call, *self.terms(call)):
                self.waiting.popleft()
            else:
                open_to.remove(environment)

    def look(self, now: float) -> bool:
        """Take back what is held up; whether there is anything left to look at."""
        self.take_back(each for each in self.environments if now - each.since >= HELD_UP)
        return any(each.ahead for each in self.environments)

    def take_back(self, environments: Iterable[Environment]) -> None:
        """What they have not begun waits again, before all others."""
        for environment in environments:
            self.waiting.extendleft(reversed(environment.take_back()))


def takes_more(environment: Environment, now: float) -> bool:
    gone = environment.retired or environment.killed
    return environment.call is not None and not gone and now - environment.since < HELD_UP
