"""The intrinsic functions that need nothing but their arguments.

Each takes its arguments resolved, and ``fail``, which makes the error to raise.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from itertools import islice
from typing import Any

__all__ = ["PURE", "REFUSED", "as_text", "sub_parts"]

Fail = Callable[[str], Exception]
NAME = re.compile(r"[A-Za-z0-9_.:]+")
PLACEHOLDER = re.compile(r"\$\{(!?)([^}]*)\}")
REFUSED: Mapping[str, str] = {
    "Fn::ImportValue": "there are no other stacks here; make it a Parameter and give --parameter-overrides NAME=VALUE",
    "Fn::Transform": "macros run in CloudFormation",
    "Fn::Contains": "it belongs to Rules, which are not evaluated",
    "Fn::EachMemberEquals": "it belongs to Rules, which are not evaluated",
    "Fn::EachMemberIn": "it belongs to Rules, which are not evaluated",
    "Fn::RefAll": "it belongs to Rules, which are not evaluated",
    "Fn::ValueOf": "it belongs to Rules, which are not evaluated",
    "Fn::ValueOfAll": "it belongs to Rules, which are not evaluated",
}


def as_text(value: Any, fail: Fail) -> str:
    """A value inside a text, as CloudFormation writes it: true, 3, text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise fail(f"takes text here, not a {'list' if isinstance(value, list) else 'mapping'}")


def listed(value: Any, fail: Fail, count: int, shape: str) -> list[Any]:
    if not isinstance(value, list) or len(value) != count:
        raise fail(f"takes {shape}")
    return value


def join(arguments: Any, fail: Fail) -> str:
    delimiter, values = listed(arguments, fail, 2, "[DELIMITER, [VALUE, ...]]")
    if not isinstance(values, list):
        raise fail("takes [DELIMITER, [VALUE, ...]]")
    return as_text(delimiter, fail).join(as_text(value, fail) for value in values)


def select(arguments: Any, fail: Fail) -> Any:
    index, values = listed(arguments, fail, 2, "[INDEX, [VALUE, ...]]")
    if not isinstance(values, list) or not re.fullmatch(r"\d{1,9}", str(index)):
        raise fail("takes [INDEX, [VALUE, ...]]")
    if int(index) >= len(values):
        raise fail(f"asks for item {index} of {len(values)}, counted from 0")
    return values[int(index)]


def split(arguments: Any, fail: Fail) -> list[str]:
    delimiter, text = listed(arguments, fail, 2, "[DELIMITER, TEXT]")
    if not isinstance(delimiter, str) or not delimiter:
        raise fail("takes a delimiter that is not empty")
    return as_text(text, fail).split(delimiter)


def base64(argument: Any, fail: Fail) -> str:
    return b64encode(as_text(argument, fail).encode()).decode("ascii")


def cidr(arguments: Any, fail: Fail) -> list[str]:
    """``count`` address blocks of ``bits`` bits out of one."""
    if not isinstance(arguments, list) or len(arguments) not in (2, 3):
        raise fail("takes [BLOCK, COUNT, BITS]")
    try:
        block = ip_network(str(arguments[0]))
        bits = int(arguments[2]) if len(arguments) == 3 else 8
        blocks = list(islice(block.subnets(new_prefix=block.max_prefixlen - bits), int(arguments[1])))
    except (TypeError, ValueError) as exc:
        raise fail(f"takes [BLOCK, COUNT, BITS]: {exc}") from exc
    if not 1 <= int(arguments[1]) <= 256 or len(blocks) < int(arguments[1]):
        raise fail(f"cannot make {arguments[1]} blocks of {bits} bits out of {block}")
    return [str(each) for each in blocks]


def length(argument: Any, fail: Fail) -> int:
    if not isinstance(argument, list):
        raise fail("takes a list")
    return len(argument)


def to_json(argument: Any, fail: Fail) -> str:
    if not isinstance(argument, (list, dict)):
        raise fail("takes a list or a mapping")
    return json.dumps(argument, separators=(",", ":"))


PURE: Mapping[str, Callable[[Any, Fail], Any]] = {
    "Fn::Base64": base64,
    "Fn::Cidr": cidr,
    "Fn::Join": join,
    "Fn::Length": length,
    "Fn::Select": select,
    "Fn::Split": split,
    "Fn::ToJsonString": to_json,
}


def sub_parts(text: str, fail: Fail) -> list[tuple[str, bool]]:
    """Literals (False) and the names of ``${placeholders}`` (True), in order; ``${!Name}`` is ``${Name}``."""
    parts: list[tuple[str, bool]] = []
    end = 0
    for found in PLACEHOLDER.finditer(text):
        parts.append((text[end : found.start()], False))
        literal, name = found.groups()
        if not literal and not NAME.fullmatch(name):
            raise fail(f"${{{name}}}: a name has letters, digits, '_', '.' and ':' only")
        parts.append((f"${{{name}}}", False) if literal else (name, True))
        end = found.end()
    parts.append((text[end:], False))
    return [part for part in parts if part[0]]
