"""The Conditions of a template: Equals, And, Or, Not and references to one another."""

from collections.abc import Callable, Mapping
from typing import Any

from longwire.template.intrinsic_functions import as_text
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["CONDITION_FUNCTIONS", "Conditions"]

Resolve = Callable[[Any, KeyPath], Any]


class Conditions:
    """``declared`` is the section; ``resolve`` resolves the values that Fn::Equals compares."""

    def __init__(self, declared: Mapping[str, Any], resolve: Resolve, places: Places) -> None:
        self.declared = declared
        self.resolve = resolve
        self.places = places
        self.known: dict[str, bool] = {}
        self.busy: list[str] = []

    def holds(self, name: str, path: KeyPath) -> bool:
        """Whether the Condition is true; ``path`` is where it is asked for."""
        if name not in self.declared:
            raise self.places.error(path, f"there is no Condition {name}", did_you_mean(name, self.declared))
        if name in self.busy:
            raise self.places.error(path, f"Conditions go in a circle: {' -> '.join((*self.busy, name))}")
        if name not in self.known:
            self.busy.append(name)
            self.known[name] = self.evaluate(self.declared[name], ("Conditions", name))
            self.busy.pop()
        return self.known[name]

    def leaves_out(self, resource: Mapping[str, Any], path: KeyPath) -> bool:
        """Whether the resource's Condition is false; ``path`` is the resource's."""
        name = resource.get("Condition")
        if name is None:
            return False
        if not isinstance(name, str):
            raise self.places.error((*path, "Condition"), "takes the name of a Condition")
        return not self.holds(name, (*path, "Condition"))

    def evaluate(self, value: Any, path: KeyPath) -> bool:
        if not isinstance(value, dict) or len(value) != 1:
            raise self.places.error(path, "a Condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition")
        ((name, arguments),) = value.items()
        if name == "Condition" and isinstance(arguments, str):
            return self.holds(arguments, (*path, name))
        if name not in CONDITION_FUNCTIONS:
            known = ("Condition", *CONDITION_FUNCTIONS)
            raise self.places.error((*path, name), f"a Condition cannot be {name}", did_you_mean(name, known))
        return self.function(name, arguments, (*path, name))

    def function(self, name: str, arguments: Any, path: KeyPath) -> bool:
        # Both And and Or: "The minimum number of conditions that you can include is 2, and the maximum is 10."
        least, most, verdict = CONDITION_FUNCTIONS[name]
        if not isinstance(arguments, list) or not least <= len(arguments) <= most:
            count = str(least) if least == most else f"{least} to {most}"
            raise self.places.error(path, f"{name} takes a list of {count}")
        return verdict(self, arguments, path)

    def equal(self, arguments: list[Any], path: KeyPath) -> bool:
        def fail(message: str) -> Exception:
            return self.places.error(path, f"Fn::Equals {message}")

        first, second = (as_text(self.resolve(item, (*path, index)), fail) for index, item in enumerate(arguments))
        return first == second

    def verdicts(self, arguments: list[Any], path: KeyPath) -> list[bool]:
        return [self.evaluate(item, (*path, index)) for index, item in enumerate(arguments)]


Verdict = Callable[[Conditions, list[Any], KeyPath], bool]
CONDITION_FUNCTIONS: Mapping[str, tuple[int, int, Verdict]] = {
    "Fn::And": (2, 10, lambda self, arguments, path: all(self.verdicts(arguments, path))),
    "Fn::Equals": (2, 2, Conditions.equal),
    "Fn::Not": (1, 1, lambda self, arguments, path: not self.verdicts(arguments, path)[0]),
    "Fn::Or": (2, 10, lambda self, arguments, path: any(self.verdicts(arguments, path))),
}
