"""A scenario of faults in YAML or JSON, for ``longwire dev --faults FILE``: what fails, when, and for how long.

``faults: [FAULT, ...]``, or the list alone; a FAULT is what ``core.fault`` reads.
"""

from collections.abc import Sequence
from pathlib import Path

from longwire.core.api import Stack
from longwire.core.fault import Fault, contradicted, read_fault
from longwire.errors import FaultInvalid, TemplateError, UsageError
from longwire.fault_names import check_names
from longwire.template.places import KeyPath, did_you_mean
from longwire.template.source import Source, read

__all__ = ["read_faults"]


def read_faults(file: Path, stack: Stack) -> list[Fault]:
    """Raises UsageError, with file, line and field."""
    try:
        source = read(file)
    except TemplateError as exc:
        raise UsageError(
            str(exc).replace("template", "file of faults").replace("--file of faults", "--faults")
        ) from exc
    path, given = listed(source)
    found: list[Fault] = []
    for index, item in enumerate(given):
        try:
            found.append(checked(item, stack, found))
        except FaultInvalid as exc:
            raise UsageError(f"{source.location((*path, index, exc.field))}: {exc}") from exc
    return found


def listed(source: Source) -> tuple[KeyPath, list[object]]:
    """Where the list is, and the list."""
    data = source.data
    if isinstance(data, list):
        return (), data
    if isinstance(data, dict):
        wrong = next((str(name) for name in data if name != "faults"), None)
        if wrong is not None:
            hint = did_you_mean(wrong, ["faults"]) or "There is: faults"
            raise UsageError(f"{source.location((wrong,))}: {wrong}: there is no such field. {hint}")
        if isinstance(data.get("faults"), list):
            return ("faults",), data["faults"]
    raise UsageError(f"{source.location(('faults',))}: a list of faults belongs here: faults: [...]")


def checked(item: object, stack: Stack, before: Sequence[Fault]) -> Fault:
    fault = read_fault(item)
    if "connection" in fault.filters:
        raise FaultInvalid("connections have other ids in each run: use probability and count", "connection")
    check_names(fault, stack, [])
    other = contradicted(fault, before)
    if other is not None:
        raise FaultInvalid(f"it would never strike: {other.outcome} stands before it, always", fault.outcome)
    return fault
