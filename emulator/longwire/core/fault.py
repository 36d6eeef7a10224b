"""One fault's rule: what fails, how, for whom, how often. Read from JSON, checked whole."""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from longwire.core.duration import DURATION_TEXT, duration
from longwire.core.fault_kinds import KINDS, Effect, Kind
from longwire.errors import FaultInvalid

__all__ = ["Fault", "contradicted", "read_fault"]

RULES = ("probability", "count", "seed", "after", "for")
LONGEST = 86_400.0  # seconds of any time in a rule
LONGEST_NAME = 200  # characters of any name
MAX_TARGETS = 1000
MAX_COUNT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """``effects`` and ``filters`` are those of its kind in KINDS; times are seconds.

    ``count`` None: without end. ``lasts`` None: until it is cleared. The seed's numbers are drawn by this fault alone,
    so that the same sequence of events has the same faults, whatever other rules there are.
    """

    kind: str
    effects: Mapping[str, Any]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    probability: float = 1.0
    count: int | None = None
    seed: int = 1
    after: float = 0.0
    lasts: float | None = None

    @property
    def outcome(self) -> str:
        """The name of the effect that is one; empty where the fault only delays."""
        return next((name for name in self.effects if KINDS[self.kind].effects[name].outcome), "")

    @property
    def always(self) -> bool:
        return self.probability == 1 and self.count is None and self.lasts is None and not self.after

    def to_json(self) -> dict[str, Any]:
        """As ``read_fault`` takes it, with every default."""
        targets = {name: values[0] if len(values) == 1 else list(values) for name, values in self.filters.items()}
        rule = {"probability": self.probability, "count": self.count, "seed": self.seed}
        return {"kind": self.kind, **self.effects, **targets, **rule, "after": self.after, "for": self.lasts}


def read_fault(data: object) -> Fault:
    """Raises FaultInvalid, which names the field.

    ``{"kind": "post_to_connection", "gone": true, "connection": ID, "probability": 0.5}``; a flag's value may be its
    target instead: ``{"kind": "post_to_connection", "gone": ID}``.
    """
    if not isinstance(data, Mapping):
        raise FaultInvalid("a fault is a mapping: kind, what happens, and for whom")
    given = {str(name): value for name, value in data.items() if value is not None}
    name, kind = kind_of(given.pop("kind", ""))
    for one in given:
        if one not in (*kind.effects, *kind.filters, *RULES):
            raise FaultInvalid(unknown("there is no such field", one, known_fields(kind)), one[:LONGEST_NAME])
    effects, filters = effects_and_targets(given, name, kind)
    check_combination(effects, name, kind)
    if effects.get("conditional_check_failed"):
        filters = of_dynamodb(filters)
    count = 1 if "restart" in effects else whole(given, "count", None, 1)
    return Fault(
        name,
        effects,
        filters,
        probability(given.get("probability", 1.0)),
        count,
        whole(given, "seed", 1, 0) or 0,
        seconds(given, "after") or 0.0,
        lasting(given, effects),
    )


def kind_of(name: object) -> tuple[str, Kind]:
    if not isinstance(name, str) or not name:
        raise FaultInvalid(f"it needs a kind; there are: {', '.join(KINDS)}", "kind")
    if name not in KINDS:
        raise FaultInvalid(unknown(f"there is no kind {short(name)[1:-1]}", name, KINDS), "kind")
    return name, KINDS[name]


def known_fields(kind: Kind) -> list[str]:
    return [*kind.effects, *kind.filters, *RULES]


def unknown(told: str, word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word[:LONGEST_NAME], names, 1)
    return f"{told}; did you mean {near[0]}?" if near else f"{told}; there are: {', '.join(names)}"


# --- effects and their targets


def effects_and_targets(
    given: Mapping[str, Any], name: str, kind: Kind
) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    filters = {one: texts(one, given[one]) for one in kind.filters if one in given}
    effects: dict[str, Any] = {}
    for one, about in kind.effects.items():
        if one not in given:
            continue
        value = given[one]
        if about.value == "flag" and value is not True:
            target = targets(one, value, name, kind)
            if filters.get(kind.target, target) != target:
                raise FaultInvalid(f"it names another {kind.target} than {one} does", kind.target)
            filters[kind.target] = target
            value = True
        effects[one] = effect_value(one, value, about)
    if not effects:
        raise FaultInvalid(f"it needs what happens, of: {', '.join(kind.effects)}", "kind")
    return effects, filters


