"""A template as the checklist reads it: as it is, also where it could not be served here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from longwire.errors import TemplateError
from longwire.project import Chosen
from longwire.template.assets import asset_of
from longwire.template.intrinsics import NO_VALUE, PSEUDO_PARAMETERS, Resolver
from longwire.template.loops import has_loops
from longwire.template.nested import has_nested
from longwire.template.parameters import Value, parameter_values
from longwire.template.places import KeyPath, Places
from longwire.template.source import Source, read
from longwire_infra.check.document import CodeOf, Document, Place, mapping

__all__ = ["document"]

LOOP = "Fn::ForEach"


def document(chosen: Chosen, overrides: Mapping[str, str], region: str) -> Document:
    """Raises TemplateError for what is no template, UsageError for a parameter that it does not have."""
    source, unread = with_nested(chosen, overrides, region)
    check_shape(source)
    places = Places(source)
    values = parameters(source, overrides, chosen.parameters)
    resolver = Symbolic(source.data, values, places, chosen.stack_name or "longwire", region)
    data = {name: part for name, part in source.data.items() if name not in ("Resources", "Globals", "Outputs")}
    for section in ("Resources", "Globals", "Outputs"):
        found = resolver.resolve(source.data.get(section) or {}, (section,))
        data[section] = found
    data["Resources"] = {name: item for name, item in data["Resources"].items() if is_live(resolver, source, name)}

    def where(path: KeyPath) -> Place:
        found = places.location(path)
        return Place(str(found.file.absolute()), found.line)

    def code(name: str) -> CodeOf | None:
        return code_of(source, data, name, where)

    return Document(str(chosen.file.absolute()), data, where, code, unread)


def with_nested(chosen: Chosen, overrides: Mapping[str, str], region: str) -> tuple[Source, tuple[str, ...]]:
    """The nested stacks that are here are in it; without them when one is not."""
    plain = read(chosen.file)
    check_shape(plain)
    if not has_nested(plain.data) and not has_loops(plain.data):
        return plain, ()
    # It brings all that serving takes.
    from longwire.template.load import Given, opened

    try:
        return opened(chosen.file, Given(overrides, chosen.parameters, region)), ()
    except TemplateError as exc:
        return plain, (f"nested stacks and loops: {exc}",)


def check_shape(source: Source) -> None:
    """Less than CloudFormation asks for: what a rule looks at has to be there, the rest may be anything."""
    places = Places(source)
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("Resources"), dict):
        raise places.source_error((), "is no template: it has no section Resources")
    for section in ("Globals", "Outputs", "Parameters", "Conditions", "Mappings", "Metadata"):
        if data.get(section) is not None and not isinstance(data[section], dict):
            raise places.source_error((section,), "takes a mapping")
    for name, resource in data["Resources"].items():
        if name.startswith(LOOP):
            continue
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise places.source_error(("Resources", name), "a resource is a mapping with a Type")


def parameters(source: Source, overrides: Mapping[str, str], defaults: Mapping[str, str]) -> dict[str, Value]:
    """Of those that have a value; the others stay unknown. ``defaults`` are samconfig.toml's."""
    declared: Mapping[str, Any] = source.data.get("Parameters") or {}
    chosen = {**{name: text for name, text in defaults.items() if name in declared}, **overrides}
    valued = {
        name: facts
        for name, facts in declared.items()
        if name in chosen or not isinstance(facts, dict) or "Default" in facts
    }
    return parameter_values(Places(replace(source, data={**source.data, "Parameters": valued})), chosen)


def is_live(resolver: "Symbolic", source: Source, name: str) -> bool:
    """Not what a Condition leaves out, as far as that is known, and not a loop that was not written out."""
    if name.startswith(LOOP):
        return False
    try:
        return not resolver.conditions.leaves_out(source.data["Resources"][name], ("Resources", name))
    except TemplateError:
        return True


class Symbolic(Resolver):
    """References to resources stay, as ``${Name.Attribute}``; a call that cannot be made stays as it is written."""

    def __init__(
        self, template: Mapping[str, Any], parameters: Mapping[str, Value], places: Places, stack: str, region: str
    ) -> None:
        super().__init__(template, parameters, places, stack, region)
        self.declared = template.get("Parameters") or {}
        self.conditions.resolve = self.decided

    def resolve(self, value: Any, path: KeyPath) -> Any:
        # A dynamic reference, {{resolve:...}}, is text here: nothing is looked up.
        return super().resolve(value, path) if isinstance(value, (dict, list)) else value

    def decided(self, value: Any, path: KeyPath) -> Any:
        """What a Condition compares has to be known."""
        found = self.resolve(value, path)
        if isinstance(found, (dict, list)) or any(f"${{{name}}}" in str(found) for name in self.declared):
            raise self.places.error(path, "is not known")
        return found

    def mapping(self, value: dict[str, Any], path: KeyPath) -> Any:
        try:
            return super().mapping(value, path)
        except TemplateError:
            return value

    def call(self, name: str, arguments: Any, path: KeyPath) -> Any:
        if name in ("Ref", "Fn::GetAtt"):
            return self.ref(arguments, path) if name == "Ref" else self.get_att(arguments, path)
        return super().call(name, arguments, path)

    def ref(self, name: Any, path: KeyPath) -> Any:
        if isinstance(name, str) and (name in PSEUDO_PARAMETERS or name in self.parameters):
            return super().ref(name, path)
        return f"${{{name}}}"

    def get_att(self, arguments: Any, path: KeyPath) -> Any:
        parts = arguments if isinstance(arguments, list) else str(arguments).split(".", 1)
        if not all(isinstance(part, str) for part in parts):
            raise self.places.error(path, "is not known")
        return f"${{{'.'.join(parts)}}}"

    def placeholder(self, name: str, given: Mapping[str, Any], path: KeyPath) -> Any:
        if name in given:
            return given[name]
        found = f"${{{name}}}" if "." in name else self.ref(name, path)
        return "" if found is NO_VALUE else found


def code_of(source: Source, data: Mapping[str, Any], name: str, where: Any) -> CodeOf | None:
    """A folder beside the template, an asset of CDK, or text in the template; None for what is elsewhere."""
    resource = source.data["Resources"].get(name, {})
    shared = mapping(mapping(data.get("Globals")).get("Function"))
    own = mapping(mapping(data["Resources"].get(name)).get("Properties"))
    for prop in ("InlineCode", "Code"):
        value = own.get(prop)
        text = value.get("ZipFile") if isinstance(value, dict) else value
        if isinstance(text, str) and (prop == "InlineCode" or isinstance(value, dict)):
            path = ("Resources", name, "Properties", prop, *(("ZipFile",) if isinstance(value, dict) else ()))
            place = where(path)
            return CodeOf(text=text, place=Place(place.file, (place.line or 0) + ("\n" in text)))
    code = own.get("Code") or own.get("CodeUri") or shared.get("CodeUri")
    base = source.location(("Resources", name)).file.parent
    asset = asset_of(resource, "Code", code, base)
    try:
        folder = asset or (base / code if isinstance(code, str) and "://" not in code else None)
        return CodeOf(folder=str(folder.resolve())) if folder is not None and folder.is_dir() else None
    except (OSError, ValueError):  # too long, or with a null character
        return None
