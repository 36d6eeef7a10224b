"""What people may see of a request: credentials in query strings and headers are replaced.

Used for everything that is shown or written (timeline, logs); handlers get the request as it is.
"""

import re
from collections.abc import Iterable

__all__ = ["HIDDEN", "is_secret", "redacted_headers", "redacted_query", "redacted_target"]

HIDDEN = "***"
SECRET = re.compile(
    r"token|secret|passw|signature|credential|api[_-]?key|^(?:authorization|auth|cookie|jwt|ticket|code)$",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Whether a field, header or parameter of this name holds a credential."""
    return SECRET.search(name) is not None


def redacted_query(query: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, HIDDEN if is_secret(name) else value) for name, value in query]


def redacted_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return redacted_query(headers)


def redacted_target(target: str) -> str:
    """A path and query, still percent-encoded, with secret values replaced."""
    path, mark, query = target.partition("?")
    parts = []
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        parts.append(f"{name}={HIDDEN}" if equals and is_secret(name) else part)
    return path + mark + "&".join(parts)
