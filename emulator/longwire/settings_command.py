"""``longwire settings`` on the command line."""

from pathlib import Path

import click

from longwire.command import Command

__all__ = ["settings"]

SETTINGS_EXAMPLES = """Examples:
  longwire settings
  longwire settings --json | jq '.[] | select(.verified | not)'
  longwire settings --set idle_timeout=60
  longwire dev --set idle_timeout=60 --set ping_resets_idle=true

In pyproject.toml:
  [tool.longwire.settings]
  idle_timeout = 60"""


@click.command(cls=Command, epilog=SETTINGS_EXAMPLES, short_help="List every quota and default by name.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="As `longwire dev` would take it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def settings(settings: tuple[str, ...], as_json: bool) -> None:
    """List every quota and default by name: value, unit, source, and whether the source is AWS or a capture of it.

    Values are those of this folder's project: [tool.longwire.settings] in the nearest pyproject.toml.
    """
    from longwire.settings_file import effective_settings
    from longwire.settings_table import settings_json, settings_table

    quotas = effective_settings(Path.cwd(), settings)
    click.echo(settings_json(quotas) if as_json else settings_table(quotas))
