"""What a layer brings is imported as if it were installed; what two bring is the upper one's."""

import importlib
import subprocess
from typing import Any


def talk(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    greeting, words = importlib.import_module("greeting"), importlib.import_module("words")
    spoken = subprocess.run(["spoken"], capture_output=True, text=True, check=True).stdout.strip()
    return {"statusCode": 200, "body": f"{greeting.HELLO} {words.WORD} {words.FROM} {spoken}"}


def bare(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    try:
        importlib.import_module("words")
    except ImportError as error:
        return {"statusCode": 200, "body": str(error)}
    return {"statusCode": 200, "body": "the other function's layer"}
