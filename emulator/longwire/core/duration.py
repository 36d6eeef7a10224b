"""Lengths of time as people write them: ``1.5``, ``10s``, ``500ms``, ``2m``, ``1h``."""

import re

__all__ = ["DURATION_TEXT", "duration"]

DURATION_TEXT = "a time, as 10s, 500ms or 2m"
PATTERN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


def duration(value: object) -> float:
    """Seconds; a number without a unit is seconds. Raises ValueError for what is no time, or negative."""
    found = None if isinstance(value, bool) else PATTERN.fullmatch(str(value).strip())
    if found is None:
        raise ValueError(value)
    return float(found[1]) * UNITS[found[2]]
