"""What became of a call, or of an init."""

from dataclasses import dataclass

from longwire.runtime.lambda_log import ErrorKind

__all__ = ["Outcome"]


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
