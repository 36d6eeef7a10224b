"""Nested stacks: AWS::CloudFormation::Stack and AWS::Serverless::Application whose template is a file here.

Each becomes a part of the template that has it, before anything else is read: its resources under logical ids that
begin with the nested stack's, its Parameters replaced by what they are given, its Outputs in the place of
`Outputs.Name`. So there is one stack to serve, and an error still names the nested file and its line.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from longwire.template.assets import asset_of, asset_with_key
from longwire.template.parameters import LISTS
from longwire.template.places import KeyPath, Places, did_you_mean
from longwire.template.scope import Scope, replaced_attributes
from longwire.template.source import Source
from longwire.template.structure import check_structure, transforms

__all__ = ["has_nested", "with_nested"]

LOCATION = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
PROPERTIES = ("NotificationARNs", "Parameters", "Tags", "TimeoutInMinutes")
KEY = re.compile(r"[0-9a-f]{64}\.json")
# Paths that are meant from the template's own folder.
PATHS = ("CodeUri", "ContentUri", "DefinitionUri", "Code", "Content")
DEEPEST = 10


def has_nested(data: Any) -> bool:
    resources = data.get("Resources") if isinstance(data, dict) else None
    return isinstance(resources, dict) and any(
        isinstance(resource, dict) and str(resource.get("Type")) in LOCATION for resource in resources.values()
    )


def with_nested(source: Source, opened: Callable[[Path], Source], above: tuple[Path, ...] = ()) -> Source:
    """``source`` with its nested stacks in it; raises TemplateError. ``opened`` reads a file, without loops."""
    if not has_nested(source.data):
        return source
    places = Places(source)
    check_structure(places)
    flat = Flat(source, places, opened, (*above, source.file.resolve()))
    for name, resource in source.data["Resources"].items():
        if resource["Type"] in LOCATION:
            flat.take_in(name, resource)
    return flat.source()


@dataclass(slots=True)
class Flat:
    """The template as it grows; ``outputs`` are the nested stacks' by logical id and name."""

    outer: Source
    places: Places
    opened: Callable[[Path], Source]
    above: tuple[Path, ...]
    text: str = field(init=False)  # of all of them: expanded templates are kept by it
    data: dict[str, Any] = field(init=False)
    marks: dict[KeyPath, tuple[int, int]] = field(init=False)
    files: dict[str, Path] = field(init=False)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.text = self.outer.text
        self.data = deepcopy(self.outer.data)
        self.marks = dict(self.outer.marks)
        self.files = dict(self.outer.files)

    def take_in(self, name: str, resource: Mapping[str, Any]) -> None:
        path: KeyPath = ("Resources", name)
        self.check_names(resource, path)
        file = self.file_of(resource, path)
        inner = with_nested(self.opened(file), self.opened, self.above)
        places = Places(inner)
        check_structure(places)
        scope = Scope(name, self.parameters(resource, inner, places, path))
        del self.data["Resources"][name]
        self.text += inner.text
        self.merge(name, resource, inner, scope)

    def check_names(self, resource: Mapping[str, Any], path: KeyPath) -> None:
        location = LOCATION[resource["Type"]]
        known = (*PROPERTIES, location)
        properties = resource.get("Properties") or {}
        for name in properties:
            if name not in known:
                where = (*path, "Properties", name)
                message = f"{resource['Type']} has no property {name}"
                raise self.places.source_error(where, message, did_you_mean(name, known))
        if location not in properties:
            raise self.places.source_error(path, f"{resource['Type']} needs {location}")

    def file_of(self, resource: Mapping[str, Any], path: KeyPath) -> Path:
        location = LOCATION[resource["Type"]]
        where, value = (*path, "Properties", location), resource["Properties"][location]
        folder = self.outer.file.parent
        asset = asset_of(resource, location, None, folder) or asset_in(value, folder)
        if asset is None and (not isinstance(value, str) or "://" in value):
            hint = "Name a file here, as `aws cloudformation package` and `sam build` take it."
            raise self.places.source_error(where, "the template is not on this machine", hint)
        file = asset or folder / str(value)
        try:
            there = file.is_file()
        except (OSError, ValueError) as exc:  # too long, or with a null character
            raise self.places.source_error(where, f"{str(value)[:80]!r} is no path: {exc}") from exc
        if not there:
            beside = [item.name for item in file.parent.iterdir()] if file.parent.is_dir() else []
            raise self.places.source_error(where, f"there is no file {value}", did_you_mean(file.name, beside))
        if file.resolve() in self.above or len(self.above) >= DEEPEST:
            raise self.places.source_error(where, f"{value} is a template that this one is nested in")
        return file

    def parameters(self, resource: Mapping[str, Any], inner: Source, places: Places, path: KeyPath) -> dict[str, Any]:
        """Their values, in the outer template's words."""
        given = resource["Properties"].get("Parameters") or {}
        declared = inner.data.get("Parameters") or {}
        where: KeyPath = (*path, "Properties", "Parameters")
        if not isinstance(given, dict):
            raise self.places.source_error(where, "takes a mapping")
        for name in given:
            if name not in declared:
                message = f"{inner.file.name} has no Parameter {name}"
                raise self.places.source_error((*where, name), message, did_you_mean(name, declared))
        found = {}
        for name, facts in declared.items():
            if not isinstance(facts, dict) or not isinstance(facts.get("Type"), str):
                raise places.source_error(("Parameters", name), "a Parameter is a mapping with a Type")
            if name not in given and "Default" not in facts:
                message = f"{inner.file.name} needs a value for its Parameter {name}"
                raise self.places.source_error(path, message, f"Parameters: {{{name}: VALUE}}")
            value = given.get(name, facts.get("Default"))
            listed = LISTS.fullmatch(facts["Type"]) and not isinstance(value, list)
            found[name] = {"Fn::Split": [",", value]} if listed else value
        return found

    def merge(self, name: str, resource: Mapping[str, Any], inner: Source, scope: Scope) -> None:
        for section in ("Conditions", "Mappings"):
            entries = {name + key: scope.rewritten(item) for key, item in (inner.data.get(section) or {}).items()}
            self.data.setdefault(section, {}).update(entries)
        resources = resources_of(inner)
        for key, item in resources.items():
            self.add(scope.resource(item), resource, name + key)
        self.members[name] = [name + key for key in resources]
        for path, mark in inner.marks.items():
            if path[0] in ("Resources", "Conditions", "Mappings") and len(path) > 1:
                self.marks[path[0], f"{name}{path[1]}", *path[2:]] = mark
        self.mark_globals(name, inner, resources)
        for section in ("Resources", "Conditions", "Mappings"):
            for key in inner.data.get(section) or {}:
                self.files[name + key] = inner.files.get(key, inner.file)
        outputs = inner.data.get("Outputs") or {}
        self.outputs[name] = {key: scope.rewritten(item.get("Value")) for key, item in outputs.items()}
        declared = [*transforms(self.data), *(each for each in transforms(inner.data))]
        if declared:
            self.data["Transform"] = list(dict.fromkeys(declared))

    def mark_globals(self, name: str, inner: Source, resources: Mapping[str, Any]) -> None:
        """What a resource has of its template's Globals has their lines."""
        for path, mark in inner.marks.items():
            if path[0] != "Globals" or len(path) < 3:
                continue
            for key, resource in resources.items():
                if resource["Type"] == f"AWS::Serverless::{path[1]}":
                    self.marks.setdefault(("Resources", name + key, "Properties", *path[2:]), mark)

    def add(self, item: dict[str, Any], resource: Mapping[str, Any], logical_id: str) -> None:
        """The nested stack's own Condition and DependsOn are those of all that is in it."""
        outer, own = resource.get("Condition"), item.get("Condition")
        if outer is not None and own is not None:
            both = f"{own}And{outer}"
            self.data.setdefault("Conditions", {})[both] = {"Fn::And": [{"Condition": outer}, {"Condition": own}]}
            item["Condition"] = both
        elif outer is not None:
            item["Condition"] = outer
        needed = resource.get("DependsOn", [])
        if needed:
            item["DependsOn"] = [*item.get("DependsOn", []), *(needed if isinstance(needed, list) else [needed])]
        self.data["Resources"][logical_id] = item
        self.files[logical_id] = self.files.get(logical_id, self.outer.file)

    def source(self) -> Source:
        for section in ("Resources", "Outputs", "Globals", "Conditions"):
            if section in self.data:
                self.data[section] = replaced_attributes(self.data[section], self.replacement)
        for resource in self.data["Resources"].values():
            if "DependsOn" in resource:
                needed = resource["DependsOn"]
                listed = needed if isinstance(needed, list) else [needed]
                resource["DependsOn"] = [each for name in listed for each in self.members.get(str(name), [name])]
        return replace(self.outer, text=self.text, data=self.data, marks=self.marks, files=self.files)

    def replacement(self, name: str, attribute: str) -> Any:
        if name not in self.outputs:
            return None
        if not attribute:
            return {"Fn::Sub": f"arn:aws:cloudformation:${{AWS::Region}}:${{AWS::AccountId}}:stack/{name}/longwire"}
        output = attribute.removeprefix("Outputs.")
        if output == attribute or output not in self.outputs[name]:
            known = [f"Outputs.{key}" for key in self.outputs[name]]
            message = f"{name} is a nested stack and has no attribute {attribute}"
            hint = did_you_mean(attribute, known) or f"It has: {', '.join(known) or 'none'}"
            raise self.places.source_error(self.place_of(name, attribute), message, hint)
        return self.outputs[name][output]

    def place_of(self, name: str, attribute: str) -> KeyPath:
        """Where the first reference stands, for an error."""
        wanted = f"{name}.{attribute}"
        found = first_place(
            self.outer.data, (), lambda text: text == wanted or f"${{{wanted}}}" in text, [name, attribute]
        )
        return found or ("Resources", name)


