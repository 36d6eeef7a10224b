"""What ``python -X importtime`` prints, as a table of what a cold start is spent on."""

import re
from typing import NamedTuple

__all__ = ["ImportProfile"]

LINE = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)")
SHOWN = 15  # modules
OURS = "longwire"


class Module(NamedTuple):
    """Microseconds, alone and with what it imported itself."""

    name: str
    own: int
    whole: int


class ImportProfile:
    """Of one execution environment, until its init is over."""

    def __init__(self) -> None:
        self.modules: list[Module] = []

    def take(self, line: str) -> bool:
        """Whether the line is one of the interpreter's."""
        if not line.startswith("import time:"):
            return False
        found = LINE.match(line)
        if found is not None and not found[4].startswith(OURS):
            self.modules.append(Module(found[4], int(found[1]), int(found[2])))
        return True

    def table(self) -> str:
        """The modules that took longest by themselves; "with" is with what they import."""
        slowest = sorted(self.modules, key=lambda module: module.own, reverse=True)[:SHOWN]
        total = sum(module.own for module in self.modules) / 1000
        lines = [f"cold start: {total:.0f} ms in {len(self.modules)} imports"]
        lines.append(f"{'alone':>10} {'with':>10}  module")
        lines += [f"{each.own / 1000:7.1f} ms {each.whole / 1000:7.1f} ms  {each.name}" for each in slowest]
        return "\n".join(lines)
