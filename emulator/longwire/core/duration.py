"""Lengths of time as people write them: ``1.5``, ``10s``, ``500ms``, ``2m``, ``1h30m``, ``1d``."""

import re

__all__ = ["DURATION_TEXT", "UNITS", "duration"]

DURATION_TEXT = "a time, as 10s, 500ms or 2m"
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
PART = re.compile(rf"({NUMBER.pattern})\s*(ms|[dhms])\s*")
UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def duration(value: object) -> float:
    """Seconds; a number without a unit is seconds. Raises ValueError for what is no time, or negative."""
    text = str(value).strip().lower()
    if NUMBER.fullmatch(text):
        return float(text)
    if not re.fullmatch(f"(?:{PART.pattern})+", text):
        raise ValueError(value)
    return sum(float(number) * UNITS[unit] for number, unit in PART.findall(text))
