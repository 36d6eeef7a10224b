"""Schedules of the pump's world: all that there are, or some at random to their end."""

from random import Random

from pump_world import Rules, State, Step, steps, wrong

__all__ = ["Violation", "explore", "wander"]


class Violation(Exception):
    """What a client would see, and the steps that led there."""


def explore(state: State, rules: Rules, limit: int) -> int:
    """Visits every state that can be reached, ``limit`` at most, and returns how many. Raises Violation."""
    stack, came = [state], {state: ("start", state)}
    while stack and len(came) < limit:
        current = stack.pop()
        if found := wrong(current, rules):
            raise Violation(f"{found}: {' '.join(_path(current, came))}")
        for name, following in steps(current, rules):
            if following not in came:
                came[following] = (name, current)
                stack.append(following)
    return len(came)


def wander(state: State, rules: Rules, random: Random, longest: int = 300) -> int:
    """One schedule, each step drawn from all that may follow, until none does; returns its length. Raises Violation."""
    names: list[str] = []
    while len(names) < longest:
        following = list(steps(state, rules))
        if not following:
            break
        name, state = random.choice(following)
        names.append(name)
        if found := wrong(state, rules):
            raise Violation(f"{found}: {' '.join(names)}")
    return len(names)


def _path(state: State, came: dict[State, Step]) -> list[str]:
    names: list[str] = []
    while came[state][1] != state:
        name, state = came[state]
        names.insert(0, name)
    return names
