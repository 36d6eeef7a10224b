"""A template file as plain data, with the place of every value.

YAML and JSON become the JSON form of CloudFormation: ``!Sub text`` is ``{"Fn::Sub": "text"}``. Nothing in a file
can construct an object, and neither depth, size nor aliases can exhaust the machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from longwire.errors import Location, TemplateError
from longwire.template.places import KeyPath, did_you_mean

__all__ = ["Source", "parse", "read"]

MAX_BYTES = 1_048_576  # CloudFormation's quota for a template in S3: 1 MB
MAX_VALUES = 100_000  # with aliases expanded: 500 resources, CloudFormation's most, with 200 values each
MAX_DEPTH = 100  # libyaml composes recursively in C: a deeper file would end the process
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML = "tag:yaml.org,2002:"
UNPREFIXED = ("Ref", "Condition")
FUNCTIONS = (
    "Ref", "Condition", "And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals",
    "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split",
    "Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll",
)  # fmt: skip
# CloudFormation has no timestamps: a date stays text, as in `Version: 2012-10-17`.
TEXT = ("str", "timestamp", "value", "merge")
SCALARS = {
    "null": SafeConstructor.construct_yaml_null,
    "bool": SafeConstructor.construct_yaml_bool,
    "int": SafeConstructor.construct_yaml_int,
    "float": SafeConstructor.construct_yaml_float,
}


SECTIONS = ("Resources", "Conditions", "Mappings")  # whose entries may come from another file


@dataclass(frozen=True, slots=True)
class Source:
    """``marks`` has line and column, from 1, of each key of a mapping and each item of a list.

    ``files`` has those entries of sections, by logical id or name, that come from another file.
    """

    file: Path
    text: str
    data: Any
    marks: Mapping[KeyPath, tuple[int, int]]
    files: Mapping[str, Path] = field(default_factory=dict)

    def location(self, path: KeyPath) -> Location:
        """Where the value is, or the nearest thing around it."""
        while path and path not in self.marks:
            path = path[:-1]
        file = self.files.get(str(path[1]), self.file) if len(path) > 1 and path[0] in SECTIONS else self.file
        return Location(file, *self.marks.get(path, (1, 1)))

    def value(self, path: KeyPath) -> Any:
        """What stands at a path that exists."""
        found = self.data
        for key in path:
            found = found[key]
        return found


def read(file: Path) -> Source:
    """Parse a template file; raises TemplateError."""
    if not file.is_file():
        raise TemplateError(f"there is no template {file}", hint="Name it: --template PATH")
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as exc:
        raise TemplateError(f"{file} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise TemplateError(f"not UTF-8 at byte {exc.start}", location=Location(file, 1)) from exc
    if len(content) > MAX_BYTES:
        limit = f"{len(content):,} bytes; CloudFormation takes at most {MAX_BYTES:,}"
        raise TemplateError(limit, location=Location(file, 1))
    return parse(text, file)


def parse(text: str, file: Path) -> Source:
    """``text`` as data; ``file`` is what errors name. Raises TemplateError."""
    try:
        check_depth(text, file)
        # The loader is CSafeLoader or SafeLoader; composing makes nodes, no objects.
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as exc:
        raise syntax_error(exc, file) from exc
    builder = Builder(file)
    data = None if root is None else builder.build(root, ())
    return Source(file, text, data, builder.marks)


def check_depth(text: str, file: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise TemplateError(TOO_DEEP, location=Location(file, line(event.start_mark)))


def syntax_error(exc: yaml.YAMLError, file: Path) -> TemplateError:
    if not isinstance(exc, yaml.MarkedYAMLError) or exc.problem_mark is None:
        return TemplateError(f"not YAML: {' '.join(str(exc).split())}", location=Location(file, 1))
    message = " ".join(part for part in ("not YAML:", exc.problem, exc.context) if part)
    if "nesting depth" in message:  # libyaml reads ahead, and from 0.2.6 on has a limit of its own
        message = TOO_DEEP
    return TemplateError(message, location=Location(file, line(exc.problem_mark), exc.problem_mark.column + 1))


def line(mark: Any) -> int:
    """A mark's line from 1."""
    return int(mark.line) + 1