def targets(effect: str, value: object, name: str, kind: Kind) -> tuple[str, ...]:
    if value is False:
        raise FaultInvalid("write true, or leave it out", effect)
    if not kind.target:
        raise FaultInvalid(f"{short(value)} is not true, and a fault of {name} has no target", effect)
    return texts(effect, value)


def texts(field_name: str, value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list | tuple) else [value]
    if not found or not all(isinstance(each, str) and 0 < len(each) <= LONGEST_NAME for each in found):
        raise FaultInvalid(f"{short(value)} is neither a name nor a list of names", field_name)
    if len(found) > MAX_TARGETS:
        raise FaultInvalid(f"{len(found):,} names are more than {MAX_TARGETS:,}", field_name)
    return tuple(dict.fromkeys(found))


def short(value: object) -> str:
    told = repr(value)
    return told if len(told) <= LONGEST_NAME else f"{told[:LONGEST_NAME]}..."


def effect_value(name: str, value: Any, about: Effect) -> Any:
    if about.value == "seconds":
        return positive_seconds(name, value)
    if about.value == "text":
        if value is True or (isinstance(value, str) and value and len(value) <= 1000):
            return value
        raise FaultInvalid(f"{short(value)} is no text of 1 to 1,000 characters", name)
    if about.value == "count" and value is True:
        return about.least
    if about.value in ("count", "status"):
        return whole({name: value}, name, None, about.least, about.most)
    return whole({name: value}, name, None, 1) if about.value == "bytes per second" else True


def check_combination(effects: Mapping[str, Any], name: str, kind: Kind) -> None:
    outcomes = [each for each in effects if kind.effects[each].outcome]
    if len(outcomes) > 1:
        raise FaultInvalid(f"{' and '.join(outcomes)} contradict each other: one thing happens at a time", outcomes[1])
    timing = next((each for each in effects if not kind.effects[each].outcome), None)
    alone = next((each for each in outcomes if kind.effects[each].alone), None)
    if alone and timing:
        raise FaultInvalid(f"{alone} and {timing} contradict each other: what never happens is not late", timing)
    if name == "service" and effects.get("error") is True:
        raise FaultInvalid("it needs the error's code, such as ResourceNotFoundException", "error")


def of_dynamodb(filters: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if filters.get("service", ("dynamodb",)) != ("dynamodb",):
        raise FaultInvalid("conditional_check_failed is DynamoDB's alone", "service")
    return {**filters, "service": ("dynamodb",)}


# --- the rule's numbers


def probability(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FaultInvalid(f"{short(value)} is not between 0 and 1", "probability")
    return float(value)


def whole(given: Mapping[str, Any], name: str, default: int | None, least: int, most: int = MAX_COUNT) -> int | None:
    value = given.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise FaultInvalid(f"{short(value)} is not a whole number from {least:,} to {most:,}", name)
    return value


def seconds(given: Mapping[str, Any], name: str) -> float | None:
    if name not in given:
        return None
    try:
        found = duration(given[name])
    except ValueError:
        found = math.nan
    if not 0 <= found <= LONGEST:
        raise FaultInvalid(f"{short(given[name])} is not {DURATION_TEXT}, of at most a day", name)
    return found


def positive_seconds(name: str, value: object) -> float:
    found = seconds({name: value}, name)
    if not found:
        raise FaultInvalid("0 changes nothing: give more, or leave it out", name)
    return found


def lasting(given: Mapping[str, Any], effects: Mapping[str, Any]) -> float | None:
    if "for" not in given:
        return None
    if "restart" in effects:
        raise FaultInvalid("a restart happens at once, and lasts no time", "for")
    return positive_seconds("for", given["for"])


# --- faults beside each other


def contradicted(new: Fault, others: Iterable[Fault]) -> Fault | None:
    """The fault in force that leaves nothing for the new one to do: it decides the same, always, and came first."""
    if not new.outcome:
        return None
    return next((each for each in others if each.always and each.outcome and covers(each, new)), None)


def covers(wide: Fault, narrow: Fault) -> bool:
    return wide.kind == narrow.kind and all(
        name in narrow.filters and set(narrow.filters[name]) <= set(values) for name, values in wide.filters.items()
    )
