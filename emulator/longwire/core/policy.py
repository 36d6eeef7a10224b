"""An IAM policy, an authorizer's or an access key's, judged for one ARN.

IAM's evaluation logic: an explicit Deny wins, then an Allow, else access is denied. ``*`` and ``?`` are wildcards
and cross ``/``. A ``Condition`` is refused by name: none of its keys can be judged here, and ignoring it would be
more permissive than AWS.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

__all__ = ["PolicyError", "judge"]

Verdict = Literal["allow", "explicit_deny", "implicit_deny"]
ACTION = "execute-api:Invoke"


class PolicyError(ValueError):
    """A policy document that API Gateway would call malformed, or one that cannot be judged here."""


def judge(document: Any, arn: str, action: str = ACTION) -> Verdict:
    """The verdict on ``action`` for ``arn``; raises PolicyError."""
    if not isinstance(document, Mapping):
        raise PolicyError("policyDocument is not an object")
    statements = listed(document.get("Statement"))
    if not statements:
        raise PolicyError("policyDocument has no Statement")
    effects = {effect(statement) for statement in statements if applies(statement, arn, action)}
    if "Deny" in effects:
        return "explicit_deny"
    return "allow" if "Allow" in effects else "implicit_deny"


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def effect(statement: Mapping[str, Any]) -> str:
    found = statement.get("Effect")
    if found not in ("Allow", "Deny"):
        raise PolicyError(f"Effect is {found!r}, not Allow or Deny")
    return str(found)


def applies(statement: Any, arn: str, action: str) -> bool:
    if not isinstance(statement, Mapping):
        raise PolicyError("a Statement is not an object")
    effect(statement)
    if "Condition" in statement:
        raise PolicyError("Condition in a policy cannot be judged by the emulator")
    return named(statement, "Action", action, ignore_case=True) and named(statement, "Resource", arn)


def named(statement: Mapping[str, Any], key: str, value: str, *, ignore_case: bool = False) -> bool:
    if f"Not{key}" in statement:
        return not any(matches(item, value, ignore_case) for item in patterns(statement, f"Not{key}"))
    return any(matches(item, value, ignore_case) for item in patterns(statement, key))


def patterns(statement: Mapping[str, Any], key: str) -> list[str]:
    found = listed(statement.get(key))
    if not found or not all(isinstance(item, str) for item in found):
        raise PolicyError(f"{key} is not a string or a list of strings")
    return found


def matches(pattern: str, value: str, ignore_case: bool) -> bool:
    return compiled(pattern, ignore_case).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    escaped = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(escaped, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
