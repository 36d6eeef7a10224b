"""Intrinsic functions and pseudo parameters, resolved to plain values."""

from collections.abc import Callable, Mapping
from typing import Any

from longwire.template.conditions import CONDITION_FUNCTIONS, Conditions
from longwire.template.identities import Identities
from longwire.template.intrinsic_functions import PURE, REFUSED, as_text, sub_parts
from longwire.template.parameters import Value
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["FUNCTIONS", "NO_VALUE", "PSEUDO_PARAMETERS", "Resolver", "function_of"]

NO_VALUE: Any = object()
EXTENSIONS = ("Fn::Length", "Fn::ToJsonString")
PSEUDO_PARAMETERS: Mapping[str, Callable[[str, str], Any]] = {
    "AWS::AccountId": lambda _stack, _region: ACCOUNT_ID,
    "AWS::NoValue": lambda _stack, _region: NO_VALUE,
    "AWS::NotificationARNs": lambda _stack, _region: [],
    "AWS::Partition": lambda _stack, _region: "aws",
    "AWS::Region": lambda _stack, region: region,
    "AWS::StackId": lambda stack, region: f"arn:aws:cloudformation:{region}:{ACCOUNT_ID}:stack/{stack}/longwire",
    "AWS::StackName": lambda stack, _region: stack,
    "AWS::URLSuffix": lambda _stack, _region: "amazonaws.com",
}


def function_of(value: Any) -> str | None:
    """The name of the intrinsic function that a value is a call of."""
    if not isinstance(value, dict):
        return None
    return next((key for key in value if key == "Ref" or key.startswith("Fn::")), None)


