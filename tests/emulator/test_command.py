"""Commands, and mistakes."""

import click
from click.testing import CliRunner

from longwire.command import Command
from longwire.errors import UsageError


@click.command(cls=Command, epilog="Examples:\n  one  two")
@click.option("--wrong", is_flag=True)
def tried(wrong: bool) -> None:
    if wrong:
        raise UsageError("this is wrong")


def test_a_mistake_is_one_message_and_exit_code_1() -> None:
    shown = CliRunner().invoke(tried, ["--wrong"])
    assert (shown.exit_code, shown.stdout, shown.stderr) == (1, "", "longwire: this is wrong\n")
    assert CliRunner().invoke(tried, []).exit_code == 0


def test_examples_are_shown_as_they_are_written() -> None:
    assert CliRunner().invoke(tried, ["--help"]).output.endswith("\nExamples:\n  one  two\n")
