"""A place in the text of a template that is being read."""

import re

from longwire.core.velocity.nodes import VelocityError

__all__ = ["DEEPEST", "Cursor"]

SPACE = re.compile(r"[ \t\r\n]*")
REST_OF_LINE = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
DEEPEST = 60  # blocks, brackets and quotes within one another; ours, so that no template exhausts the stack


class Cursor:
    """``end`` is where reading stops: the text's, or that of a part of it, so that places stay those of the whole."""

    def __init__(self, text: str, at: int = 0, end: int | None = None, depth: int = 0) -> None:
        self.text = text
        self.at = at
        self.end = len(text) if end is None else end
        self.depth = depth

    @property
    def done(self) -> bool:
        return self.at >= self.end

    def sees(self, expected: str) -> bool:
        return self.text.startswith(expected, self.at, self.end)

    def take(self, expected: str) -> bool:
        """Whether it stands here; if so it is behind us."""
        if not self.sees(expected):
            return False
        self.at += len(expected)
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The same of a pattern."""
        found = pattern.match(self.text, self.at, self.end)
        if found is not None:
            self.at = found.end()
        return found

    def look(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.at, self.end)

    def skip_space(self) -> None:
        self.match(SPACE)

    def skip_rest_of_line(self) -> None:
        """Observed of Velocity 1.7: what is blank behind a directive goes with it, the line's end included."""
        self.match(REST_OF_LINE)

    def expect(self, expected: str, of: str) -> None:
        self.skip_space()
        if not self.take(expected):
            raise self.error(f"{of}: {expected} is expected here, not {self.here()}")

    def here(self) -> str:
        if self.done:
            return "the end of the template"
        return repr(self.text[self.at : min(self.at + 12, self.end)].split("\n")[0] or "\n")

    def error(self, message: str, at: int | None = None, hint: str | None = None) -> VelocityError:
        return VelocityError(message, self.text, self.at if at is None else at, hint)

    def enter(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"more than {DEEPEST} levels within one another")

    def leave(self) -> None:
        self.depth -= 1
