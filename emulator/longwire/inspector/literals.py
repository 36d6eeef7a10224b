"""Python source for what a timeline holds, with what differs from run to run left open."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["Literals"]

# Ids, times and tokens: an expectation that names one would hold once.
PASSING = re.compile(
    r"[A-Za-z0-9_-]{15}=|"  # API Gateway's connection and request ids
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|"  # UUIDs
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*|"  # ISO 8601
    r"[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{24,}|"  # ULIDs, hashes
    r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\..*|"  # JWTs
    r"(?=[A-Za-z_-]*\d)(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_+/-]{20,}={0,2}",  # random bytes in base64
    re.IGNORECASE | re.DOTALL,
)
NEAR = 366 * 86_400  # seconds around the entry's time that make a number a time


class Literals:
    """``ids`` gives the variable that holds a connection's id; ``used`` are those that were needed."""

    def __init__(self, ids: Mapping[str, str]) -> None:
        self.ids = ids
        self.used: set[str] = set()
        self.any_used = False

    def sent(self, payload: str) -> str:
        """What a client sends, exactly, but for ids of connections."""
        text = repr(payload)
        for connection_id, variable in self.ids.items():
            if connection_id in payload:
                self.used.add(variable)
                text += f".replace({connection_id!r}, {variable})"
        return text

    def expected(self, payload: str, at: float) -> str:
        """What a client gets: the JSON's value or the text. ``at``: epoch seconds."""
        try:
            value = json.loads(payload)
        except (ValueError, RecursionError):
            value = payload
        try:
            return self.of(value, at)
        except RecursionError:
            return self.anything()

    def of(self, value: Any, at: float) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key!r}: {self.of(item, at)}" for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.of(item, at) for item in value) + "]"
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and is_time(value, at):
            return self.anything()
        return number(value)

    def text(self, value: str) -> str:
        if value in self.ids:
            self.used.add(self.ids[value])
            return self.ids[value]
        if PASSING.fullmatch(value) or any(connection_id in value for connection_id in self.ids):
            return self.anything()
        return repr(value)

    def anything(self) -> str:
        self.any_used = True
        return "ANY"


def is_time(value: float, at: float) -> bool:
    return any(abs(value / unit - at) < NEAR for unit in (1, 1000, 1_000_000, 1_000_000_000))


def number(value: Any) -> str:
    # JSON as Python reads it has Infinity and NaN, which have no literal.
    return f"float({str(value)!r})" if isinstance(value, float) and not math.isfinite(value) else repr(value)
