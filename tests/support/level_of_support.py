"""The level of support, as the conformance tests' docstrings say it, written into emulator/README.md.

A docstring begins with the numbers of its rules, how sure the rule is, and its source::

    \"\"\"A2.3 OBSERVED [EXP]: a `$connect` function that raises refuses the handshake with 502.\"\"\"

Run this file to see the tables; with ``--write`` it replaces those in the README.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from untested_rules import UNTESTED

__all__ = [
    "BEGIN", "END", "README", "ROOT", "Row", "order", "rows", "rule_numbers", "section", "tables", "write", "wrong",
]  # fmt: skip

ROOT = Path(__file__).parents[2]
README = ROOT / "emulator" / "README.md"
BEGIN, END = "<!-- level of support: begin -->", "<!-- level of support: end -->"
SECTIONS = {
    "A": "Handshake",
    "B": "Events",
    "C": "Messages",
    "D": "Frames, limits, closes",
    "E": "@connections",
    "F": "Authorizers",
    "G": "Metering",
    "H": "Monitoring",
    "J": "Settings",
}
# How many rules each part of the description of AWS's behaviour has; those of J are named after settings.
COUNTS = {"A1": 5, "A2": 20, "A3": 3, "A4": 3, "B1": 8, "B2": 19, "B3": 4, "B4": 12, "C1": 6, "C2": 7, "C3": 8}
COUNTS |= {"C4": 6, "D": 18, "E": 15, "F": 7, "G": 8, "H": 5}
CONFIDENCE = {
    "DOCUMENTED": "documented",
    "OBSERVED": "observed",
    "INFERRED": "inferred, not verified",
    "CLAIMED": "claimed by others, not verified",
    "UNKNOWN": "unknown, our default, not verified",
}
RULE = r"(?:[A-H]\d*(?:\.\d+)?|J(?:\.\w+)?)"
DOCSTRING = re.compile(rf"({RULE}(?:, {RULE})*) ({'|'.join(CONFIDENCE)}) \[([^\]]+)\]: (.+)")
DEALT_WITH = re.compile(r"test_(?:autobahn)\.py")  # says of RFC 6455, not of API Gateway


@dataclass(frozen=True)
class Row:
    """One test: what it shows, and how sure that is."""

    rules: tuple[str, ...]
    tag: str
    source: str
    behaviour: str
    file: str
    test: str

    @property
    def section(self) -> str:
        return self.rules[0][0]

    def cells(self) -> tuple[str, ...]:
        link = f"[{self.test.removeprefix('test_')}](../{self.file})"
        behaviour = self.behaviour[0].upper() + self.behaviour[1:].removesuffix(".")
        return ", ".join(self.rules), behaviour, CONFIDENCE[self.tag], self.source, link


def tests(folder: Path) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file in sorted(folder.glob("test_*.py")):
        if not DEALT_WITH.fullmatch(file.name):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                    yield file, node


def first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]


def rows(folder: Path) -> list[Row]:
    """Of every test whose docstring can be read, in the order of their rules."""
    found = []
    for file, node in tests(folder):
        said = DOCSTRING.fullmatch(first_line(node))
        if said is not None:
            rules = tuple(said[1].split(", "))
            found.append(Row(rules, said[2], said[3], said[4], f"tests/{folder.name}/{file.name}", node.name))
    return sorted(found, key=lambda row: order(row.rules[0]))


def wrong(folder: Path) -> list[str]:
    """Tests whose docstring does not name rule, confidence and source."""
    return [
        f"{file.name}:{node.lineno}: {node.name}: the docstring is not `RULE TAG [SOURCE]: behaviour`"
        for file, node in tests(folder)
        if not DOCSTRING.fullmatch(first_line(node))
    ]


def order(rule: str) -> tuple[str, float, str]:
    part, _, number = rule.partition(".")
    plain = part if part[1:] else f"{part}{number}" if number.isdecimal() else part
    return part[0], float(f"{plain[1:] or 0}") * 100 + (int(number) if number.isdecimal() else 0), number


def rule_numbers(settings: list[str]) -> set[str]:
    """All of them; E and F are counted without a dot."""
    dotted = {f"{part}.{number}" for part in COUNTS if len(part) > 1 for number in range(1, COUNTS[part] + 1)}
    dotted |= {f"D.{number}" for number in range(1, COUNTS["D"] + 1)}
    plain = {f"{part}{number}" for part in "EFGH" for number in range(1, COUNTS[part] + 1)}
    return dotted | plain | {f"J.{name}" for name in settings}


# --- the README


def table(head: tuple[str, ...], body: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def tables(folder: Path) -> str:
    """Markdown: a folded table for each section, then what no test shows."""
    found = rows(folder)
    parts = [folded(title, [row for row in found if row.section == letter]) for letter, title in SECTIONS.items()]
    untested: list[tuple[str, ...]] = [
        (rule.number, rule.behaviour, CONFIDENCE[rule.tag], rule.source, rule.here) for rule in UNTESTED
    ]
    parts.append(f"Without a test:\n\n{table(('rule', 'behaviour', 'confidence', 'source', 'here'), untested)}")
    return "\n\n".join(parts)


def folded(title: str, found: list[Row]) -> str:
    """A section that opens with a click, and says before that how much of it is sure."""
    sure = sum(row.tag in ("DOCUMENTED", "OBSERVED") for row in found)
    summary = f"<summary>{title}: {len(found)} rows, {sure} documented or observed</summary>"
    cells = [row.cells() for row in found]
    body = table(("rule", "behaviour", "confidence", "source", "test"), cells)
    return f"<details>\n{summary}\n\n{body}\n\n</details>"


def section(text: str) -> str:
    """What stands between the marks of a README."""
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def write(file: Path, found: str) -> None:
    before, _, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    file.write_text(f"{before}{BEGIN}\n{found}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    shown = tables(ROOT / "tests" / "conformance")
    if "--write" in sys.argv:
        write(README, shown)
    else:
        sys.stdout.write(shown + "\n")
