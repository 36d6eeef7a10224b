"""How every command of ``longwire`` ends on a mistake, and shows its examples."""

import click

from longwire.errors import LongwireError

__all__ = ["Command"]


class Command(click.Command):
    """Prints a user's mistake as one message and exits 1; keeps a command's examples as they are written."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except LongwireError as exc:
            click.echo(f"longwire: {exc}", err=True)
            context.exit(1)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        if self.epilog:
            formatter.write(f"\n{self.epilog}\n")
