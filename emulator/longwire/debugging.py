"""``longwire dev --debug-port N --debug-function NAME``: one function waits for a debugger, and time waits with it."""

import importlib.util
from collections.abc import Mapping
from dataclasses import replace

from longwire.core.api import Api, Function, Stack
from longwire.errors import UsageError
from longwire.template.places import did_you_mean

__all__ = ["debugged_function", "launch_json", "with_debugger", "with_profiles"]

HELD = 7 * 86_400.0  # seconds: whoever looks at a breakpoint is not timed out within a week
INSTALL = "pip install debugpy"


def with_debugger(stack: Stack, name: str | None, port: int) -> Stack:
    """The stack in which the function waits for a debugger at ``port``. Raises UsageError."""
    function = debugged_function(stack.functions, name)
    check(function)
    held = replace(function, debug_port=port, timeout=HELD)
    functions = {**stack.functions, function.logical_id: held}
    return replace(stack, functions=functions, apis=tuple(holding(api, function.logical_id) for api in stack.apis))


def holding(api: Api, logical_id: str) -> Api:
    return replace(api, held_functions=frozenset({logical_id}))


def debugged_function(functions: Mapping[str, Function], name: str | None) -> Function:
    """By logical id or name; the only one there is when none is given."""
    if name is None:
        if len(functions) == 1:
            return next(iter(functions.values()))
        raise UsageError(f"--debug-port needs --debug-function NAME: the template has {', '.join(functions)}")
    found = next((each for each in functions.values() if name in (each.logical_id, each.name)), None)
    if found is None:
        near = did_you_mean(name, functions) or f"It has {', '.join(functions)}."
        raise UsageError(f"--debug-function {name}: the template has no such function. {near}")
    return found


def check(function: Function) -> None:
    if function.command or function.invocation_url or not function.runtime.startswith(("python", "nodejs")):
        what = "a program of its own" if function.command or function.invocation_url else function.runtime
        raise UsageError(
            f"--debug-function {function.logical_id} runs {what}: start the debugger in it, and attach to that"
        )
    if function.runtime.startswith("python") and importlib.util.find_spec("debugpy") is None:
        raise UsageError(f"--debug-port needs debugpy in the Python that runs Longwire: {INSTALL}")


def with_profiles(stack: Stack) -> Stack:
    """The stack whose Python functions tell what their imports cost."""
    return replace(stack, functions={name: replace(each, profiled=True) for name, each in stack.functions.items()})


def launch_json(function: Function) -> str:
    """What to put into an editor, in one line: VS Code's attach configuration."""
    kind = "node" if function.runtime.startswith("nodejs") else "debugpy"
    where = f'"connect": {{"host": "127.0.0.1", "port": {function.debug_port}}}'
    if kind == "node":
        where = f'"address": "127.0.0.1", "port": {function.debug_port}'
    return f'{{"name": "{function.logical_id}", "type": "{kind}", "request": "attach", {where}}}'
