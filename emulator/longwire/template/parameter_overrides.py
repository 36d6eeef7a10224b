"""Parameter overrides as the SAM command line takes them."""

import re
import shlex
from collections.abc import Iterable

from longwire.errors import UsageError

__all__ = ["parse"]

NAME = re.compile(r"[A-Za-z0-9]+")
LONG = re.compile(r"ParameterKey=([^,]*),ParameterValue=(.*)", re.DOTALL)
FORMS = "NAME=VALUE or ParameterKey=NAME,ParameterValue=VALUE"


def parse(items: Iterable[str]) -> dict[str, str]:
    """``["A=1 B=2", "ParameterKey=C,ParameterValue=3"]`` is ``{"A": "1", "B": "2", "C": "3"}``.

    Several may stand in one item; a value with spaces is quoted: ``A='x y'``. The last of a name counts. Raises
    UsageError for an item that is neither.
    """
    return dict(pair for item in items for word in words(item) for pair in [parsed(word, item)])


def words(item: str) -> list[str]:
    try:
        return shlex.split(item)
    except ValueError as exc:
        raise UsageError(f"--parameter-overrides {item}: {str(exc).lower()}") from exc


def parsed(word: str, item: str) -> tuple[str, str]:
    if word.startswith("file://"):
        raise UsageError(f"--parameter-overrides {word}: files are not read; write {FORMS}")
    found = LONG.fullmatch(word)
    name, equals, value = (found[1], "=", found[2]) if found else word.partition("=")
    if not equals or not NAME.fullmatch(name):
        quoting = f" A value with spaces takes quotes: NAME='{value or word} ...'." if word != item else ""
        raise UsageError(f"--parameter-overrides: {word!r} is not {FORMS}.{quoting}")
    return name, value
