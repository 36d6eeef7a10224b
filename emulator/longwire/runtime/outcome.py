"""What became of a call, or of an init."""

import json
import signal
from dataclasses import dataclass

from longwire.runtime.lambda_log import ErrorKind

__all__ = ["Outcome", "exit_status", "failure"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``memory_mb`` is 0 where it could not be known; ``logged`` when the runtime has written the error down itself."""

    payload: str = ""
    error: ErrorKind = ""
    error_type: str = ""
    error_message: str = ""
    stack_trace: tuple[str, ...] = ()
    duration_ms: float = 0
    memory_mb: int = 0
    logged: bool = False


def failure(body: bytes, kind: ErrorKind, duration_ms: float = 0, memory_mb: int = 0) -> Outcome:
    told = json.loads(body)
    trace = tuple(told["stackTrace"])
    return Outcome("", kind, told["errorType"], told["errorMessage"], trace, duration_ms, memory_mb)


def exit_status(status: int) -> str:
    """As Go words it: ``exit status 1``, ``signal: killed``; empty for 0."""
    if status < 0:
        return f"signal: {(signal.strsignal(-status) or str(-status)).lower()}"
    return f"exit status {status}" if status else ""
