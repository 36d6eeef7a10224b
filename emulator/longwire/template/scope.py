"""The names of a nested template, rewritten for the template that it becomes a part of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from longwire.template.intrinsic_functions import PLACEHOLDER
from longwire.template.intrinsics import PSEUDO_PARAMETERS

__all__ = ["Scope", "replaced_attributes"]

STACK_NAME = "AWS::StackName"


@dataclass(frozen=True, slots=True)
class Scope:
    """``prefix`` comes before each logical id, Condition and Mapping. ``parameters`` are what they are outside."""

    prefix: str
    parameters: Mapping[str, Any]

    def rewritten(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.rewritten(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, arguments),) = value.items()
            rewrite = REWRITES.get(name)
            if rewrite is not None:
                return rewrite(self, arguments)
        return {key: self.rewritten(item) for key, item in value.items()}

    def resource(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {key: self.rewritten(item) for key, item in resource.items()}
        if isinstance(resource.get("Condition"), str):
            found["Condition"] = self.prefix + resource["Condition"]
        needed = resource.get("DependsOn")
        if needed is not None:
            found["DependsOn"] = [f"{self.prefix}{name}" for name in (needed if isinstance(needed, list) else [needed])]
        return found

    def ref(self, name: Any) -> Any:
        if not isinstance(name, str):
            return {"Ref": self.rewritten(name)}
        if name in self.parameters:
            return self.parameters[name]
        if name == STACK_NAME:
            return {"Fn::Sub": f"${{{STACK_NAME}}}-{self.prefix}"}
        return {"Ref": name if name in PSEUDO_PARAMETERS else self.prefix + name}

    def attribute(self, arguments: Any) -> Any:
        if isinstance(arguments, str):
            return {"Fn::GetAtt": self.prefix + arguments}
        if isinstance(arguments, list) and arguments and isinstance(arguments[0], str):
            return {"Fn::GetAtt": [self.prefix + arguments[0], *map(self.rewritten, arguments[1:])]}
        return {"Fn::GetAtt": self.rewritten(arguments)}

    def sub(self, arguments: Any) -> Any:
        """Parameters become variables of the substitution; other names are prefixed."""
        listed = isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[1], dict)
        text = arguments[0] if listed else arguments
        if not isinstance(text, str):
            return {"Fn::Sub": self.rewritten(arguments)}
        given: dict[str, Any] = self.rewritten(arguments[1]) if listed else {}

        def name_of(found: Any) -> str:
            literal, name = found[1], found[2]
            if literal or name in given:
                return str(found[0])
            if name in self.parameters:
                given[name] = self.parameters[name]
                return str(found[0])
            if name == STACK_NAME:
                return f"{found[0]}-{self.prefix}"
            return str(found[0]) if name in PSEUDO_PARAMETERS else f"${{{self.prefix}{name}}}"

        text = PLACEHOLDER.sub(name_of, text)
        return {"Fn::Sub": [text, given] if given else text}

    def named(self, function: str, arguments: Any) -> Any:
        """Of Fn::If and Fn::FindInMap the first argument is a name."""
        if isinstance(arguments, list) and arguments and isinstance(arguments[0], str):
            return {function: [self.prefix + arguments[0], *map(self.rewritten, arguments[1:])]}
        return {function: self.rewritten(arguments)}

    def condition(self, name: Any) -> Any:
        return {"Condition": self.prefix + name if isinstance(name, str) else self.rewritten(name)}


REWRITES: Mapping[str, Callable[[Scope, Any], Any]] = {
    "Ref": Scope.ref,
    "Fn::GetAtt": Scope.attribute,
    "Fn::Sub": Scope.sub,
    "Fn::If": lambda scope, arguments: scope.named("Fn::If", arguments),
    "Fn::FindInMap": lambda scope, arguments: scope.named("Fn::FindInMap", arguments),
    "Condition": Scope.condition,
}


def replaced_attributes(value: Any, replacement: Callable[[str, str], Any]) -> Any:
    """``value`` with each reference to a resource's attribute (empty for Ref) for which there is a replacement.

    ``replacement(name, attribute)`` gives None where there is none.
    """
    if isinstance(value, list):
        return [replaced_attributes(item, replacement) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((function, arguments),) = value.items()
        found = replaced(function, arguments, replacement)
        if found is not None:
            return found
    return {key: replaced_attributes(item, replacement) for key, item in value.items()}


def replaced(function: str, arguments: Any, replacement: Callable[[str, str], Any]) -> Any:
    if function == "Ref" and isinstance(arguments, str):
        return replacement(arguments, "")
    if function == "Fn::GetAtt":
        parts = arguments.split(".", 1) if isinstance(arguments, str) else arguments
        if isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
            return replacement(*parts)
    if function == "Fn::Sub":
        return substituted(arguments, replacement)
    return None


def substituted(arguments: Any, replacement: Callable[[str, str], Any]) -> Any:
    listed = isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[1], dict)
    text = arguments[0] if listed else arguments
    if not isinstance(text, str):
        return None
    given = replaced_attributes(arguments[1], replacement) if listed else {}

    def name_of(found: Any) -> str:
        literal, name = found[1], found[2]
        value = None if literal or name in given else replacement(*name.partition(".")[::2])
        if value is None:
            return str(found[0])
        plain = "".join(letter for letter in name if letter.isalnum())
        given[plain] = value
        return f"${{{plain}}}"

    text = PLACEHOLDER.sub(name_of, text)
    return {"Fn::Sub": [text, given] if given else text}
