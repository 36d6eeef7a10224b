"""``[tool.longwire.settings]`` and ``[tool.longwire.check]`` of a project's pyproject.toml."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from longwire.core.quotas import Quotas
from longwire.core.settings import assignments, changed
from longwire.errors import UsageError
from longwire.template.places import did_you_mean

__all__ = ["check_table", "effective_settings", "options_table", "project_settings"]

TABLES = ("check", "settings")
OPTIONS = (
    "template", "strict", "max_cost", "allow_unsupported", "verify_sigv4", "allow_hosts", "endpoints",
)  # fmt: skip


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


def options_table(folder: Path) -> tuple[Path | None, dict[str, Any]]:
    """What else ``[tool.longwire]`` of the nearest pyproject.toml says, and the file, None if none."""
    file = project_file(folder)
    if file is None:
        return None, {}
    return file, {name: value for name, value in our_part(file).items() if name not in TABLES}


def our_table(file: Path, name: str) -> dict[str, Any]:
    ours = our_part(file)
    table = ours.get(name, {})
    if not isinstance(table, dict):
        raise UsageError(f"{file}: write the {name} as a table, [tool.longwire.{name}]")
    return table


def our_part(file: Path) -> dict[str, Any]:
    """``[tool.longwire]``; UsageError for a name that it does not have."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise UsageError(f"{file}: {exc}") from exc
    tool = document.get("tool", {})
    ours = tool.get("longwire", {}) if isinstance(tool, dict) else {}
    if not isinstance(ours, dict):
        raise UsageError(f"{file}: write the settings as a table, [tool.longwire.settings]")
    wrong = [name for name in ours if name not in TABLES and name.replace("-", "_") not in OPTIONS]
    if wrong:
        near = did_you_mean(wrong[0].replace("_", "-"), [name.replace("_", "-") for name in OPTIONS])
        hint = near or "settings go into [tool.longwire.settings]"
        raise UsageError(f"{file}: [tool.longwire] has no {', '.join(sorted(wrong))}; {hint}")
    return ours
