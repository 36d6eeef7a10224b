"""What a first deploy showed, as JSON and as Markdown."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import click

from deploy_proof.conformance import Conformance
from deploy_proof.stacks import Left
from longwire.recording.differences import Outcome

__all__ = ["Result", "Summary"]

LONGEST = 400  # characters of a cell; summary.json and the logs have all
Result = Literal["passed", "failed", "differed", "not run"]


@dataclass
class Summary:
    """``steps`` are results by name, in order, with a sentence each; all are `not run` until they have run."""

    stack: str
    region: str
    began: str
    version: str
    steps: dict[str, tuple[Result, str]] = field(default_factory=dict)
    conformance: Conformance | None = None
    replays: dict[str, Outcome] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Every step passed, and nothing is left that should not be."""
        return all(result == "passed" for result, _ in self.steps.values())

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
        (folder / "summary.md").write_text("\n".join(self.markdown()) + "\n", encoding="utf-8")

    def to_json(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "region": self.region,
            "began": self.began,
            "longwire": self.version,
            "steps": {name: {"result": result, "detail": text} for name, (result, text) in self.steps.items()},
            "conformance": None if self.conformance is None else self.conformance.to_json(),
            "replays": {name: outcome.to_json() for name, outcome in self.replays.items()},
            "left": [asdict(each) for each in self.left],
        }

    def markdown(self) -> Iterator[str]:
        yield f"# First deploy of Longwire {self.version}"
        yield f"\nStacks {self.stack}-*, {self.region}, {self.began}.\n"
        yield "| step | result | |\n|---|---|---|"
        for name, (result, text) in self.steps.items():
            yield f"| {name} | {result} | {cell(text)} |"
        if self.conformance is not None:
            yield from listed("Conformance tests that failed", self.conformance.failed)
            yield from listed("Conformance tests that were not run", self.conformance.not_run)
        for name, outcome in self.replays.items():
            yield f"\n## {name}: AWS and the emulator\n\n```text"
            yield f"{click.unstyle(outcome.text())}\n```"
        yield from listed("Not deleted: type", {each.command: each.what for each in self.left})


def listed(title: str, found: dict[str, str] | Any) -> Iterator[str]:
    if found:
        yield f"\n## {title}\n"
        yield from (f"- {cell(name)}: {cell(text)}" for name, text in found.items())


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())[:LONGEST]
