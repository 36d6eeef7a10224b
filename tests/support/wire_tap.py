"""What reaches clients, held against functions/asyncapi.json: every frame is one that the document describes.

A frame without a ``type`` ends the official asyncio client, so none may ever be sent, whatever happens.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

__all__ = ["strangers"]

FILE = Path(__file__).parents[2] / "functions" / "asyncapi.json"


def strangers(frames: Iterable[Any]) -> list[Any]:
    """Those that are no message which the document has the server send; a text is a frame yet to be read."""
    found = []
    for each in frames:
        frame = read(each) if isinstance(each, str) else each
        if not any(validator.is_valid(frame) for validator in validators()):
            found.append(frame)
    return found


def read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def validators() -> list[Draft202012Validator]:
    document = json.loads(FILE.read_text(encoding="utf-8"))
    names = [each["$ref"].rpartition("/")[2] for each in document["operations"]["send"]["messages"]]
    return [Draft202012Validator(document["components"]["messages"][name]["payload"]["schema"]) for name in names]
