"""A template file as a Stack: SAM or plain CloudFormation in, ``longwire.core.api`` out."""

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longwire.core.api import Function, Stack
from longwire.errors import UsageError
from longwire.template.api import websocket_apis
from longwire.template.cache import TemplateCache, default_folder
from longwire.template.events import event_sources
from longwire.template.expansion import expanded
from longwire.template.functions import functions
from longwire.template.http.entries import http_entries
from longwire.template.intrinsics import Resolver
from longwire.template.invocables import invocables
from longwire.template.loops import has_loops, without_loops
from longwire.template.nested import with_nested
from longwire.template.parameters import Value, parameter_values
from longwire.template.physical_ids import ACCOUNT_ID
from longwire.template.places import Places
from longwire.template.policies import check_policies
from longwire.template.programs import Program, check_names
from longwire.template.properties import Resources
from longwire.template.references import check_circles, check_conditions, check_references
from longwire.template.schemas import check_schemas
from longwire.template.services import created_resources
from longwire.template.source import Source, read
from longwire.template.structure import check_structure, check_types
from longwire.template.traps import check_traps

__all__ = ["Given", "load", "opened", "parts", "prepared"]

# CloudFormation: a stack name has letters, digits and hyphens, starts with a letter, 128 characters at most.
STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def load(  # noqa: PLR0913 - keywords with defaults, all but the first
    path: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    region: str = "us-east-1",
    cache: Path | None = None,
    stack_name: str | None = None,
    allow_unsupported: bool = False,
    programs: Mapping[str, Program] | None = None,
    defaults: Mapping[str, str] | None = None,
    layers: Mapping[str, Path] | None = None,
    allow_hosts: Collection[str] = (),
) -> Stack:
    """Read a template.

    ``parameters`` override the template's defaults; ``defaults`` do too, where the template has such a Parameter, as
    `sam deploy` takes those of samconfig.toml. ``cache`` is the folder for expanded templates and inline code,
    by default ``longwire`` in the user's cache folder. ``allow_unsupported`` turns resource types and properties
    that are not emulated into warnings. ``layers`` has the content of layers that are not in the template, a folder or
    a zip file by ARN. ``programs`` run functions, by name or logical id, in the place of what the
    template names. ``allow_hosts`` are those beside this machine that integrations may call. Raises TemplateError, and
    UsageError for an argument that is wrong.
    """
    given = Given(
        parameters or {}, defaults or {}, region, cache, stack_name or "longwire", programs or {}, layers or {}
    )
    source = opened(path, given)
    places = Places(source, allow_unsupported, allowed(allow_hosts))
    resources = prepared(source, places, given)
    found = {name: part(resources) for name, part in parts(source, given).items()}
    check_schemas(resources)
    resolver = resources.resolver
    return Stack(
        resolver.stack,
        resolver.region,
        ACCOUNT_ID,
        **found,
        warnings=tuple(places.warnings),
        nested=nested_files(source),
    )


def allowed(hosts: Collection[str]) -> frozenset[str]:
    """In lower case; raises UsageError for what is no host name: a URL, a pattern."""
    for host in hosts:
        if not HOST.fullmatch(host):
            raise UsageError(f"--allow-host {host!r} is no host name: write it as in the URL, without scheme and port")
    return frozenset(host.lower() for host in hosts)


def nested_files(source: Source) -> tuple[Path, ...]:
    return tuple(sorted({file for file in source.files.values() if file != source.file}))


@dataclass(frozen=True, slots=True)
class Given:
    """What a template is read with, beside the file; see ``load``."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    cache: Path | None = None
    stack_name: str = "longwire"
    programs: Mapping[str, Program] = field(default_factory=dict)
    layers: Mapping[str, Path] = field(default_factory=dict)

    @property
    def kept(self) -> TemplateCache:
        return TemplateCache(default_folder(os.environ) if self.cache is None else self.cache)


def opened(path: Path, given: Given) -> Source:
    """The file, with its loops written out and its nested stacks in it; raises TemplateError."""
    source = read(path)
    if isinstance(source.data, dict) and has_loops(source.data):
        places = Places(source)
        values = values_of(places, given)
        source = without_loops(source, places, Resolver(source.data, values, places, given.stack_name, given.region))
    return with_nested(source, lambda file: opened_inside(file, given))


def opened_inside(path: Path, given: Given) -> Source:
    """A nested stack's file."""
    source = read(path)
    if not isinstance(source.data, dict) or not has_loops(source.data):
        return source
    places = Places(source)
    if source.data.get("Parameters"):
        # What they are given may only be known when all of the stack is.
        raise places.source_error(
            ("Parameters",), "Parameters beside Fn::ForEach are not emulated in a nested template"
        )
    return without_loops(source, places, Resolver(source.data, {}, places, given.stack_name, given.region))


def values_of(places: Places, given: Given) -> dict[str, Value]:
    """Of the Parameters."""
    declared = places.source.data.get("Parameters") or {}
    known = {name: value for name, value in given.defaults.items() if name in declared}
    return parameter_values(places, {**known, **given.parameters})


def prepared(source: Source, places: Places, given: Given) -> Resources:
    """What is live of the template, expanded and checked as a whole; raises TemplateError, and UsageError."""
    region, stack = given.region, checked(given.stack_name, given.region)
    check_structure(places)
    values = values_of(places, given)
    check_conditions(places, values)
    conditions = Resolver(source.data, values, places, stack, region).conditions
    check_types(places, source.data["Resources"], conditions)
    check_traps(places, conditions)
    check_policies(places)
    template = expanded(source, places, values, region, given.kept)
    return live_resources(template, Resolver(template, values, places, stack, region))


def parts(source: Source, given: Given) -> dict[str, Callable[[Resources], Any]]:
    """What a Stack is made of, by the names of its fields; each raises TemplateError."""

    def found_functions(resources: Resources) -> dict[str, Function]:
        found = functions(resources, source, given.kept, given.programs, given.layers)
        check_names(found, given.programs)
        return found

    return {
        "functions": found_functions,
        "apis": websocket_apis,
        "http_apis": http_entries,
        "invocables": invocables,
        "resources": created_resources,
        "event_sources": event_sources,
    }


def checked(stack: str, region: str) -> str:
    if not STACK_NAME.fullmatch(stack):
        raise UsageError(f"{stack!r} is no stack name: letters, digits and hyphens, a letter first")
    if not REGION.fullmatch(region):
        raise UsageError(f"{region!r} is no region, as us-east-1 is one")
    return stack


def live_resources(template: Mapping[str, Any], resolver: Resolver) -> Resources:
    """Those that no Condition leaves out, of known types, whose references all lead somewhere."""
    places, conditions = resolver.places, resolver.conditions
    check_types(places, template["Resources"], conditions)
    check_references(places, template, resolver)
    live = {
        name: resource
        for name, resource in template["Resources"].items()
        if not conditions.leaves_out(resource, ("Resources", name))
    }
    check_circles(places, live, conditions)
    return Resources(live, resolver)
