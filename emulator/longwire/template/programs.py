"""Programs and containers that run functions in the place of what the template names: ``--function NAME=...``."""

import shlex
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from longwire.core.api import Function
from longwire.errors import UsageError
from longwire.server.hosts import is_loopback
from longwire.template.places import did_you_mean

__all__ = ["Program", "check_names", "programs", "with_program"]

FORMS = "NAME=COMMAND, or NAME=http://127.0.0.1:PORT for a container"


@dataclass(frozen=True, slots=True)
class Program:
    """``command`` speaks the Lambda Runtime API; a container takes invocations at ``url``. One of them is given."""

    command: tuple[str, ...] = ()
    url: str = ""


def programs(items: Iterable[str]) -> dict[str, Program]:
    """``["Echo=node server.js"]`` by function name or logical id; raises UsageError."""
    found: dict[str, Program] = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError(f"--function {item}: is not {FORMS}")
        found[name.strip()] = container(item, value) if is_url(value) else command(item, value)
    return found


def is_url(value: str) -> bool:
    return value.strip().lower().startswith(("http://", "https://"))


def container(item: str, value: str) -> Program:
    try:
        parts = urlsplit(value.strip())
        known = parts.scheme == "http" and parts.port != 0 and parts.hostname
    except ValueError:
        known = None
    if not known:
        raise UsageError(f"--function {item}: is no http://127.0.0.1:PORT")
    if not is_loopback(known):
        raise UsageError(f"--function {item}: nothing leaves this machine. Publish the container's port on 127.0.0.1.")
    return Program(url=value.strip())


def command(item: str, value: str) -> Program:
    try:
        words = shlex.split(value)
    except ValueError as exc:
        raise UsageError(f"--function {item}: {str(exc).lower()}") from exc
    program = shutil.which(words[0])
    if program is None:
        raise UsageError(f"--function {item}: there is no program {words[0]} on PATH. Install it, or give its path.")
    return Program((str(Path(program).absolute()), *words[1:]))


def with_program(function: Function, given: Mapping[str, Program]) -> Function:
    program = given.get(function.logical_id) or given.get(function.name)
    if program is None:
        return function
    return replace(function, command=program.command, invocation_url=program.url)


def check_names(functions: Mapping[str, Function], given: Mapping[str, Program]) -> None:
    """Raises UsageError for a program of a function that is not in the template."""
    known = {*functions, *(function.name for function in functions.values())}
    for name in given:
        if name not in known:
            listed = ", ".join(sorted(functions)) or "none"
            near = did_you_mean(name, sorted(known))
            raise UsageError(f"--function {name}: the template has no such function: {near or f'it has {listed}'}")
