"""The checklist's cases: a template that lacks nothing, changed in one place, so that one rule finds something.

A file of cases has, by the id of a rule, a ``fail`` and a ``pass``. Each is a list of changes, or one:
``template``, and ``then``, is merged into the base (null takes out), ``generate`` adds so many routes, ``code`` has
files of handlers by name, ``project`` is joined to pyproject.toml, and ``without`` takes one of its answers out.
``base: raw`` starts from CloudFormation's own resources.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from longwire.check_document import document
from longwire.project import Chosen
from longwire.settings_file import check_table
from longwire.template.source import parse
from longwire_infra.check.document import Document
from longwire_infra.check.run import Report, check_template
from longwire_infra.check.stack import Stack
from longwire_infra.check.statements import of_project, of_template

FOLDER = Path(__file__).parents[1] / "infra" / "check"
TODAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Case:
    rule: str
    kind: str  # fail or pass
    number: int
    change: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}-{self.kind}-{self.number}"

    @property
    def also(self) -> set[str]:
        """Other rules that find something too, because it is wrong in two ways."""
        return set(self.change.get("also", []))


def cases(name: str) -> list[Case]:
    """Of one file of cases, which is called as the module of its rules."""
    file = FOLDER / "cases" / f"{name}.yaml"
    found = parse(file.read_text(encoding="utf-8"), file).data
    return [case for rule, kinds in found.items() for case in cases_of(rule, kinds)]


def cases_of(rule: str, kinds: dict[str, Any]) -> Iterator[Case]:
    shared = {"base": kinds.get("base", "template")}
    for kind in ("fail", "pass"):
        changes = kinds[kind] if isinstance(kinds[kind], list) else [kinds[kind]]
        for number, change in enumerate(changes):
            yield Case(rule, kind, number, shared | (change or {}))


def checked(case: Case, folder: Path) -> Report:
    shutil.copytree(FOLDER / "base", folder, dirs_exist_ok=True)
    base = folder / f"{case.change['base']}.yaml"
    changed = parse(base.read_text(encoding="utf-8"), base).data
    for change in (case.change.get("template"), case.change.get("then"), many_routes(case.change.get("generate", 0))):
        changed = merged(changed, change or {})
    template = folder / "template.json"
    template.write_text(json.dumps(changed, indent=1), encoding="utf-8")
    for name, text in (case.change.get("code") or {}).items():
        (folder / "src" / name).write_text(text, encoding="utf-8")
    project = folder / "pyproject.toml"
    project.write_text(without(project.read_text(encoding="utf-8"), case.change.get("without")), encoding="utf-8")
    with project.open("a", encoding="utf-8") as file:
        file.write(case.change.get("project") or "")
    return report(template)


def many_routes(count: int) -> dict[str, Any]:
    """So many routes more than the base has."""
    routes = {f"say{number}": {"FunctionArn": {"Fn::GetAtt": ["Say", "Arn"]}} for number in range(count)}
    return {"Resources": {"Api": {"Properties": {"Routes": routes}}}}


def without(text: str, name: str | None) -> str:
    """Of pyproject.toml, all lines but the answer of a name."""
    return "".join(line for line in text.splitlines(keepends=True) if name is None or not line.startswith(name))


def report(template: Path) -> Report:
    read = document(Chosen(template), {}, "us-east-1")
    file, table = check_table(template.parent)
    assert file is not None
    statements = of_template(read).joined(of_project(file, table))
    return check_template(Stack(read, TODAY, statements.expected), statements)


def merged(base: Any, change: Any) -> Any:
    """RFC 7396: mappings are merged, null takes a key out, anything else replaces."""
    if not isinstance(change, dict):
        return change
    found = dict(base) if isinstance(base, dict) else {}
    for key, value in change.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def read_text(text: str, folder: Path, overrides: Mapping[str, str] | None = None) -> Document:
    """A template of a few lines; its Transform is added."""
    template = folder / "template.yaml"
    template.write_text(f"Transform: AWS::Serverless-2016-10-31\n{text}", encoding="utf-8")
    return document(Chosen(template), overrides or {}, "us-east-1")


def stack_of(text: str, folder: Path) -> Stack:
    return Stack(read_text(text, folder), TODAY)
