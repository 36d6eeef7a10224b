"""A report as SARIF 2.1.0, which code hosts show beside the lines."""

from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import quote

from longwire_infra.check.report import shown
from longwire_infra.check.rule import Rule
from longwire_infra.check.run import Finding, Report

__all__ = ["as_sarif"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: Report, rules: Iterable[Rule], version: str) -> dict[str, Any]:
    """Suppressed findings are in it, with their reasons: whoever reads it sees what was left out."""
    listed = list(rules)
    index = {rule.id: number for number, rule in enumerate(listed)}
    driver = {"name": "longwire check", "version": version, "rules": [descriptor(rule) for rule in listed]}
    findings = [*report.findings, *report.suppressed]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [result(finding, index[finding.rule.id]) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def descriptor(rule: Rule) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.fix}\n\n{rule.source}"},
        "defaultConfiguration": {"level": rule.severity},
    }
    return described | ({"helpUri": rule.source} if "://" in rule.source else {})


def result(finding: Finding, index: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": f"{finding.rule.title}. {finding.message}."},
        "locations": [location(finding)],
    }
    if finding.reason is not None:
        made["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return made


def location(finding: Finding) -> dict[str, Any]:
    """Relative where it can be, as code hosts want it; a file elsewhere is an absolute URI."""
    file = shown(finding.place.file)
    uri = file if "://" in file else FilePath(file).as_uri() if FilePath(file).is_absolute() else quote(file)
    region = {} if finding.place.line is None else {"region": {"startLine": finding.place.line}}
    found: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
    if finding.resource is not None:
        found["logicalLocations"] = [{"name": finding.resource, "kind": "resource"}]
    return found
