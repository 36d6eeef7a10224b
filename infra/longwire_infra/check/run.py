"""All rules over what is there, with what its owner has stated taken into account."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from longwire_infra.check import rules
from longwire_infra.check.document import Document, Place
from longwire_infra.check.endpoint import Endpoint
from longwire_infra.check.rule import RULES, SEVERITIES, Evidence, Rule, Severity
from longwire_infra.check.rules.state import named_by
from longwire_infra.check.stack import Stack
from longwire_infra.check.statements import Statements

__all__ = ["Finding", "Report", "check_endpoint", "check_template", "listed_rules"]

IDLE = "LW094"
ABOUT_STATEMENTS = ("LW091", "LW092", IDLE)


@dataclass(frozen=True, slots=True)
class Finding:
    """``reason`` is why it is suppressed, None when it is not."""

    rule: Rule
    severity: Severity
    message: str
    place: Place
    resource: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """``not_checked`` has what could not be looked at, and why."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    statements: Statements = field(default_factory=Statements)
    not_checked: tuple[str, ...] = ()
    stack: Stack | None = None
    endpoint: Endpoint | None = None

    def fails(self, at: Severity) -> bool:
        worst = SEVERITIES.index(at)
        return any(SEVERITIES.index(finding.severity) <= worst for finding in self.findings)

    def joined(self, other: "Report") -> "Report":
        return replace(
            self,
            findings=(*self.findings, *other.findings),
            suppressed=(*self.suppressed, *other.suppressed),
            not_checked=(*self.not_checked, *other.not_checked),
            endpoint=other.endpoint or self.endpoint,
        )


def listed_rules() -> list[Rule]:
    """By id; importing the rules has listed them."""
    assert rules.__all__
    return [RULES[name] for name in sorted(RULES)]


def check_template(stack: Stack, statements: Statements) -> Report:
    seen = replace(statements, seen=frozenset(answered_by(stack)))
    found = [*found_in("template", stack, stack.document), *found_in("statements", seen, stack.document)]
    split = judged(found, statements, stack.document.file)
    return Report(tuple(split[0]), tuple(split[1]), seen, tuple(unread(stack)), stack)


def check_endpoint(endpoint: Endpoint, statements: Statements, not_checked: tuple[str, ...] = ()) -> Report:
    """Without what is idle: a suppression of a template's finding is not idle because an endpoint has none."""
    place = Place(endpoint.url, None)
    found = [
        finding_of(rule, evidence, place)
        for rule in listed_rules()
        if rule.subject == "endpoint"
        for evidence in rule.found(endpoint)
    ]
    kept, suppressed = divided(found, statements)
    return Report(tuple(kept), tuple(suppressed), statements, not_checked, endpoint=endpoint)


def found_in(subject: str, what: Any, document: Document) -> Iterator[Finding]:
    """Functions may share a handler: what is in a line of it is told once."""
    told: set[tuple[str, str, Place]] = set()
    for rule in listed_rules():
        if rule.subject == subject:
            for evidence in rule.found(what):
                place = evidence.place or document.where(evidence.path)
                if evidence.place is None or (rule.id, evidence.message, place) not in told:
                    yield finding_of(rule, evidence, place)
                told.add((rule.id, evidence.message, place))


def finding_of(rule: Rule, evidence: Evidence, place: Place) -> Finding:
    return Finding(
        rule, evidence.severity or rule.severity, evidence.message, evidence.place or place, evidence.resource
    )


def judged(found: list[Finding], statements: Statements, template: str) -> tuple[list[Finding], list[Finding]]:
    """Kept and suppressed, each once, the worst first."""
    kept, suppressed = divided(list(dict.fromkeys(found)), statements)
    # A suppression of a live endpoint's finding is only tried with --url.
    idle = [
        Finding(RULES[IDLE], "warning", f"{each.rule} finds nothing here", each.place, each.resource)
        for each in statements.suppressions
        if each.rule in RULES
        and RULES[each.rule].subject != "endpoint"
        and each.reason
        and is_about(each.place, template)
        and not any(each.covers(one.rule.id, one.resource) for one in suppressed)
    ]
    return sorted([*kept, *idle], key=order), suppressed


def is_about(place: Place, template: str) -> bool:
    """Whether a statement is about this template alone: a project's may be about another one that is below it."""
    file, folder = FilePath(place.file), FilePath(template).parent
    home = folder.parent if folder.name == "cdk.out" else folder
    return file.name != "pyproject.toml" or file.parent == home


def divided(found: list[Finding], statements: Statements) -> tuple[list[Finding], list[Finding]]:
    kept, suppressed = [], []
    for finding in found:
        reason = next(
            (
                each.reason
                for each in statements.suppressions
                if each.reason and each.covers(finding.rule.id, finding.resource)
            ),
            None,
        )
        # What is said about suppressions cannot be suppressed.
        if reason is None or finding.rule.id in ABOUT_STATEMENTS:
            kept.append(finding)
        else:
            suppressed.append(replace(finding, reason=reason))
    return kept, suppressed


def order(finding: Finding) -> tuple[int, str, str, int]:
    return SEVERITIES.index(finding.severity), finding.rule.id, finding.place.file, finding.place.line or 0


def answered_by(stack: Stack) -> Iterator[str]:
    """Questions that the template answers by itself."""
    if named_by(stack, "$connect", "$disconnect"):
        yield "session-state"


def unread(stack: Stack) -> Iterator[str]:
    """What the rules over handlers could not look at."""
    yield from stack.document.unread
    for name in sorted({*stack.behind(), *stack.authorizing}):
        if name in stack.functions and name not in stack.codes:
            runtime = stack.functions[name].resource.get("Runtime")
            yield f"the code of {name}" + (f" ({runtime})" if isinstance(runtime, str) else "") + " is not read here"
        elif name in stack.codes and not stack.codes[name].whole:
            packages = ", ".join(stack.codes[name].elsewhere)
            yield f"what {name} does by way of {packages}: no rule says that something is missing in its code"
