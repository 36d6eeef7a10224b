"""Finding the handler, and describing what went wrong in it as Lambda's Python runtime does.

Runs inside an execution environment: standard library only.
"""

import importlib
import os
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

__all__ = ["Fault", "Handler", "describe", "find_handler"]

Handler = Callable[[Any, Any], Any]


class Fault(Exception):
    """What Lambda's runtime itself finds wrong: ``kind`` is ``Runtime.`` and so on."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


def describe(error: Exception) -> dict[str, object]:
    if isinstance(error, Fault):
        kind, trace = error.kind, error.trace
    else:
        kind, trace = type(error).__name__, trace_of(error.__traceback__)
    return {"errorType": kind, "errorMessage": str(error), "stackTrace": trace}


def find_handler(spec: str) -> Handler:
    """``pkg.mod.attr`` or ``dir/mod.attr``. Raises Fault, or what the module raises."""
    module_name, dot, attribute = spec.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName", f"Bad handler '{spec}': not enough values to unpack (expected 2, got 1)"
        )
    if module_name.split(".")[0] in sys.builtin_module_names:
        text = f"Cannot use built-in module {module_name} as a handler module"
        raise Fault("Runtime.BuiltInModuleConflict", text)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        text = f"Unable to import module '{module_name}': {error}"
        raise Fault("Runtime.ImportModuleError", text, trace_of(error.__traceback__)) from error
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {error.text or ""}'
        raise Fault(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [where]
        ) from error
    try:
        handler: Handler = getattr(module, attribute)
    except AttributeError as error:
        text = f"Handler '{attribute}' missing on module '{module_name}'"
        raise Fault("Runtime.HandlerNotFound", text) from error
    return handler


def trace_of(trace: TracebackType | None) -> list[str]:
    """As ``traceback.format_list``, without the frames that are ours or the import system's."""
    import traceback

    def theirs(frame: traceback.FrameSummary) -> bool:
        ours = os.path.dirname(frame.filename) == os.path.dirname(__file__)  # noqa: PTH120 - pathlib is slow
        return not ours and not frame.filename.startswith("<frozen importlib") and frame.filename != importlib.__file__

    return traceback.format_list([frame for frame in traceback.extract_tb(trace) if theirs(frame)])
