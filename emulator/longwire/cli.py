"""The ``longwire`` command."""

import sys
from pathlib import Path

import click
from click.core import ParameterSource

from longwire import __version__
from longwire.check import check
from longwire.command import Command
from longwire.completion import completion
from longwire.ctl import ctl
from longwire.describe import describe
from longwire.events_command import events
from longwire.exec_command import exec_command
from longwire.load.cli import load
from longwire.project import chosen
from longwire.recording.record_command import record
from longwire.recording.replay_command import replay
from longwire.settings_command import settings
from longwire.status import status
from longwire.tls import TlsOptions, tls_options

__all__ = ["main"]


class Commands(click.Group):
    """Those of the cost side are imported when they are asked for, so that neither side waits for the other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "cost", "monitoring", "prices", "simulate"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ("cost", "prices"):
            from longwire_infra import cli as infra

            return infra.cost if cmd_name == "cost" else infra.prices
        if cmd_name == "monitoring":
            from longwire_infra.monitoring.cli import monitoring

            return monitoring
        if cmd_name == "simulate":
            from longwire_infra.simulation.cli import simulate

            return simulate
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, epilog="Example: longwire dev --template template.yaml")
@click.version_option(__version__, message="longwire %(version)s")
def main() -> None:
    """Run and test AWS API Gateway WebSocket APIs on your own machine."""


DEV_EXAMPLES = """Examples:
  longwire dev
  longwire dev --template template.yaml --port 9000
  longwire dev --template cdk.out
  longwire dev --port 0 --json | jq .
  longwire dev --env-vars env.json --parameter-overrides Stage=dev LogLevel=DEBUG
  longwire dev --set idle_timeout=60 --set ping_resets_idle=true
  longwire dev --function Java="java -jar target/app.jar" --function Image=http://127.0.0.1:9000
  longwire dev --debug-port 5678 --debug-function Echo
  longwire dev --faults chaos.yaml
  longwire dev --usage-out usage.json --access-log access.log
  longwire dev --record sessions
  longwire dev --tls"""


@main.command(cls=Command, epilog=DEV_EXAMPLES, short_help="Run a template's WebSocket API here.")
@click.option(
    "-t",
    "--template",
    "--template-file",
    type=click.Path(path_type=Path),
    help="SAM or CloudFormation template, or CDK's cdk.out.  [default: template.yaml, .yml or .json, else cdk.out]",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Beyond loopback, the inspector asks for the token that the first screen shows.",
)
@click.option(
    "-p",
    "--port",
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.  [default: 8765, or the next that is free]",
)
@tls_options
@click.option(
    "-n", "--env-vars", type=click.Path(path_type=Path), help="JSON file with variables for functions, as SAM's."
)
@click.option("--parameter-overrides", multiple=True, metavar="KEY=VALUE...", help="Template parameters, as SAM's.")
@click.option("--config-env", metavar="NAME", help="Environment of samconfig.toml.  [default: default]")
@click.option(
    "--config-file", type=click.Path(path_type=Path), help="SAM's settings.  [default: samconfig.toml by the template]"
)
@click.option(
    "--region",
    default="us-east-1",
    show_default=True,
    envvar="AWS_REGION",
    show_envvar=True,
    help="Region that the stack believes to be in.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON event a line on stdout, the first when ready.")
@click.option(
    "--allow-unsupported", is_flag=True, help="Warn of resource types and properties that are not emulated, and go on."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A quota, or a default for what AWS does not say; `longwire settings` lists them.",
)
@click.option(
    "--verify-sigv4", is_flag=True, help="Refuse @connections requests that are not signed, as handlers' boto3 signs."
)
@click.option(
    "--access-keys",
    type=click.Path(path_type=Path),
    help="JSON file with more keys that may sign: KEY_ID -> secret, user, policy.",
)
@click.option(
    "--usage-out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="When it stops, write what AWS would have billed as JSON.",
)
@click.option(
    "--access-log",
    metavar="FILE",
    help="Append the Stage's access log to FILE; - is stdout.  [default: stdout, with --json stderr]",
)
@click.option(
    "--function",
    "programs",
    multiple=True,
    metavar="NAME=COMMAND|URL",
    help="Run a function by a program that speaks the Lambda Runtime API, or by a container at http://127.0.0.1:PORT.",
)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help="A host beside this machine that functions and HTTP integrations may call.",
)
@click.option(
    "--allow-origin",
    "allow_origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site whose pages may connect from a browser; those of this machine always may.",
)
@click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="ARN=PATH",
    help="A folder or zip file with the content of a layer that is not in the template.",
)
@click.option(
    "-d",
    "--debug-port",
    type=click.IntRange(1, 65535),
    help="Where one function waits for debugpy, or Node's inspector.",
)
@click.option("--debug-function", metavar="NAME", help="Which one; needed when there are several.")
@click.option("--profile-functions", is_flag=True, help="Tell what each cold start spends on imports.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="SERVICE=URL",
    help="Send a service's calls elsewhere, such as dynamodb=http://127.0.0.1:8000.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep what clients send and get in files that `longwire replay` plays.",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What fails, and when, in YAML or JSON.",
)
@click.option(
    "--no-reload", is_flag=True, help="Take over edits of code, template and --env-vars at the next start, not at once."
)
@click.option("-q", "--quiet", is_flag=True, help="Only say when ready, and what is wrong with an edit.")
@click.argument("overrides", nargs=-1, metavar="")
@click.pass_context
def dev(
    context: click.Context,
    template: Path | None,
    host: str,
    port: int | None,
    tls: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    env_vars: Path | None,
    parameter_overrides: tuple[str, ...],
    config_env: str | None,
    config_file: Path | None,
    region: str,
    as_json: bool,
    allow_unsupported: bool,
    settings: tuple[str, ...],
    verify_sigv4: bool,
    access_keys: Path | None,
    usage_out: Path | None,
    access_log: str | None,
    programs: tuple[str, ...],
    allow_hosts: tuple[str, ...],
    allow_origins: tuple[str, ...],
    layers: tuple[str, ...],
    debug_port: int | None,
    debug_function: str | None,
    profile_functions: bool,
    endpoints: tuple[str, ...],
    faults: Path | None,
    record: Path | None,
    no_reload: bool,
    quiet: bool,
    overrides: tuple[str, ...],
) -> None:
    """Run a template's WebSocket API here: routes, authorizers, functions, @connections and DynamoDB.

    Nothing leaves this machine. Handlers run unchanged, each in processes of its own.
    """
    if overrides and not parameter_overrides:
        context.fail(f"Got unexpected extra argument ({overrides[0]})")
    found = chosen(template, Path.cwd(), config_env, config_file)
    if found.region and context.get_parameter_source("region") is ParameterSource.DEFAULT:
        region = found.region
    from longwire.dev import Dev

    run = Dev(
        found,
        host,
        port,
        env_vars,
        (*parameter_overrides, *overrides),
        region,
        as_json=as_json,
        quiet=quiet,
        allow_unsupported=allow_unsupported,
        settings=settings,
        verify_sigv4=verify_sigv4,
        access_keys=access_keys,
        usage_out=usage_out,
        access_log=access_log,
        programs=programs,
        allow_hosts=allow_hosts,
        allow_origins=allow_origins,
        layers=layers,
        debug_port=debug_port,
        debug_function=debug_function,
        profile_functions=profile_functions,
        endpoints=endpoints,
        faults=faults,
        record=record,
        reload=not no_reload,
        tls=TlsOptions(tls, tls_cert, tls_key),
    )
    sys.exit(run.run())


main.add_command(check)
main.add_command(ctl)
main.add_command(completion)
main.add_command(describe)
main.add_command(events)
main.add_command(exec_command)
main.add_command(load)
main.add_command(record)
main.add_command(replay)
main.add_command(settings)
main.add_command(status)
