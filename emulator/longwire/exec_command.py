"""``longwire exec`` on the command line."""

import sys
from pathlib import Path

import click

from longwire.command import Command
from longwire.project import chosen
from longwire.tls import TlsOptions

__all__ = ["exec_command"]

EXEC_EXAMPLES = """Examples:
  longwire exec -- npm test
  longwire exec --template template.yaml -- pytest tests/end_to_end
  longwire exec --set idle_timeout=5 -- sh -c 'wscat -c $LONGWIRE_WS_URL'
  longwire exec --tls -- npm test

The command finds LONGWIRE_WS_URL, LONGWIRE_MANAGEMENT_URL, LONGWIRE_ENDPOINT_URL, LONGWIRE_INSPECTOR_URL,
AWS_ENDPOINT_URL and dummy credentials, and LONGWIRE_REF_<logical id> for each function, table and queue.
With --tls, LONGWIRE_CA_FILE, NODE_EXTRA_CA_CERTS, AWS_CA_BUNDLE, SSL_CERT_FILE and
REQUESTS_CA_BUNDLE let clients trust its certificate."""


@click.command("exec", cls=Command, epilog=EXEC_EXAMPLES, short_help="Run a command beside the emulator.")
@click.option("-t", "--template", "--template-file", type=click.Path(path_type=Path), help="As for `longwire dev`.")
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=0, help="[default: one that is free]")
@click.option("-n", "--env-vars", type=click.Path(path_type=Path), help="As for `longwire dev`.")
@click.option("--parameter-overrides", multiple=True, metavar="KEY=VALUE", help="Template parameters. Repeatable.")
@click.option("--region", default=None, envvar="AWS_REGION", help="As for `longwire dev`.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="As for `longwire dev`.")
@click.option("--function", "programs", multiple=True, metavar="NAME=COMMAND|URL", help="As for `longwire dev`.")
@click.option("--layer", "layers", multiple=True, metavar="ARN=PATH", help="As for `longwire dev`.")
@click.option("--allow-unsupported", is_flag=True, help="As for `longwire dev`.")
@click.option("--tls", is_flag=True, help="As for `longwire dev`.")
@click.option("-v", "--verbose", is_flag=True, help="Show what happens, on stderr.")
@click.argument("command", nargs=-1, required=True, metavar="-- COMMAND...")
def exec_command(
    template: Path | None,
    port: int,
    env_vars: Path | None,
    parameter_overrides: tuple[str, ...],
    region: str | None,
    settings: tuple[str, ...],
    programs: tuple[str, ...],
    layers: tuple[str, ...],
    allow_unsupported: bool,
    tls: bool,
    verbose: bool,
    command: tuple[str, ...],
) -> None:
    """Start the emulator, run a command beside it, stop it, and end with the command's exit code.

    The command sees where the emulator is in environment variables, and nothing of your AWS account.
    """
    from longwire.dev import Dev
    from longwire.execution import Execution

    found = chosen(template, Path.cwd())
    dev = Dev(
        found,
        "127.0.0.1",
        port,
        env_vars,
        parameter_overrides,
        region or found.region or "us-east-1",
        as_json=False,
        quiet=True,
        allow_unsupported=allow_unsupported,
        settings=settings,
        programs=programs,
        layers=layers,
        reload=False,
        tls=TlsOptions(tls),
    )
    sys.exit(Execution(dev, command, verbose).run())
