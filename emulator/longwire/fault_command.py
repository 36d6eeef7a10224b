"""``longwire ctl fault``: the faults of a running emulator."""

import json
from typing import Any

import click

from longwire.command import Command
from longwire.control_call import call, json_option, token_option, url_option
from longwire.core.fault import read_fault
from longwire.core.fault_kinds import KINDS
from longwire.errors import UsageError
from longwire.fault_text import kinds_text, told

__all__ = ["fault"]

FAULTS = "/_longwire/faults"
ADD_EXAMPLES = """Examples:
  longwire ctl fault add post_to_connection gone probability=0.1 seed=7
  longwire ctl fault add post_to_connection gone=L0SM9cOFvHcCIhw=
  longwire ctl fault add frame latency=200ms jitter=100ms
  longwire ctl fault add invoke throttled function=Say,Join count=3
  longwire ctl fault add service throttling service=dynamodb operation=PutItem for=1m
  longwire ctl fault add gateway restart after=30s"""


@click.group(epilog="Example: longwire ctl fault add connection drop", short_help="Let things fail.")
def fault() -> None:
    """Let things fail in a running emulator: frames, posts, connections, functions, AWS services and API Gateway."""


@fault.command(cls=Command, epilog=ADD_EXAMPLES)
@click.argument("kind")
@click.argument("fields", nargs=-1, metavar="[EFFECT|NAME=VALUE]...")
@url_option
@token_option
@json_option
def add(kind: str, fields: tuple[str, ...], url: str, token: str, as_json: bool) -> None:
    """Let something of a KIND fail from now on; `longwire ctl fault kinds` lists them with what each takes.

    Every fault takes probability (0 to 1), count, seed, after and for (times, as 10s).
    """
    asked_for = {"kind": kind, **dict(field(text) for text in fields)}
    read_fault(asked_for)
    show(call(url, token, FAULTS, asked_for)["faults"], as_json=as_json)


@fault.command("list", cls=Command, epilog="Examples:\n  longwire ctl fault list\n  longwire ctl fault list --json")
@url_option
@token_option
@json_option
def list_faults(url: str, token: str, as_json: bool) -> None:
    """List the faults, with how often each has struck."""
    show(call(url, token, FAULTS)["faults"], as_json=as_json)


@fault.command(cls=Command, epilog="Examples:\n  longwire ctl fault clear\n  longwire ctl fault clear 3 4")
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID]...")
@url_option
@token_option
@json_option
def clear(ids: tuple[int, ...], url: str, token: str, as_json: bool) -> None:
    """Clear all faults, or some; what they hold back is let go. Tells what is left."""
    query = "?" + "&".join(f"id={each}" for each in ids) if ids else ""
    show(call(url, token, f"{FAULTS}{query}", method="DELETE")["faults"], as_json=as_json)


@fault.command(cls=Command, epilog="Examples:\n  longwire ctl fault kinds\n  longwire ctl fault kinds invoke")
@click.argument("names", nargs=-1, metavar="[KIND]...")
def kinds(names: tuple[str, ...]) -> None:
    """List the kinds of faults: what each can do, and what it can be limited to."""
    unknown = next((name for name in names if name not in KINDS), None)
    if unknown is not None:
        raise UsageError(f"there is no kind {unknown}; there are: {', '.join(KINDS)}")
    click.echo(kinds_text(names or tuple(KINDS)))


def field(text: str) -> tuple[str, Any]:
    """``gone``, ``count=3``, ``function=A,B``: name and value, as JSON has it."""
    name, equals, value = text.partition("=")
    if not equals:
        return name, True
    try:
        found = json.loads(value)
    except ValueError:
        return name, value.split(",") if "," in value else value
    return name, found if isinstance(found, int | float) else value


def show(faults: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(faults))
    else:
        click.echo("\n".join(told(each) for each in faults) or "no faults")
