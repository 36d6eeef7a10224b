"""The clients: who is connected, who waits to try again, who gave up. Counted in groups, so that a million are few."""

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from longwire_infra.simulation.backoff import Backoff

__all__ = ["STEP", "Fleet", "Spread"]

STEP = 0.1  # seconds of one step of the simulation
Group = tuple[int, int]  # the step in which its clients were cut off, and the number of their next attempt


@dataclass
class Spread:
    """How many took how many steps."""

    counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, steps: int, count: int = 1) -> None:
        self.counts[steps] += count

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def seconds(self, share: float) -> float | None:
        """The time within which this share was done; None when there was nothing to do."""
        wanted, seen = share * self.total, 0
        for steps in sorted(self.counts):
            seen += self.counts[steps]
            if seen >= wanted:
                return round(steps * STEP, 1)
        return None


class Fleet:
    """``connected`` clients at first, opened evenly over the last ``life`` seconds, after which each is cut off."""

    def __init__(self, connected: int, life: float, rule: Backoff, chance: Random) -> None:
        self.rule = rule
        self.chance = chance
        self.connected = connected
        self.life = max(1, round(life / STEP))
        self.ends = self.shared_out(connected, self.life)
        self.due: dict[int, dict[Group, int]] = {}
        self.back = Spread()
        self.attempts = self.refused = self.gave_up = 0
        self.peak = 0

    def shared_out(self, count: int, places: int) -> list[int]:
        """Evenly, and what is left over at random."""
        each, left = divmod(count, places)
        found = [each] * places
        for place in self.chance.sample(range(places), left):
            found[place] += 1
        return found

    def cut(self, step: int, count: int) -> None:
        """``count`` clients lose their connection now, and will try again."""
        self.connected -= count
        self.wait((step, 1), count, step)

    def cut_share(self, step: int, share: float) -> None:
        """Of those who are connected, whenever their time would have been over."""
        kept = [sum(self.chance.random() >= share for _ in range(ends)) for ends in self.ends]
        gone = min(self.connected, sum(self.ends) - sum(kept))
        self.ends = kept
        self.cut(step, gone)

    def expire(self, step: int) -> None:
        """API Gateway ends what has been open for its longest duration."""
        slot = step % self.life
        count, self.ends[slot] = min(self.ends[slot], self.connected), 0
        self.cut(step, count)

    def wait(self, group: Group, count: int, step: int) -> None:
        attempt = group[1]
        if self.rule.tries is not None and attempt > self.rule.tries:
            self.gave_up += count
            return
        low, high = self.rule.window(attempt)
        first, last = (max(1, round(seconds / STEP)) for seconds in (low, high))
        for place, clients in enumerate(self.shared_out(count, last - first + 1)):
            if clients:
                groups = self.due.setdefault(step + first + place, {})
                groups[group] = groups.get(group, 0) + clients

    def asking(self, step: int) -> int:
        """How many try to connect in this step."""
        return sum(self.due.get(step, {}).values())

    def connect(self, step: int, granted: int) -> None:
        """So many of them are let in, whoever comes first; the others are answered with 429 and wait again."""
        groups = self.due.pop(step, {})
        asking = sum(groups.values())
        self.attempts += asking
        self.peak = max(self.peak, asking)
        self.refused += asking - granted
        self.connected += granted
        self.ends[step % self.life] += granted
        for (cut, attempt), count in groups.items():
            let_in = round(granted * count / asking)
            granted, asking = granted - let_in, asking - count
            self.back.add(step - cut, let_in)
            self.wait((cut, attempt + 1), count - let_in, step)

    @property
    def waiting(self) -> int:
        return sum(sum(groups.values()) for groups in self.due.values())
