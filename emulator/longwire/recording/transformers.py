"""What differs from run to run without meaning anything: ids and times, replaced by what they are.

So `{"id":"f8e2...","at":1764060000123}` is `{"id":"<uuid>","at":"<time>"}` on both sides of a comparison.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from longwire.errors import UsageError
from longwire.recording.hidden import each_secret
from longwire.redaction import HIDDEN

__all__ = ["Transformers", "transformers"]

DAY = 86_400.0
NEAR = 2 * DAY  # seconds around a run in which a number is taken for a time
KNOWN: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"), "<time>"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<uuid>"),
    # API Gateway's connection, request and message ids: 11 bytes of base64url.
    (re.compile(r"(?<![\w/+-])[\w-]{15}=(?!=)"), "<id>"),
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{26}\b"), "<ulid>"),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "<hex>"),
)


@dataclass(frozen=True, slots=True)
class Transformers:
    """``rules`` are replaced in texts, ``ignored`` are names of JSON fields whose values do not count."""

    rules: tuple[tuple[re.Pattern[str], str], ...]
    ignored: frozenset[str] = frozenset()

    def frame(self, payload: str, at: float) -> str:
        """A frame as it is compared; ``at`` is when its run began, epoch seconds. JSON has its fields in order."""
        try:
            value = json.loads(payload)
        except (ValueError, RecursionError):
            return self.text(payload)
        if not isinstance(value, (dict, list)):
            return self.text(payload)
        shown = self.value(each_secret(value, lambda _name, _value: HIDDEN), at)
        return json.dumps(shown, sort_keys=True, ensure_ascii=False)

    def value(self, value: Any, at: float) -> Any:
        if isinstance(value, dict):
            return {
                self.text(key): "<ignored>" if key in self.ignored else self.value(each, at)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(each, at) for each in value]
        if isinstance(value, str):
            return self.text(value)
        return "<time>" if is_time(value, at) else value

    def text(self, text: str) -> str:
        for pattern, replacement in self.rules:
            text = pattern.sub(replacement, text)
        return text

    def is_id(self, text: str) -> bool:
        """Whether the whole text is one id or time."""
        return any(pattern.fullmatch(text) is not None for pattern, _ in self.rules)


def is_time(value: Any, at: float) -> bool:
    """Seconds, milliseconds, microseconds or nanoseconds near a run."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e20:
        return False
    return any(abs(value / unit - at) < NEAR for unit in (1, 1e3, 1e6, 1e9))


def transformers(given: Sequence[str] = (), ignored: Sequence[str] = ()) -> Transformers:
    """``given`` are ``NAME=REGEX``, taken before ours. Raises UsageError for what is no expression."""
    return Transformers((*(rule(text) for text in given), *KNOWN), frozenset(ignored))


def rule(text: str) -> tuple[re.Pattern[str], str]:
    name, equals, pattern = text.partition("=")
    if not equals or not re.fullmatch(r"[\w-]+", name):
        raise UsageError(f"--transform {text}: give NAME=REGEX, such as order=ORD-[0-9]+")
    try:
        found = re.compile(pattern)
    except re.error as exc:
        raise UsageError(f"--transform {text}: no regular expression: {exc}") from exc
    if found.match(""):
        raise UsageError(f"--transform {text}: it matches an empty text, which is everywhere")
    return found, f"<{name}>"
