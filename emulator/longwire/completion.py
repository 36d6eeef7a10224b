"""``longwire completion``: what a shell needs to complete commands and options."""

import click
from click.shell_completion import get_completion_class

from longwire.command import Command

__all__ = ["completion"]

SHELLS = ("bash", "zsh", "fish")
COMPLETION_EXAMPLES = """Examples:
  longwire completion bash >> ~/.bashrc
  longwire completion zsh >> ~/.zshrc
  longwire completion fish > ~/.config/fish/completions/longwire.fish"""


@click.command(cls=Command, epilog=COMPLETION_EXAMPLES, short_help="Print a shell's completion script.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete the commands and options of longwire."""
    script = get_completion_class(shell)
    assert script is not None  # click has all three
    click.echo(script(context.find_root().command, {}, "longwire", "_LONGWIRE_COMPLETE").source())
