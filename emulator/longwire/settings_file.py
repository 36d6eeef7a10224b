"""``[tool.longwire.settings]`` and ``[tool.longwire.check]`` of a project's pyproject.toml."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from longwire.core.quotas import Quotas
from longwire.core.settings import assignments, changed
from longwire.errors import UsageError

__all__ = ["check_table", "effective_settings", "project_settings"]


def project_settings(folder: Path) -> Quotas:
    """The settings of the nearest pyproject.toml at or above ``folder``; the defaults when it has none.

    Raises UsageError for a file that is no TOML, and for a wrong name or value.
    """
    file = project_file(folder)
    if file is None:
        return Quotas()
    return changed(Quotas(), our_table(file, "settings"), f"{file}, [tool.longwire.settings]")


def check_table(folder: Path) -> tuple[Path | None, dict[str, Any]]:
    """``[tool.longwire.check]`` of the nearest pyproject.toml at or above ``folder``, and the file, None if none."""
    file = project_file(folder)
    return (None, {}) if file is None else (file, our_table(file, "check"))


def project_file(folder: Path) -> Path | None:
    return next((place / "pyproject.toml" for place in (folder, *folder.parents) if is_project(place)), None)


def effective_settings(folder: Path, given: Iterable[str]) -> Quotas:
    """The project's, changed by ``--set NAME=VALUE``; click.UsageError, exit 2, for a wrong one of these."""
    quotas = project_settings(folder)
    try:
        return changed(quotas, assignments(given), "--set")
    except UsageError as exc:
        raise click.UsageError(str(exc)) from exc


def is_project(folder: Path) -> bool:
    return (folder / "pyproject.toml").is_file()


def our_table(file: Path, name: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise UsageError(f"{file}: {exc}") from exc
    tool = document.get("tool", {})
    ours = tool.get("longwire", {}) if isinstance(tool, dict) else {}
    wrong = [] if not isinstance(ours, dict) else sorted(set(ours) - {"check", "settings"})
    table = ours.get(name, {}) if isinstance(ours, dict) else None
    if wrong:
        raise UsageError(
            f"{file}: [tool.longwire] has no {', '.join(wrong)}; settings go into [tool.longwire.settings]"
        )
    if not isinstance(table, dict):
        raise UsageError(f"{file}: write the {name} as a table, [tool.longwire.{name}]")
    return table
