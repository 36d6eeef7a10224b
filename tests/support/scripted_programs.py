"""Programs that answer as they are told and write down how they were called, in place of sam and aws."""

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["ScriptedPrograms"]

PROGRAM = """#!{python}
import json, pathlib, sys, time
folder = pathlib.Path({folder!r})
call = " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])
with (folder / "calls.txt").open("a+") as file:
    file.write(call + "\\n")
    file.seek(0)
    calls = file.read().splitlines()
answers = json.loads((folder / "answers.json").read_text())
for words, answer in answers:
    fitting = [each for each in calls if all(word in each.split() for word in words.split())]
    if call in fitting and len(fitting) <= answer.get("times", len(fitting)):
        time.sleep(answer.get("seconds", 0))
        sys.stdout.write(answer.get("out", ""))
        sys.stderr.write(answer.get("err", ""))
        sys.exit(answer.get("code", 0))
"""


@dataclass
class ScriptedPrograms:
    """``answers`` are by whole words that a call has; the first that fits is given. A call that none fits succeeds."""

    folder: Path
    answers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, words: str, **answer: Any) -> None:
        """``out``, ``err``, ``code``, ``seconds``, ``times`` that it is given; comes before what was given earlier."""
        self.answers.insert(0, (words, answer))

    def install(self, *names: str) -> str:
        """The PATH with them first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "answers.json").write_text(json.dumps(self.answers))
        for name in names:
            program = self.folder / name
            program.write_text(PROGRAM.format(python=sys.executable, folder=str(self.folder)))
            program.chmod(0o755)
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls.txt"
        return file.read_text().splitlines() if file.exists() else []

    def called(self, *words: str) -> list[str]:
        """The calls with all of these words."""
        return [call for call in self.calls if all(word in call for word in words)]
