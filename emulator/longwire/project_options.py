"""``[tool.longwire]`` of a project's pyproject.toml: what the pytest plugin would be told on every command line.

template = "infra/template.yaml", strict = true, max-cost = 0.01, allow-unsupported = true, verify-sigv4 = true,
allow-hosts = ["api.example.com"], endpoints = ["dynamodb=http://127.0.0.1:8000"]. The template is every command's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longwire.errors import UsageError
from longwire.settings_file import options_table

__all__ = ["ProjectOptions", "project_options"]


@dataclass(frozen=True, slots=True)
class ProjectOptions:
    """``template`` is where it is, whatever the working directory; ``max_cost`` is USD."""

    template: Path | None = None
    strict: bool = False
    max_cost: str | None = None
    allow_unsupported: bool = False
    verify_sigv4: bool = False
    allow_hosts: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()


def project_options(folder: Path) -> ProjectOptions:
    """Of the nearest pyproject.toml at or above ``folder``. Raises UsageError."""
    file, table = options_table(folder)
    if file is None:
        return ProjectOptions()
    given = {name.replace("-", "_"): value for name, value in table.items()}
    return ProjectOptions(**{name: checked(file, name, value) for name, value in given.items()})


def checked(file: Path, name: str, value: Any) -> Any:
    said, read = READERS[name]
    try:
        found = read(value)
    except ValueError as exc:
        raise UsageError(f"{file}, [tool.longwire]: {name.replace('_', '-')} takes {said}, not {value!r}") from exc
    return file.parent / found if name == "template" else found


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - told with the option's name
    return value


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004 - told with the option's name
    return tuple(text(each) for each in value)


def amount(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError
    return str(value)


LIST = "a list of texts"
TRUTH = "true or false"
READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "template": ("a path", text),
    "strict": (TRUTH, truth),
    "max_cost": ("an amount in USD", amount),
    "allow_unsupported": (TRUTH, truth),
    "verify_sigv4": (TRUTH, truth),
    "allow_hosts": (LIST, texts),
    "endpoints": (LIST, texts),
}
