"""Commands that a document shows, against what the commands say of themselves.

A command stands in a fenced ``console`` block, after ``$ ``. A line that ends with a backslash goes on in the next.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from itertools import dropwhile, groupby, takewhile
from pathlib import Path

# Programs of others: that they are spelled right is all that is asked.
FOREIGN = {"cd", "curl", "git", "jq", "pip", "pytest", "python", "sam", "uv", "uvx", "websockets"}
OPERATORS = {"|", "||", "&&", ";", "&"}
ASSIGNMENT = re.compile(r"\w+=")
FLAG = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")

# What `PROGRAM WORDS --help` prints, None when there is no such command.
Help = Callable[[list[str]], str | None]


def shown_commands(document: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of each command."""
    inside, pending = False, ""
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            inside, pending = line.strip() == "```console", ""
        elif inside and (pending or line.startswith("$ ")):
            pending += line.removeprefix("$ ")
            if not pending.endswith("\\"):
                yield number, pending
                pending = ""
            pending = pending.removesuffix("\\")


def breaches(document: Path, helps: dict[str, Help]) -> list[str]:
    return [
        f"{document.name}:{number}: {breach}"
        for number, command in shown_commands(document)
        for breach in command_breaches(command, helps)
    ]


def command_breaches(command: str, helps: dict[str, Help]) -> Iterator[str]:
    """Each program of a pipeline is known, has the command named, and that command has each option."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    segments = [list(words) for operator, words in groupby(lexer, OPERATORS.__contains__) if not operator]
    for words in segments:
        program, *arguments = dropwhile(ASSIGNMENT.match, words)
        if program in helps:
            yield from _own_breaches(program, arguments, helps[program])
        elif program not in FOREIGN:
            yield f"{program} is no program that this document may use"


def _own_breaches(program: str, arguments: list[str], help_of: Help) -> Iterator[str]:
    words = list(takewhile(lambda word: not word.startswith("-"), arguments))
    path = words[:1]
    text = help_of(path)
    # A group lists its commands, of which the next word may be one.
    while text is not None and "\nCommands:\n" in text and path and len(words) > len(path):
        path = words[: len(path) + 1]
        text = help_of(path)
    if text is None:
        yield f"{program} has no command {' '.join(path)}"
        return
    known = set(FLAG.findall(text))
    flags = [argument.partition("=")[0] for argument in arguments if FLAG.match(argument)]
    yield from (f"{' '.join([program, *path])} has no option {flag}" for flag in flags if flag not in known)
