"""What a rule is, and the list of all of them. A rule looks at one subject and yields its evidence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from longwire_infra.check.document import Path, Place

__all__ = ["RULES", "SEVERITIES", "Evidence", "Rule", "Severity", "Subject", "rule"]

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # the worst first
# What a rule is given: the template, what its owner has stated, or a live endpoint.
Subject = Literal["template", "statements", "endpoint"]
DEVELOPER_GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"


@dataclass(frozen=True, slots=True)
class Evidence:
    """``path`` is the way to the value in the template; ``place`` is for what stands elsewhere, in a handler."""

    message: str
    path: Path = ()
    place: Place | None = None
    resource: str | None = None
    severity: Severity | None = None  # when it is another than the rule's


@dataclass(frozen=True, slots=True)
class Rule:
    """``id`` never changes its meaning and is never used again."""

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    source: str
    subject: Subject
    found: Callable[[Any], Iterator[Evidence]] = field(repr=False)


RULES: dict[str, Rule] = {}

Found = Callable[[Any], Iterator[Evidence]]


def rule(  # noqa: PLR0913, PLR0917 - the parts of a rule
    rule_id: str, severity: Severity, title: str, why: str, fix: str, source: str, subject: Subject = "template"
) -> Callable[[Found], Found]:
    """Puts the function below it into RULES. A ``source`` without a scheme is a page of API Gateway's guide."""
    where = source if "://" in source or " " in source else DEVELOPER_GUIDE + source

    def listed(found: Found) -> Found:
        assert rule_id not in RULES, rule_id
        RULES[rule_id] = Rule(rule_id, severity, title, why, fix, where, subject, found)
        return found

    return listed
