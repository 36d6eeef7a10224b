"""What the documents show can be typed: every command exists and has the options it is shown with."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from console import Help, breaches, command_breaches, shown_commands
from longwire.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    path
    for folder in (".", "clients", "docs", "emulator", "functions", "infra")
    for path in (ROOT / folder).glob("*.md")
]


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def longwire_help(path: list[str]) -> str | None:
    result = CliRunner().invoke(main, [*path, "--help"])
    return result.output if result.exit_code == 0 else None


@cache
def printed(*command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "functions")}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


def dev_help(path: list[str]) -> str | None:
    """Options after a command of ./dev are those of the program that it becomes."""
    usage = printed(str(ROOT / "dev"), "help")
    become = {
        "run": ("longwire", "dev"),
        "test": ("pytest",),
        "token": ("longwire_app.issue_token",),
    }
    if path == ["demo"]:
        return printed(sys.executable, str(ROOT / "clients" / "demo" / "demo_server.py"), "--help")
    if not path or path[0] not in become:
        return usage if all(f"\n  {name} " in usage for name in path) else None
    return printed(sys.executable, "-m", *become[path[0]], "--help")


HELPS: dict[str, Help] = {"longwire": longwire_help, "./dev": dev_help}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_document_shows_can_be_typed(document: Path) -> None:
    assert breaches(document, HELPS) == []


@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_has_help_with_an_example_that_can_be_typed(path: tuple[str, ...]) -> None:
    text = longwire_help(list(path))

    assert text is not None
    _, example, examples = text.partition("Example")
    # They end at the first empty line; what follows is no command.
    paragraph, _, _ = examples.removeprefix("s").removeprefix(":").partition("\n\n")
    shown = [line.strip() for line in paragraph.splitlines() if line.strip()]
    assert example, f"`longwire {' '.join(path)} --help` shows no example"
    assert any(line.startswith(" ".join(("longwire", *path))) for line in shown)
    assert [breach for line in shown for breach in command_breaches(line, HELPS)] == []


# -- the checks can fail


@pytest.mark.parametrize(
    ("command", "breach"),
    [
        ("longwire dve", "longwire has no command dve"),
        ("longwire dev --tempalte t.yaml", "longwire dev has no option --tempalte"),
        ("longwire --versoin", "longwire has no option --versoin"),
        ("longwire dev --port=0 --jsno | jq .", "longwire dev has no option --jsno"),
        ("cd x && ./dev rnu", "./dev has no command rnu"),
        ("./dev run --prot 1", "./dev run has no option --prot"),
        ("CI=1 ./dev test -q --durrations=3; longwire", "./dev test has no option --durrations"),
        ("./dev token --usr alice", "./dev token has no option --usr"),
        ("make test", "make is no program that this document may use"),
    ],
)
def test_a_command_that_cannot_be_typed_is_named(tmp_path: Path, command: str, breach: str) -> None:
    document = tmp_path / "README.md"
    document.write_text(f"```console\n$ {command}\n```\n")

    assert breaches(document, HELPS) == [f"README.md:2: {breach}"]


def test_only_typed_lines_of_console_blocks_are_commands(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(
        "$ outside\n```text\n$ no\n```\n```console\n$ longwire dev \\\n    --port 0\noutput\n$ ./dev run\n```\n"
    )

    assert list(shown_commands(document)) == [(7, "longwire dev     --port 0"), (9, "./dev run")]
