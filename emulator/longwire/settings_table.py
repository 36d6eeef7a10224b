"""How ``longwire settings`` shows the quotas and defaults."""

import json
import textwrap
from typing import Any

import click

from longwire.core.quotas import Quotas
from longwire.core.settings import setting_rows

__all__ = ["settings_json", "settings_table"]

HEAD = ("NAME", "VALUE", "UNIT", "VERIFIED", "SOURCE")


def settings_json(quotas: Quotas) -> str:
    """A JSON array: name, value, default, unit, meaning, source, verified, choices."""
    return json.dumps(setting_rows(quotas), indent=2)


def settings_table(quotas: Quotas) -> str:
    """Two lines a setting: the facts, and what it means."""
    rows = setting_rows(quotas)
    cells = [HEAD, *(row_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD) - 1)]
    head, *lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in cells
    ]
    parts = [click.style(head, bold=True)]
    for row, line in zip(rows, lines, strict=True):
        parts += [line, click.style(textwrap.indent(meaning(row), "    "), dim=True)]
    return "\n".join(parts)


def row_cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (row["name"], shown(row["value"]), row["unit"] or "-", "yes" if row["verified"] else "no", row["source"])


def meaning(row: dict[str, Any]) -> str:
    changed = "" if row["value"] == row["default"] else f"  (default {shown(row['default'])})"
    choices = f": {', '.join(row['choices'])}" if row["choices"] else ""
    return f"{row['meaning']}{choices}{changed}"


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value) if value != "" else '""'