class Resolver:
    """``resolve(value, path)`` gives a plain value; ``path`` is the value's, for errors: all are TemplateErrors.

    ``template`` is an expanded template, ``parameters`` the values of its Parameters.
    """

    def __init__(
        self, template: Mapping[str, Any], parameters: Mapping[str, Value], places: Places, stack: str, region: str
    ) -> None:
        self.parameters = parameters
        self.places = places
        self.stack = stack
        self.region = region
        self.mappings = template.get("Mappings") or {}
        self.conditions = Conditions(template.get("Conditions") or {}, self.resolve, places)
        resources = template.get("Resources") or {}
        self.identities = Identities(resources, self.resolve, self.conditions, places, (stack, region))

    def resolve(self, value: Any, path: KeyPath) -> Any:
        if isinstance(value, dict):
            return self.mapping(value, path)
        if isinstance(value, list):
            items = (self.resolve(item, (*path, index)) for index, item in enumerate(value))
            return [item for item in items if item is not NO_VALUE]
        if value is None:
            raise self.places.error(path, "is null, and CloudFormation allows no null")
        if isinstance(value, str) and "{{resolve:" in value:
            message = f"{value!r} is looked up by AWS when it deploys, and there is nothing to look it up in"
            self.places.unsupported(path, message)
        return value

    def mapping(self, value: dict[str, Any], path: KeyPath) -> Any:
        function = function_of(value)
        if function is None:
            items = {key: self.resolve(item, (*path, key)) for key, item in value.items()}
            return {key: item for key, item in items.items() if item is not NO_VALUE}
        if len(value) > 1:
            others = ", ".join(key for key in value if key != function)
            raise self.places.error(path, f"{function} has to stand alone, without {others}")
        return self.call(function, value[function], (*path, function))

    def call(self, name: str, arguments: Any, path: KeyPath) -> Any:
        special = SPECIAL.get(name)
        if special is not None:
            return special(self, arguments, path)
        if name in CONDITION_FUNCTIONS:
            return self.conditions.evaluate({name: arguments}, path[:-1])
        self.check_name(name, path)
        return PURE[name](self.resolve(arguments, path), self.failing(path, name))

    def check_name(self, name: str, path: KeyPath) -> None:
        if name in REFUSED or name.startswith("Fn::ForEach"):
            reason = REFUSED.get(name, "loops are not expanded; write the resources out")
            raise self.places.error(path, f"{name} is not emulated: {reason}")
        if name not in PURE:
            raise self.places.error(path, f"there is no function {name}", did_you_mean(name, FUNCTIONS))
        if name in EXTENSIONS and "AWS::LanguageExtensions" not in str(self.places.source.data.get("Transform")):
            raise self.places.error(path, f"{name} needs the transform AWS::LanguageExtensions")

    def failing(self, path: KeyPath, name: str) -> Callable[[str], Exception]:
        return lambda message: self.places.error(path, f"{name} {message}")

    def ref(self, name: Any, path: KeyPath) -> Any:
        if not isinstance(name, str):
            raise self.places.error(path, "Ref takes a name")
        if name in PSEUDO_PARAMETERS:
            return PSEUDO_PARAMETERS[name](self.stack, self.region)
        if name in self.parameters:
            return self.parameters[name]
        return self.identities.ref(name, path)

    def get_att(self, arguments: Any, path: KeyPath) -> Any:
        parts = arguments.split(".", 1) if isinstance(arguments, str) else arguments
        if isinstance(parts, list) and len(parts) == 2:
            name, attribute = parts[0], self.resolve(parts[1], (*path, 1))
            if isinstance(name, str) and isinstance(attribute, str):
                return self.identities.attribute(name, attribute, path)
        raise self.places.error(path, "Fn::GetAtt takes [RESOURCE, ATTRIBUTE]")

    def sub(self, arguments: Any, path: KeyPath) -> str:
        fail = self.failing(path, "Fn::Sub")
        text, variables = arguments if isinstance(arguments, list) and len(arguments) == 2 else (arguments, {})
        if not isinstance(text, str) or not isinstance(variables, dict):
            raise fail("takes TEXT or [TEXT, {NAME: VALUE}]")
        given = {key: self.resolve(value, (*path, 1, key)) for key, value in variables.items()}
        parts = sub_parts(text, fail)
        return "".join(as_text(self.placeholder(part, given, path), fail) if name else part for part, name in parts)

    def placeholder(self, name: str, given: Mapping[str, Any], path: KeyPath) -> Any:
        if name in given:
            return given[name]
        resource, dot, attribute = name.partition(".")
        return self.identities.attribute(resource, attribute, path) if dot else self.ref(name, path)

    def choose(self, arguments: Any, path: KeyPath) -> Any:
        if not isinstance(arguments, list) or len(arguments) != 3 or not isinstance(arguments[0], str):
            raise self.places.error(path, "Fn::If takes [CONDITION, VALUE IF TRUE, VALUE IF FALSE]")
        index = 1 if self.conditions.holds(arguments[0], (*path, 0)) else 2
        return self.resolve(arguments[index], (*path, index))

    def find_in_map(self, arguments: Any, path: KeyPath) -> Any:
        if not isinstance(arguments, list) or len(arguments) not in (3, 4):
            raise self.places.error(path, "Fn::FindInMap takes [MAP, FIRST KEY, SECOND KEY]")
        found: Any = self.mappings
        for index, key in enumerate(arguments[:3]):
            name = as_text(self.resolve(key, (*path, index)), self.failing((*path, index), "Fn::FindInMap"))
            if not isinstance(found, dict) or name not in found:
                return self.not_in_map(arguments, found, name, (*path, index))
            found = found[name]
        return self.resolve(found, path)

    def not_in_map(self, arguments: list[Any], found: Any, name: str, path: KeyPath) -> Any:
        """AWS::LanguageExtensions lets a fourth argument say what to take instead."""
        if len(arguments) == 4 and isinstance(arguments[3], dict) and "DefaultValue" in arguments[3]:
            return self.resolve(arguments[3]["DefaultValue"], (*path[:-1], 3, "DefaultValue"))
        what = ("there is no Mapping", "the Mapping has no first key", "the Mapping has no second key")[int(path[-1])]
        known = found if isinstance(found, dict) else ()
        raise self.places.error(path, f"{what} {name}", did_you_mean(name, known))

    def zones(self, arguments: Any, path: KeyPath) -> list[str]:
        region = as_text(self.resolve(arguments, path), self.failing(path, "Fn::GetAZs")) or self.region
        return [f"{region}{letter}" for letter in "abc"]


SPECIAL: Mapping[str, Callable[[Resolver, Any, KeyPath], Any]] = {
    "Ref": Resolver.ref,
    "Fn::FindInMap": Resolver.find_in_map,
    "Fn::GetAZs": Resolver.zones,
    "Fn::GetAtt": Resolver.get_att,
    "Fn::If": Resolver.choose,
    "Fn::Sub": Resolver.sub,
}
FUNCTIONS = frozenset({*SPECIAL, *CONDITION_FUNCTIONS, *PURE, *REFUSED})
