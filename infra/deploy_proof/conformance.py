"""The conformance suite against a deployed stack: which tests passed, failed, and were not run."""

import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy_proof.commands import Commands, StepFailed

__all__ = ["Conformance", "run_conformance"]

LIMIT = 5400.0  # seconds for the whole suite
NOT_RUN = re.compile(r"^NOT RUN (\S+.*?): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Conformance:
    """``failed`` and ``not_run`` are names of tests with what was said of them."""

    passed: int
    failed: Mapping[str, str]
    not_run: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return {"passed": self.passed, "failed": dict(self.failed), "not_run": dict(self.not_run)}


def run_conformance(
    commands: Commands, root: Path, urls: Mapping[str, str], region: str, only: str | None
) -> Conformance:  # fmt: skip
    """``urls`` are those of the conformance templates by their names, ``only`` is pytest's -k. Raises StepFailed."""
    report = commands.logs / "conformance.xml"
    command = [sys.executable, "-m", "pytest", "tests/conformance", "-q", "-p", "no:cacheprovider"]
    command += ["--junitxml", str(report.resolve()), *(["-k", only] if only else [])]
    env = {variable(name): url for name, url in urls.items()} | {"AWS_REGION": region}
    advice = "the log has what pytest said; exit code 5 is that no test was found"
    out = commands.run(
        "conformance", command, limit=LIMIT, advice=advice, accepted=(0, 1), env=env, cwd=root
    )  # fmt: skip
    return read_report(report, out, advice)


def variable(template: str) -> str:
    name = "LONGWIRE_CONFORMANCE_URL"
    return name if template == "template" else f"{name}_{template.upper()}"


def read_report(report: Path, out: str, advice: str) -> Conformance:
    """Of pytest's JUnit file and what it printed."""
    try:
        cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest has just written it
    except (OSError, ET.ParseError) as exc:
        raise StepFailed("conformance", f"pytest left no report: {exc}", advice) from exc
    failed, not_run, passed = {}, dict(NOT_RUN.findall(out)), 0
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}"
        wrong = [each for each in case if each.tag in ("failure", "error")]
        skipped = case.find("skipped")
        if wrong:
            failed[name] = str(wrong[0].get("message") or "").partition("\n")[0][:300]
        elif skipped is not None:
            not_run[name] = str(skipped.get("message") or "skipped")
        else:
            passed += 1
    return Conformance(passed, failed, not_run)
