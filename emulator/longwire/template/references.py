"""Every name that a template refers to: that it exists, and that resources do not wait for one another in a circle."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from longwire.template import physical_ids
from longwire.template.conditions import Conditions
from longwire.template.intrinsic_functions import PLACEHOLDER
from longwire.template.intrinsics import FUNCTIONS, PSEUDO_PARAMETERS, Resolver, function_of
from longwire.template.places import KeyPath, Places, did_you_mean

__all__ = ["check_circles", "check_conditions", "check_references"]

Kind = Literal["value", "attribute", "resource", "condition", "mapping", "function"]
WHAT: Mapping[Kind, str] = {
    "value": "there is no resource or Parameter",
    "attribute": "there is no resource",
    "resource": "there is no resource",
    "condition": "there is no Condition",
    "mapping": "there is no Mapping",
    "function": "there is no function",
}


# What the SAM translator calls referable properties.
REFERABLE = ("Alias", "Deployment", "DestinationQueue", "DestinationTopic", "DomainName", "Stage", "Version")


@dataclass(frozen=True, slots=True)
class Reference:
    """``attribute`` is set for Fn::GetAtt; ``path`` is where the name stands."""

    kind: Kind
    name: str
    path: KeyPath
    attribute: str = ""


def references(value: Any, path: KeyPath, conditions: Conditions | None = None) -> Iterator[Reference]:
    """All references inside a value; with ``conditions``, only the branch of Fn::If that counts."""
    function = function_of(value)
    if function is not None:
        yield from called(function, value[function], (*path, function), conditions)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Condition" and isinstance(item, str) and path[:1] == ("Conditions",):
                yield Reference("condition", item, (*path, key))
            yield from references(item, (*path, key), conditions)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*path, index), conditions)


def called(function: str, arguments: Any, path: KeyPath, conditions: Conditions | None) -> Iterator[Reference]:
    """Arguments of a wrong shape refer to nothing; resolving them is what reports them."""
    first = arguments[0] if isinstance(arguments, list) and arguments else arguments
    if function == "Ref" and isinstance(arguments, str):
        yield Reference("value", arguments, path)
    elif function == "Fn::GetAtt":
        yield from got(arguments, path)
    elif function == "Fn::Sub":
        yield from substituted(first, arguments, path)
    elif function not in FUNCTIONS:
        yield Reference("function", function, path)
    elif function == "Fn::FindInMap" and isinstance(first, str):
        yield Reference("mapping", first, (*path, 0))
    elif function == "Fn::If" and isinstance(first, str):
        yield Reference("condition", first, (*path, 0))
        if conditions is not None and len(arguments) == 3:
            index = 1 if conditions.holds(first, (*path, 0)) else 2
            yield from references(arguments[index], (*path, index), conditions)
            return
    yield from references(arguments, path, conditions)


def got(arguments: Any, path: KeyPath) -> Iterator[Reference]:
    parts = arguments.split(".", 1) if isinstance(arguments, str) else arguments
    if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[0], str):
        yield Reference("attribute", parts[0], path, parts[1] if isinstance(parts[1], str) else "")


def substituted(text: Any, arguments: Any, path: KeyPath) -> Iterator[Reference]:
    given = arguments[1] if isinstance(arguments, list) and len(arguments) == 2 else {}
    for literal, name in PLACEHOLDER.findall(text) if isinstance(text, str) else ():
        if literal or name in given:
            continue
        resource, dot, attribute = name.partition(".")
        yield Reference("attribute" if dot else "value", resource, path, attribute)


def check_conditions(places: Places, parameters: Collection[str]) -> None:
    """Conditions are decided before there are resources: they refer to Parameters alone."""
    known = {*parameters, *PSEUDO_PARAMETERS}
    for name, item in (places.source.data.get("Conditions") or {}).items():
        for reference in references(item, ("Conditions", name)):
            if reference.kind in ("value", "attribute") and reference.name not in known:
                message = f"there is no Parameter {reference.name}, and a Condition refers to nothing else"
                raise places.error(reference.path, message, did_you_mean(reference.name, known))


def check_references(places: Places, expanded: Mapping[str, Any], resolver: Resolver) -> None:
    """Raises TemplateError for a name that nothing has, in the user's own file and in what SAM made of it."""
    for template in (places.source.data, expanded):
        checker = Checker(places, expanded, resolver, own=template is places.source.data)
        for section in ("Conditions", "Resources", "Outputs"):
            for name, item in (template.get(section) or {}).items():
                checker.check(item, (section, name))


