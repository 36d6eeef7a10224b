"""What a recording never holds: credentials, wherever they stand in a frame, an event or a log line."""

import json
import re
from collections.abc import Callable
from typing import Any

from longwire.redaction import HIDDEN, is_secret

__all__ = ["each_secret", "hidden_json", "hidden_text"]

JWT = re.compile(r"eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
# Parts of all names that redaction.is_secret knows, those that have to be whole with the quote before them; of a JWT.
TELLTALE = ("token", "secret", "passw", "signature", "credential", "apikey", "api_key", "api-key",
            '"auth', '"cookie', '"jwt', '"ticket', '"code', "eyj")  # fmt: skip
NESTED = ("body",)  # JSON inside of a JSON text: the frame in Lambda's event


def may_hold_secrets(text: str) -> bool:
    """False where no field of a JSON text can have a secret's name, and no signed token is in it."""
    folded = text.casefold()  # as re.IGNORECASE compares; an escaped letter could be any
    return "\\u" in folded or any(word in folded for word in TELLTALE)


def hidden_text(text: str) -> str:
    """A payload, event or log line without secret values. JSON that has none stays as it was written."""
    # Most have no word that a secret's field could have, and need not be read as JSON: that takes 50 times as long.
    if not may_hold_secrets(text):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return JWT.sub(HIDDEN, text)
    if not isinstance(value, (dict, list)):
        return JWT.sub(HIDDEN, text)
    shown = hidden_json(value)
    return text if shown == value else json.dumps(shown, separators=(",", ":"), ensure_ascii=False)


def hidden_json(value: Any) -> Any:
    return each_secret(value, lambda _name, _value: HIDDEN)


def each_secret(value: Any, replacement: Callable[[str, str], str], name: str = "") -> Any:
    """The value with each secret string replaced: those whose field has a secret's name, and signed tokens."""
    if isinstance(value, dict):
        return {key: each_secret(each, replacement, key) for key, each in value.items()}
    if isinstance(value, list):
        return [each_secret(each, replacement, name) for each in value]
    if not isinstance(value, str):
        return value
    if name in NESTED and value[:1] in ("{", "["):
        return hidden_text(value)
    return replacement(name, value) if is_secret(name) else JWT.sub(HIDDEN, value)
