"""The error tree.

LongwireError
├── TemplateError      the template's fault: resource, property, file and line
├── UsageError         the command line's or a settings file's fault
│   └── FaultInvalid   a fault that cannot be injected, with the field that is wrong
├── PortInUse          an explicit port that somebody else holds
├── ImpossibleInput    ours: an input that the connection's state does not allow
├── ClockBusy          the clock is being moved already
├── NotSettled         the handler's or ours: what a moved clock set off does not end
└── EnvironmentFailed  the machine's fault: an execution environment or the services cannot start
"""

from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ClockBusy",
    "EnvironmentFailed",
    "FaultInvalid",
    "ImpossibleInput",
    "LongwireError",
    "NotSettled",
    "PortInUse",
    "TemplateError",
    "UsageError",
]


class LongwireError(Exception):
    """Root of all errors that Longwire raises."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file; ``line`` and ``column`` count from 1."""

    file: Path
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class TemplateError(LongwireError):
    """The template is wrong, or asks for something that is not emulated.

    ``origin`` is the path in the user's file: ``("Resources", "Chat", "Type")``.
    """

    def __init__(
        self,
        message: str,
        *,
        location: Location | None = None,
        resource: str | None = None,
        property_path: str | None = None,
        hint: str | None = None,
        origin: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.resource = resource
        self.property_path = property_path
        self.hint = hint
        self.origin = origin

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        what = ".".join(part for part in (self.resource, self.property_path) if part)
        named = f"{what}: " if what else ""
        return f"{where}{named}{self.message}" + (f"\n  {self.hint}" if self.hint else "")


class UsageError(LongwireError):
    """An option, variable or settings file that does not say what it should."""


class FaultInvalid(UsageError):
    """A fault that cannot be injected; ``field`` is empty where no single one is wrong."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


class PortInUse(LongwireError):
    """The port that was asked for by number is taken."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"{host}:{port} is in use. Stop the process that holds it "
            f"(`lsof -i :{port}` names it), or choose another: --port 0 takes a free one."
        )
        self.host = host
        self.port = port


class ImpossibleInput(LongwireError):
    """An input arrived in a connection state whose transition table has no entry for it."""

    def __init__(self, event: str, state: str, connection_id: str) -> None:
        super().__init__(f"{event} is impossible for connection {connection_id} in state {state}")
        self.event = event
        self.state = state
        self.connection_id = connection_id


class ClockBusy(LongwireError):
    """Somebody else moves the clock at this moment."""

    def __init__(self) -> None:
        super().__init__("the clock is being advanced already: wait until that is done")


class NotSettled(LongwireError):
    """``running`` names what did not end; ``left`` are the seconds by which the clock was not advanced any more."""

    def __init__(self, running: tuple[str, ...], patience: float, left: float) -> None:
        super().__init__(
            f"still running after {patience:g} s without progress, while the clock stood: {', '.join(running)}. "
            f"The clock was not advanced by the last {left:g} s."
        )
        self.running = running
        self.left = left


class EnvironmentFailed(LongwireError):
    """A process that Longwire needs could not be started."""
