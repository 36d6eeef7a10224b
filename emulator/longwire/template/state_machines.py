"""State machines: where their definition stands, and what of it runs here.

Source: Amazon States Language; Step Functions developer guide, "Integrating services".
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from longwire.template.places import KeyPath, did_you_mean
from longwire.template.properties import Properties, Resources
from longwire.template.rules import check_function

__all__ = ["with_definition"]

SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
STATES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
# arn:aws:states:::SERVICE:ACTION; others (ECS, Batch, Glue, EMR, SageMaker, ...) have no counterpart here.
SERVICES = ("apigateway", "aws-sdk", "dynamodb", "events", "lambda", "sns", "sqs", "states")


def with_definition(item: Properties, values: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    """The properties with DefinitionString, whichever way the definition is given; raises TemplateError."""
    name, text = definition(item)
    substitutes = item.texts("DefinitionSubstitutions")
    filled = SUBSTITUTION.sub(lambda found: substitutes.get(found[1], found[0]), text)
    try:
        machine = json.loads(filled)
    except ValueError as exc:
        raise item.error(name, f"is no JSON: {exc}") from exc
    check(item, name, machine, resources)
    item.one_of("StateMachineType", ("STANDARD", "EXPRESS"), "STANDARD")
    return {**values, "DefinitionString": filled}


def definition(item: Properties) -> tuple[str, str]:
    """The property, and the definition as JSON."""
    if "DefinitionString" in item.values:
        return "DefinitionString", item.text("DefinitionString")
    if "Definition" in item.values:
        return "Definition", json.dumps(item.mapping("Definition"))
    if "DefinitionS3Location" in item.values:
        return "DefinitionS3Location", local_file(item)
    raise item.places.error(item.path[:2], "a state machine needs Definition, DefinitionString or DefinitionUri")


def local_file(item: Properties) -> str:
    """Of SAM's DefinitionUri, which stands in the source, or of a DefinitionS3Location that is yet to be packaged."""
    written = (item.places.source.data["Resources"].get(item.logical_id) or {}).get("Properties") or {}
    given = written.get("DefinitionUri", item.values["DefinitionS3Location"])
    if not isinstance(given, str) or given.startswith("s3://"):
        raise item.error("DefinitionS3Location", "a definition in S3 is not read; name the file that it was made of")
    file = Path(item.location.file).parent / given
    try:
        return json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, yaml.YAMLError) as exc:
        raise item.error("DefinitionS3Location", f"{file} cannot be read: {exc}") from exc


def check(item: Properties, name: str, machine: Any, resources: Resources) -> None:
    if isinstance(machine, dict) and machine.get("QueryLanguage") == "JSONata":
        item.places.unsupported((*item.path, name), "JSONata is not emulated; JSONPath is")
    for where, states in scopes(machine, ()):
        start = states.get("StartAt")
        known = states.get("States")
        if not isinstance(known, dict) or not known:
            raise item.error(name, f"{place(where)}States has to be a mapping that is not empty")
        for target, what in ((start, "StartAt"), *((state.get("Next"), n) for n, state in mappings(known))):
            if target is not None and target not in known:
                hint = did_you_mean(str(target), known)
                raise item.error(name, f"{place(where)}{what} names the state {target}, which does not exist", hint)
        for state_name, state in mappings(known):
            check_state(item, name, (*where, state_name), state, resources)


def scopes(machine: Any, where: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """The machine, and each branch and iterator inside it."""
    if not isinstance(machine, dict):
        machine = {}
    yield where, machine
    for name, state in mappings(machine.get("States")):
        for index, branch in enumerate(state.get("Branches") or ()):
            yield from scopes(branch, (*where, name, index))
        for inner in ("Iterator", "ItemProcessor"):
            if inner in state:
                yield from scopes(state[inner], (*where, name, inner))


def mappings(found: Any) -> list[tuple[str, Mapping[str, Any]]]:
    return (
        [(name, value) for name, value in found.items() if isinstance(value, dict)] if isinstance(found, dict) else []
    )


def check_state(item: Properties, name: str, where: KeyPath, state: Mapping[str, Any], resources: Resources) -> None:
    kind = state.get("Type")
    if state.get("QueryLanguage") == "JSONata":
        item.places.unsupported((*item.path, name), f"{place(where)}JSONata is not emulated; JSONPath is")
    if kind not in STATES:
        hint = did_you_mean(str(kind), STATES)
        raise item.error(name, f"{place(where)}there is no state of Type {kind}", hint)
    if kind == "Task":
        check_task(item, name, where, state, resources)


def check_task(item: Properties, name: str, where: KeyPath, state: Mapping[str, Any], resources: Resources) -> None:
    resource = str(state.get("Resource", ""))
    parts = resource.split(":")
    service = parts[2] if len(parts) > 5 else ""
    if service == "lambda":
        check_function(item, resource, (*item.path, name), resources)
        return
    if service != "states" or parts[5] == "activity" or parts[5] not in SERVICES:
        what = f"{place(where)}{resource or 'a Task without Resource'} does not run here; functions and"
        item.places.unsupported((*item.path, name), f"{what} {', '.join(SERVICES)} do")
        return
    function = (state.get("Parameters") or {}).get("FunctionName")
    if parts[5] == "lambda" and isinstance(function, str) and function.startswith("arn:"):
        check_function(item, function, (*item.path, name), resources)


def place(where: KeyPath) -> str:
    return f"{'.'.join(map(str, where))}: " if where else ""
