"""``longwire events`` on the command line."""

import os
import sys
import time
from pathlib import Path

import click

from longwire.command import Command
from longwire.errors import UsageError
from longwire.project import chosen

__all__ = ["events"]

EVENTS_EXAMPLES = """Examples:
  longwire events message --body '{"action": "send", "text": "hi"}'
  longwire events connect --query token=abc --header Origin=https://app.example.com
  longwire events disconnect --code 1001 --reason "Going away"
  longwire events authorizer --query token=abc --print > event.json
  longwire events message --body hello --url http://127.0.0.1:8765 --connection-id $ID"""


def pairs(_context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text!r} is no NAME=VALUE", param=option)
        found.append((name, value))
    return tuple(found)


@click.command(cls=Command, epilog=EVENTS_EXAMPLES, short_help="Invoke a function with an event, without a client.")
@click.argument("kind", type=click.Choice(("connect", "message", "disconnect", "authorizer")))
@click.option("-b", "--body", default="{}", show_default=True, help="The message; - reads it from stdin.")
@click.option("--route", "route_key", help="The route of a message.  [default: what the body selects]")
@click.option("--header", "headers", multiple=True, metavar="NAME=VALUE", callback=pairs, help="Of the handshake.")
@click.option("--query", multiple=True, metavar="NAME=VALUE", callback=pairs, help="Of the handshake.")
@click.option(
    "--context",
    multiple=True,
    metavar="NAME=VALUE",
    callback=pairs,
    help="What the authorizer returned; principalId too.",
)
@click.option("--connection-id", help="[default: a new one, to which nobody is connected]")
@click.option("--code", type=click.IntRange(1000, 4999), default=1000, show_default=True, help="The close code.")
@click.option("--reason", default="", help="The close reason.")
@click.option("--api", help="Logical id or name, where the template has several.")
@click.option("--stage", help="StageName, where there are several.")
@click.option("--print", "print_only", is_flag=True, help="Print the event, and invoke nothing.")
@click.option("--url", help="Invoke it in the emulator that runs there, as http://127.0.0.1:8765.")
@click.option("-t", "--template", "--template-file", type=click.Path(path_type=Path), help="As for `longwire dev`.")
@click.option("-n", "--env-vars", type=click.Path(path_type=Path), help="As for `longwire dev`.")
@click.option("--parameter-overrides", multiple=True, metavar="KEY=VALUE", help="Template parameters. Repeatable.")
@click.option("--region", default=None, envvar="AWS_REGION", help="As for `longwire dev`.")
def events(
    kind: str,
    body: str,
    route_key: str | None,
    headers: tuple[tuple[str, str], ...],
    query: tuple[tuple[str, str], ...],
    context: tuple[tuple[str, str], ...],
    connection_id: str | None,
    code: int,
    reason: str,
    api: str | None,
    stage: str | None,
    print_only: bool,
    url: str | None,
    template: Path | None,
    env_vars: Path | None,
    parameter_overrides: tuple[str, ...],
    region: str | None,
) -> None:
    """Invoke the function of a route with a CONNECT, MESSAGE or DISCONNECT event, or an authorizer with its own.

    The event is the one that API Gateway would send. The function's answer is on stdout, its log on stderr; exit code 1
    says that it failed.
    """
    from longwire.core.ids import Ids
    from longwire.dev import Dev
    from longwire.lone_event import Asked, lone_event
    from longwire.lone_invocation import invoke_at, invoke_here

    found = chosen(template, Path.cwd())
    where = region or found.region or "us-east-1"
    dev = Dev(found, "127.0.0.1", 0, env_vars, parameter_overrides, where, as_json=False, quiet=True, reload=False)
    stack = dev.stack()
    text = sys.stdin.read() if body == "-" else body
    asked = Asked(kind, text, route_key, api, stage, headers, query, dict(context), connection_id, code, reason)
    event = lone_event(stack, asked, Ids(os.urandom), time.time())
    if print_only:
        click.echo(event.payload)
        return
    if url is None and connection_id is not None:
        raise UsageError("--connection-id is that of a running emulator's connection: give its --url too")
    answer = invoke_here(dev, stack, event) if url is None else invoke_at(url, stack.functions[event.function], event)
    click.echo(answer.payload)
    sys.exit(1 if answer.failed else 0)
