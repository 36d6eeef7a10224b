"""The error tree.

LongwireInfraError
├── MonitoringError a template that has no place for alarms and a dashboard, or is not the backend's
├── RecordError    a usage record that does not say what it should: the file's fault, or its producer's
├── WorkloadError  a workload, a flag or an assumption that cannot be: its writer's fault
└── PriceMissing   a region or a price that the table does not hold
"""

import difflib
from collections.abc import Iterable

__all__ = ["LongwireInfraError", "MonitoringError", "PriceMissing", "RecordError", "WorkloadError", "nearest"]


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a sentence about an unknown name."""
    known = list(names)
    begun = [one for one in known if len(name) > 1 and one.startswith(name)]
    close = begun or difflib.get_close_matches(name, known, n=3)
    return f"did you mean {' or '.join(close)}?" if close else f"there is {', '.join(known)}"


class LongwireInfraError(Exception):
    """Root of all errors that longwire_infra raises."""


class MonitoringError(LongwireInfraError):
    pass


class RecordError(LongwireInfraError):
    """``field`` is the key at fault, None when it is the record as a whole."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field


class WorkloadError(LongwireInfraError):
    """``place`` is the file and line, or the flag, at fault."""

    def __init__(self, message: str, *, field: str, place: str = "") -> None:
        where = f"{place}: " if place else ""
        super().__init__(f"{where}{message}" if place.startswith("--") else f"{where}{field}: {message}")
        self.field = field
        self.place = place


class PriceMissing(LongwireInfraError):
    """Nothing is guessed from another region or another service."""
