"""``longwire describe``: what is understood of a template."""

from pathlib import Path

import click

from longwire.command import Command
from longwire.project import chosen

__all__ = ["describe"]

DESCRIBE_EXAMPLES = """Examples:
  longwire describe
  longwire describe --template template.yaml
  longwire describe --template cdk.out --json | jq '.apis[].routes[].key'
  longwire describe --json | jq '.errors + .not_supported'"""


@click.command(cls=Command, epilog=DESCRIBE_EXAMPLES, short_help="Say what is understood of a template.")
@click.option(
    "-t",
    "--template",
    "--template-file",
    type=click.Path(path_type=Path),
    help="As for `longwire dev`.",
)
@click.option("--parameter-overrides", multiple=True, metavar="KEY=VALUE...", help="Template parameters, as SAM's.")
@click.option("--config-env", metavar="NAME", help="Environment of samconfig.toml.  [default: default]")
@click.option("--config-file", type=click.Path(path_type=Path), help="SAM's settings.")
@click.option("--region", envvar="AWS_REGION", show_envvar=True, help="Region that the stack believes to be in.")
@click.option("--layer", "layers", multiple=True, metavar="ARN=PATH", help="As for `longwire dev`.")
@click.option("--function", "programs", multiple=True, metavar="NAME=COMMAND|URL", help="As for `longwire dev`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.argument("overrides", nargs=-1, metavar="")
@click.pass_context
def describe(
    context: click.Context,
    template: Path | None,
    parameter_overrides: tuple[str, ...],
    config_env: str | None,
    config_file: Path | None,
    region: str | None,
    layers: tuple[str, ...],
    programs: tuple[str, ...],
    as_json: bool,
    overrides: tuple[str, ...],
) -> None:
    """Say what is understood of a template, and everything in it that is wrong or not supported, with its line.

    APIs, stages, routes, functions, authorizers, tables, queues, event sources, domain names. Nothing is started.
    """
    if overrides and not parameter_overrides:
        context.fail(f"Got unexpected extra argument ({overrides[0]})")
    from longwire.description import described

    found = chosen(template, Path.cwd(), config_env, config_file)
    click.echo(described(found, (*parameter_overrides, *overrides), region, (programs, layers), as_json=as_json))
