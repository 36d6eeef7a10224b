"""The faults in force, and whether one strikes. Pure: the edges ask at one place for each kind, and do what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from longwire.core.fault import Fault

__all__ = ["Decision", "Faults", "Rule"]

Chance = Callable[[], float]  # 0 <= x < 1, as random.random
Facts = Mapping[str, str]


@dataclass(slots=True, eq=False)
class Rule:
    """A fault in force; ``hits`` is how often it has struck."""

    rule_id: int
    fault: Fault
    chance: Chance
    hits: int = 0

    @property
    def used_up(self) -> bool:
        return self.fault.count is not None and self.hits >= self.fault.count

    def concerns(self, facts: Facts) -> bool:
        # AWS has no conditional failure for a write without a condition.
        if "conditional_check_failed" in self.fault.effects and not facts.get("conditional"):
            return False
        return all(facts.get(name) in values for name, values in self.fault.filters.items())

    def strikes(self) -> bool:
        if self.used_up or (self.fault.probability < 1 and self.chance() >= self.fault.probability):
            return False
        self.hits += 1
        return True

    def delay(self) -> float:
        effects = self.fault.effects
        jitter = effects["jitter"] * self.chance() if "jitter" in effects else 0.0
        return float(effects.get("latency", 0.0) + effects.get("late", 0.0) + jitter)


@dataclass(frozen=True, slots=True)
class Decision:
    """What befalls one event: ``outcome`` is an effect's name, or empty, and ``value`` its value.

    ``delay`` is seconds, ``bandwidth`` bytes per second or 0. ``chance`` is the fault's own, for what it draws further.
    """

    outcome: str = ""
    value: Any = None
    delay: float = 0.0
    bandwidth: int = 0
    rule_ids: tuple[int, ...] = ()
    chance: Chance = field(default=lambda: 0.0, compare=False)


class Faults:
    """``active`` has a kind only while a fault of it is in force: ``if "frame" in faults.active`` is all it costs.

    ``chance(seed)`` makes a fault's source of random numbers. ``struck(rule, facts)`` is told of every hit.
    """

    def __init__(
        self, chance: Callable[[int], Chance], struck: Callable[[Rule, Facts], None] = lambda _rule, _facts: None
    ) -> None:
        self.chance = chance
        self.struck = struck
        self.active: dict[str, list[Rule]] = {}

    def begin(self, rule_id: int, fault: Fault) -> Rule:
        rule = Rule(rule_id, fault, self.chance(fault.seed))
        self.active.setdefault(fault.kind, []).append(rule)
        return rule

    def end(self, rule_id: int) -> None:
        """What is not in force is no mistake."""
        for kind, rules in tuple(self.active.items()):
            kept = [rule for rule in rules if rule.rule_id != rule_id]
            if kept:
                self.active[kind] = kept
            else:
                del self.active[kind]

    def decide(self, kind: str, facts: Facts, rule_id: int | None = None) -> Decision | None:
        """None when nothing strikes. The first outcome is the only one; delays add up. ``rule_id`` asks one alone."""
        found = None
        for rule in self.active.get(kind, ()):
            if rule_id not in (None, rule.rule_id):
                continue
            outcome = rule.fault.outcome
            if outcome and found is not None and found.outcome:
                continue
            if rule.concerns(facts) and rule.strikes():
                found = joined(found or Decision(), rule, outcome)
                self.struck(rule, facts)
        return found


def joined(found: Decision, rule: Rule, outcome: str) -> Decision:
    bandwidths = [each for each in (found.bandwidth, rule.fault.effects.get("bandwidth", 0)) if each]
    return Decision(
        outcome or found.outcome,
        rule.fault.effects[outcome] if outcome else found.value,
        found.delay + rule.delay(),
        min(bandwidths, default=0),
        (*found.rule_ids, rule.rule_id),
        rule.chance if outcome else found.chance,
    )
