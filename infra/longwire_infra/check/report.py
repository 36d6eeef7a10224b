"""A report as text for people, and as JSON."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

from longwire_infra.check.document import Place
from longwire_infra.check.rule import SEVERITIES, Rule, Severity
from longwire_infra.check.run import Finding, Report

__all__ = ["as_json", "as_text", "rules_json", "rules_text", "shown"]

COLORS: Mapping[Severity, str] = {"error": "\x1b[31;1m", "warning": "\x1b[33m", "note": "\x1b[36m"}  # red, yellow, cyan


def shown(file: str) -> str:
    """From here, when it is below here."""
    if "://" in file:
        return file
    near = os.path.relpath(file)
    return file if near.startswith("..") else near.replace(os.sep, "/")


def at(place: Place) -> str:
    return shown(place.file) if place.line is None else f"{shown(place.file)}:{place.line}"


def counts(report: Report) -> dict[str, int]:
    return {severity: sum(finding.severity == severity for finding in report.findings) for severity in SEVERITIES}


def as_json(report: Report, fail_on: Severity) -> dict[str, Any]:
    return {
        "template": None if report.stack is None else shown(report.stack.document.file),
        "url": None if report.endpoint is None else report.endpoint.url,
        "fail_on": fail_on,
        "ok": not report.fails(fail_on),
        "counts": counts(report) | {"suppressed": len(report.suppressed)},
        "findings": [finding_json(finding) for finding in report.findings],
        "suppressed": [finding_json(finding) | {"reason": finding.reason} for finding in report.suppressed],
        "answers": {name: dict(answer.values) for name, answer in sorted(report.statements.answers.items())},
        "not_checked": list(report.not_checked),
        "endpoint": None if report.endpoint is None else asdict(report.endpoint),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity,
        "title": finding.rule.title,
        "message": finding.message,
        "resource": finding.resource,
        "file": shown(finding.place.file),
        "line": finding.place.line,
        "why": finding.rule.why,
        "fix": finding.rule.fix,
        "source": finding.rule.source,
    }


def as_text(report: Report, fail_on: Severity, *, color: bool = False) -> str:
    """The worst first; every rule once, with all its evidence. Unanswered questions come last, a line each."""
    asked = [finding for finding in report.findings if is_question(finding)]
    found = [finding for finding in report.findings if not is_question(finding)]
    parts = [
        *(section(group, color=color) for group in grouped(found)),
        *questions(asked),
        *remarks(report),
        summary(report, fail_on),
    ]
    return "\n\n".join(parts)


def is_question(finding: Finding) -> bool:
    return finding.severity == "note" and finding.rule.subject == "statements"


def grouped(found: list[Finding]) -> Iterator[list[Finding]]:
    for _, group in groupby(found, key=lambda finding: (finding.severity, finding.rule.id)):
        yield list(group)


def section(findings: list[Finding], *, color: bool) -> str:
    rule, severity = findings[0].rule, findings[0].severity
    start, end = (COLORS[severity], "\x1b[0m") if color else ("", "")
    lines = [f"{start}{severity}{end} {rule.id} {rule.title}"]
    lines += [f"  {at(finding.place)}{named(finding)}: {finding.message}" for finding in findings[:20]]
    lines += [f"  and {len(findings) - 20} more"] if len(findings) > 20 else []
    return "\n".join([*lines, f"  why: {rule.why}", f"  fix: {rule.fix}", f"  source: {rule.source}"])


def named(finding: Finding) -> str:
    return f" {finding.resource}" if finding.resource else ""


def questions(asked: list[Finding]) -> Iterator[str]:
    if asked:
        lines = [f"  {finding.rule.id} {finding.rule.title}\n        {finding.rule.fix}" for finding in asked]
        head = "Not to be seen in a template. Answer in pyproject.toml, [tool.longwire.check.answers]:"
        yield "\n".join([head, *lines])


def remarks(report: Report) -> Iterator[str]:
    if report.not_checked:
        yield "\n".join(["Not checked:", *(f"  {each}" for each in report.not_checked)])


def summary(report: Report, fail_on: Severity) -> str:
    numbers = counts(report)
    found = ", ".join(f"{count} {name}{'s' * (count != 1)}" for name, count in numbers.items())
    stated = f"; {len(report.suppressed)} suppressed with a reason" if report.suppressed else ""
    answers = f"; {len(report.statements.answers)} questions answered, as stated" if report.statements.answers else ""
    verdict = f"fails at {fail_on}" if report.fails(fail_on) else f"nothing at or above {fail_on}"
    return f"{found}{stated}{answers}: {verdict}"


def rules_json(listed: list[Rule]) -> list[dict[str, str]]:
    names = ("id", "severity", "subject", "title", "why", "fix", "source")
    return [{name: str(getattr(rule, name)) for name in names} for rule in listed]


def rules_text(listed: list[Rule]) -> str:
    return "\n".join(f"{rule.id}  {rule.severity:<7}  {rule.title}" for rule in listed)
