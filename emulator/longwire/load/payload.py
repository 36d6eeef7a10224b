"""The text of a message, with what changes from one to the next.

``{id}`` is the moment at which the message was due, as ``lw-`` and 16 hexadecimal digits of nanoseconds: whoever gets
it back, in this process or in another one of this machine, knows how long it took. ``{connection}`` and ``{n}`` are
numbers from 1, of the client and of its message; ``{text:200}`` and ``{text:10-500}`` are so many letters.
"""

import json
import random
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["ID", "Payload", "ids_in"]

ID = b"lw-"
DIGITS = 16
MAX_TEXT = 131_072  # bytes: the largest message that API Gateway takes
PLACE = re.compile(r"\{(id|connection|n|text:(\d+)(?:-(\d+))?)\}")
LETTERS = "the quick brown fox jumps over the lazy dog " * (MAX_TEXT // 44 + 1)

Part = Callable[["Moment"], str]


@dataclass(frozen=True, slots=True)
class Moment:
    """What one message is made of. ``due`` is nanoseconds of the monotonic clock."""

    due: int
    connection: int
    number: int
    chance: random.Random


class Payload:
    """Raises ValueError for a placeholder with impossible numbers; other braces are text."""

    def __init__(self, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        self.has_id = "{id}" in text
        self.parts: list[Part] = []
        position = 0
        for found in PLACE.finditer(text):
            self.literal(text[position : found.start()])
            self.parts.append(part(found))
            position = found.end()
        self.literal(text[position:])

    def literal(self, text: str) -> None:
        if text:
            self.parts.append(lambda _: text)

    def render(self, moment: Moment) -> bytes:
        return "".join([part(moment) for part in self.parts]).encode()


def part(found: re.Match[str]) -> Part:
    simple: dict[str, Part] = {
        "id": lambda moment: f"lw-{moment.due:016x}",
        "connection": lambda moment: str(moment.connection),
        "n": lambda moment: str(moment.number),
    }
    if found[1] in simple:
        return simple[found[1]]
    least, most = int(found[2]), int(found[3] or found[2])
    if not least <= most <= MAX_TEXT:
        raise ValueError(f"{found[0]}: write {{text:LEAST-MOST}}, at most {MAX_TEXT:,} letters")
    return lambda moment: LETTERS[: moment.chance.randint(least, most)]


def ids_in(message: bytes) -> list[int]:
    """The moments that a message carries; what only looks like one is text."""
    found = []
    position = message.find(ID)
    while position >= 0:
        digits = message[position + 3 : position + 3 + DIGITS]
        if len(digits) == DIGITS and digits.isalnum():
            with suppress(ValueError):
                found.append(int(digits, 16))
        position = message.find(ID, position + 3)
    return found
