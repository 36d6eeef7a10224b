"""What a run has to say in place of what the recording says: ids that the server gives out, credentials.

An id is learned when the frame that brought it is received, and stands in for the recorded one in all that is sent
later. A credential, which a recording does not hold, is given by the user or learned from a frame in the same way.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from longwire.errors import UsageError
from longwire.recording.hidden import each_secret
from longwire.recording.transformers import Transformers, is_time
from longwire.redaction import HIDDEN

__all__ = ["Learning", "given_secrets"]

Secrets = dict[tuple[int | None, str], str]


def given_secrets(given: Sequence[str]) -> Secrets:
    """``NAME=VALUE`` for every connection, ``2:NAME=VALUE`` for the second. Raises UsageError."""
    found: Secrets = {}
    for text in given:
        match = re.fullmatch(r"(?:(\d+):)?([^=:]+)=(.*)", text, re.DOTALL)
        if match is None:
            raise UsageError("--secret takes NAME=VALUE, or 2:NAME=VALUE for the second connection")
        found[int(match[1]) if match[1] else None, match[2].lower()] = match[3]
    return found


class Learning:
    """``recorded`` and ``now`` are when the recording and this run began, epoch seconds."""

    def __init__(self, rules: Transformers, secrets: Secrets, recorded: float, now: float) -> None:
        self.rules = rules
        self.secrets = secrets
        self.recorded = recorded
        self.now = now
        self.ids: dict[str, str] = {}
        self.received: dict[str, str] = {}

    def learn(self, expected: str, actual: str) -> None:
        """From a frame that is the recorded one but for ids and times."""
        try:
            self.compare(json.loads(expected), json.loads(actual), "")
        except (ValueError, RecursionError):
            self.compare(expected, actual, "")

    def compare(self, expected: Any, actual: Any, name: str) -> None:
        if isinstance(expected, dict) and isinstance(actual, dict):
            for key in expected.keys() & actual.keys():
                self.compare(expected[key], actual[key], key)
        elif isinstance(expected, list) and isinstance(actual, list):
            for one, other in zip(expected, actual, strict=False):
                self.compare(one, other, name)
        elif isinstance(expected, str) and isinstance(actual, str):
            self.compare_texts(expected, actual, name)
        elif is_time(expected, self.recorded) and is_time(actual, self.now):
            self.ids[str(expected)] = str(actual)

    def compare_texts(self, expected: str, actual: str, name: str) -> None:
        if expected == HIDDEN:
            self.received[plain(name)] = actual
        elif self.rules.is_id(expected) and self.rules.is_id(actual):
            self.ids[expected] = actual

    def text(self, text: str) -> str:
        """With the ids of this run."""
        if not self.ids:
            return text
        known = sorted(self.ids, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, known)), lambda found: self.ids[found[0]], text)

    def payload(self, payload: str, number: int) -> str:
        """A frame to send on connection ``number``."""
        text = self.text(payload)
        if HIDDEN not in text:
            return text
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        filled = each_secret(value, lambda name, old: self.secret(name, number) if old == HIDDEN else old)
        return json.dumps(filled, separators=(",", ":"), ensure_ascii=False)

    def pairs(self, pairs: Sequence[Sequence[str]], number: int) -> list[tuple[str, str]]:
        """A query or headers to connect with."""
        return [
            (name, self.secret(name, number) if value == HIDDEN else self.text(value)) for name, value in pairs
        ]  # fmt: skip

    def secret(self, name: str, number: int) -> str:
        """Raises UsageError when nobody knows it."""
        for key in ((number, name.lower()), (None, name.lower())):
            if key in self.secrets:
                return self.secrets[key]
        # The name may say whose it is: reconnectionToken comes, awps_reconnection_token goes.
        for known in sorted(self.received, key=len, reverse=True):
            if plain(name).endswith(known):
                return self.received[known]
        raise UsageError(f"the recording does not hold {name} of connection {number}: give it with --secret {name}=...")


def plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