@dataclass(frozen=True, slots=True)
class Checker:
    """``own`` says that the user's own file is checked, before SAM replaces ``Chat.Stage`` by what it made."""

    places: Places
    expanded: Mapping[str, Any]
    resolver: Resolver
    own: bool

    def check(self, item: Any, path: KeyPath) -> None:
        if path[0] != "Conditions" and isinstance(item, dict):
            if self.resolver.conditions.leaves_out(item, path):
                return
            self.check_order(item, path)
        for reference in references(item, path):
            self.check_one(reference)

    def check_order(self, item: Mapping[str, Any], path: KeyPath) -> None:
        needed = item.get("DependsOn", [])
        if not isinstance(needed, list):
            self.check_one(Reference("resource", str(needed), (*path, "DependsOn")))
            return
        for index, name in enumerate(needed):
            self.check_one(Reference("resource", str(name), (*path, "DependsOn", index)))

    def check_one(self, reference: Reference) -> None:
        known = self.known(reference)
        if self.own and self.replaced_by_sam(reference):
            return
        if reference.name not in known:
            hint = did_you_mean(reference.name, known)
            raise self.places.error(reference.path, f"{WHAT[reference.kind]} {reference.name}", hint)
        self.check_attribute(reference)

    def known(self, reference: Reference) -> set[str]:
        if reference.kind == "function":
            return set(FUNCTIONS)
        if reference.kind in ("condition", "mapping"):
            return set(self.expanded.get(f"{reference.kind.capitalize()}s") or {})
        values = {*self.resolver.parameters, *PSEUDO_PARAMETERS} if reference.kind == "value" else set()
        return {*values, *self.expanded["Resources"], *self.places.source.data["Resources"]}

    def replaced_by_sam(self, reference: Reference) -> bool:
        """``!Ref Chat.Stage`` and ``!Sub ${Chat.Stage}``; one that SAM leaves is found in what it made."""
        name, _, dotted = reference.name.partition(".")
        made = self.places.source.data["Resources"].get(name, {}).get("Type", "").startswith("AWS::Serverless::")
        return made and (reference.attribute or dotted) in REFERABLE

    def check_attribute(self, reference: Reference) -> None:
        resource = self.expanded["Resources"].get(reference.name)
        if not reference.attribute or resource is None or not physical_ids.is_known(resource["Type"]):
            return
        known = physical_ids.attributes(resource["Type"])
        if reference.attribute not in known:
            message = f"{reference.name} is an {resource['Type']} and has no attribute {reference.attribute}"
            hint = did_you_mean(reference.attribute, known) or f"It has: {', '.join(known) or 'none'}"
            raise self.places.error(reference.path, message, hint)


def check_circles(places: Places, resources: Mapping[str, Any], conditions: Conditions) -> None:
    """CloudFormation refuses resources that depend on each other: "Circular dependency between resources"."""
    needs = {name: dependencies(name, resource, conditions) for name, resource in resources.items()}
    done: set[str] = set()
    for start in needs:
        circle = circle_from(start, needs, done)
        if circle:
            message = f"resources wait for one another in a circle: {' -> '.join((*circle, circle[0]))}"
            raise places.error(needs[circle[0]][(*circle, circle[0])[1]], message)


def dependencies(name: str, resource: Mapping[str, Any], conditions: Conditions) -> dict[str, KeyPath]:
    """What a resource waits for, and where it says so."""
    path: KeyPath = ("Resources", name)
    found = references(resource.get("Properties"), (*path, "Properties"), conditions)
    needed = {found.name: found.path for found in found if found.kind in ("value", "attribute")}
    order = resource.get("DependsOn", [])
    for other in order if isinstance(order, list) else [order]:
        needed.setdefault(str(other), (*path, "DependsOn"))
    return needed


def circle_from(start: str, needs: Mapping[str, Mapping[str, KeyPath]], done: set[str]) -> list[str]:
    """A circle that is reached from ``start``, or nothing; ``done`` are those known to lead to none."""
    way: list[str] = []
    waiting = [(start, iter(needs.get(start, ())))]
    while waiting:
        name, others = waiting[-1]
        if len(way) < len(waiting):
            way.append(name)
        other = next(others, None)
        if other is None:
            done.add(name)
            way.pop()
            waiting.pop()
        elif other in way:
            return way[way.index(other) :]
        elif other in needs and other not in done:
            waiting.append((other, iter(needs[other])))
    return []
