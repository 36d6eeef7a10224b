"""Faults and their kinds as people read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from longwire.core.fault_kinds import KINDS

__all__ = ["kinds_text", "told"]

DEFAULTS = {"probability": 1.0, "count": None, "seed": 1, "after": 0.0, "for": None}
ABOUT = ("id", "kind", "hits", "state")


def told(fault: Mapping[str, Any]) -> str:
    """One line: ``3  on  post_to_connection gone probability=0.1  struck 4 times``."""
    rule = [one(name, value) for name, value in fault.items() if name not in ABOUT and differs(name, value)]
    hits = fault["hits"]
    struck = "has not struck" if not hits else f"struck {hits} time{'' if hits == 1 else 's'}"
    return f"{fault['id']:>3}  {fault['state']:8}  {' '.join([fault['kind'], *rule])}  {struck}"


def differs(name: str, value: object) -> bool:
    return name not in DEFAULTS or value != DEFAULTS[name]


def one(name: str, value: object) -> str:
    if value is True:
        return name
    return f"{name}={','.join(value) if isinstance(value, list) else value}"


def kinds_text(names: Iterable[str]) -> str:
    return "\n".join(line for name in names for line in kind_lines(name))


def kind_lines(name: str) -> list[str]:
    kind = KINDS[name]
    limits = f"; limited by {', '.join(kind.filters)}" if kind.filters else ""
    effects = [
        f"    {effect + ('' if about.value == 'flag' else f'={about.value}'):28}  {about.meaning}"
        for effect, about in kind.effects.items()
    ]
    return [f"{name}: {kind.meaning}{limits}", *effects]