class Builder:
    """Makes data of nodes and remembers where each came from."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.marks: dict[KeyPath, tuple[int, int]] = {}
        self.count = 0
        self.open: set[int] = set()
        self.scalars = SafeConstructor()

    def build(self, node: Node, path: KeyPath) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:
            raise self.error(node, f"more than {MAX_VALUES:,} values once its aliases are expanded")
        if node.tag.startswith("!"):
            return self.function(node, path)
        if isinstance(node, ScalarNode):
            return self.scalar(node)
        if id(node) in self.open:
            raise self.error(node, "an alias stands inside the value that it names")
        self.open.add(id(node))
        built = self.collection(node, path)
        self.open.discard(id(node))
        return built

    def collection(self, node: Node, path: KeyPath) -> Any:
        kind = node.tag.removeprefix(YAML)
        if isinstance(node, SequenceNode) and kind == "seq":
            return [self.item(child, (*path, index)) for index, child in enumerate(node.value)]
        if isinstance(node, MappingNode) and kind == "map":
            return self.mapping(node, path)
        raise self.error(node, f"the tag !!{kind} does not exist in CloudFormation templates")

    def item(self, node: Node, path: KeyPath) -> Any:
        self.mark(node, path)
        return self.build(node, path)

    def mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise self.error(key, "a key has to be text")
            if key.tag == YAML + "merge":
                continue
            if key.value in built:
                first = self.marks[*path, key.value]
                raise self.error(key, f"{key.value} is here twice, first in line {first[0]}")
            self.mark(key, (*path, key.value))
            built[key.value] = self.build(value, (*path, key.value))
        return self.merged(node, path, built)

    def merged(self, node: MappingNode, path: KeyPath, built: dict[str, Any]) -> dict[str, Any]:
        """``<<: *anchor``, which SAM expands before CloudFormation sees it; keys beside it win."""
        for source in merge_sources(node):
            if not isinstance(source, MappingNode):
                raise self.error(source, "<< takes a mapping")
            for key, value in source.value:
                if isinstance(key, ScalarNode) and key.value not in built and key.value != "<<":
                    self.mark(key, (*path, key.value))
                    built[key.value] = self.build(value, (*path, key.value))
        return built

    def scalar(self, node: ScalarNode) -> Any:
        kind = node.tag.removeprefix(YAML)
        if kind in TEXT:
            return node.value
        if kind not in SCALARS:
            raise self.error(node, f"the tag !!{kind} does not exist in CloudFormation templates")
        try:
            return SCALARS[kind](self.scalars, node)
        except ValueError as exc:
            raise self.error(node, f"{node.value!r} is no {kind}") from exc

    def function(self, node: Node, path: KeyPath) -> dict[str, Any]:
        name = node.tag[1:]
        if name not in FUNCTIONS:
            raise self.error(node, f"there is no function !{name}", did_you_mean(name, FUNCTIONS))
        key = name if name in UNPREFIXED else f"Fn::{name}"
        inner = (*path, key)
        self.mark(node, inner)
        if isinstance(node, ScalarNode):
            # The short form of GetAtt splits at the first dot: !GetAtt Resource.Outputs.Name
            return {key: node.value.split(".", 1) if name == "GetAtt" else node.value}
        tag, node.tag = node.tag, YAML + ("seq" if isinstance(node, SequenceNode) else "map")
        built = self.build(node, inner)
        node.tag = tag
        return {key: built}

    def mark(self, node: Node, path: KeyPath) -> None:
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)

    def error(self, node: Node, message: str, hint: str | None = None) -> TemplateError:
        place = Location(self.file, node.start_mark.line + 1, node.start_mark.column + 1)
        return TemplateError(message, location=place, hint=hint)


def merge_sources(node: MappingNode) -> Iterator[Node]:
    for key, value in node.value:
        if key.tag == YAML + "merge":
            yield from value.value if isinstance(value, SequenceNode) else [value]