def first_place(value: Any, path: KeyPath, fits: Callable[[str], bool], listed: list[str]) -> KeyPath | None:
    if value == listed or (isinstance(value, str) and fits(value)):
        return path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        found = first_place(item, (*path, key), fits, listed)
        if found is not None:
            return found
    return None


def asset_in(value: Any, folder: Path) -> Path | None:
    """CDK's TemplateURL is joined of parts, one of which is the name of an asset."""
    found = KEY.search(str(value)) if isinstance(value, dict) else None
    return None if found is None else asset_with_key(found[0], folder)


def resources_of(inner: Source) -> dict[str, Any]:
    """With the Globals in them, which are the nested template's alone, and paths that hold from anywhere."""
    resources: dict[str, Any] = deepcopy(inner.data["Resources"])
    if inner.data.get("Globals"):
        for resource in resources.values():
            resource["Properties"] = with_globals(inner, resource)
    for name, resource in resources.items():
        folder = inner.files.get(name, inner.file).parent
        for key in PATHS:
            value = (resource.get("Properties") or {}).get(key)
            if isinstance(value, str) and "://" not in value:
                resource["Properties"][key] = str((folder / value).absolute())
    return resources


def with_globals(inner: Source, resource: Mapping[str, Any]) -> Any:
    from samtranslator.model.exceptions import ExceptionWithMessage
    from samtranslator.plugins.globals.globals import Globals

    try:
        shared: Any = Globals(deepcopy(inner.data))
        properties = deepcopy(resource.get("Properties") or {})
        return shared.merge(resource["Type"], properties, "", resource.get("IgnoreGlobals"))
    except ExceptionWithMessage as exc:
        raise Places(inner).source_error(("Globals",), exc.message) from exc
