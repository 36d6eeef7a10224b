"""``longwire ctl clock``: the clock of a running emulator."""

import json
from typing import Any

import click

from longwire.clock.duration import described, seconds_of
from longwire.command import Command
from longwire.control_call import call, json_option, token_option, url_option

__all__ = ["clock"]

CLOCK = "/_longwire/clock"


@click.group(epilog="Example: longwire ctl clock advance 11m", short_help="Move the clock of a running emulator.")
def clock() -> None:
    """Move the clock of a running emulator: idle and two-hour closes, timeouts, schedules, Time to Live, queues, and
    what functions take for the time."""


@clock.command(cls=Command, epilog="Examples:\n  longwire ctl clock advance 2h\n  longwire ctl clock advance 1h30m")
@click.argument("duration")
@url_option
@token_option
@json_option
def advance(duration: str, url: str, token: str, as_json: bool) -> None:
    """Move the clock by DURATION, and do everything that is due on the way, in order.

    DURATION is 90 (seconds), 11m, 2h, 1h30m or 1d. It returns when all of it is done.
    """
    tell(call(url, token, CLOCK, {"advance": seconds_of(duration)}, timeout=None), as_json=as_json)


@clock.command(cls=Command, epilog="Example:\n  longwire ctl clock pause")
@url_option
@token_option
@json_option
def pause(url: str, token: str, as_json: bool) -> None:
    """Let the clock stand: nothing falls due, and sockets work."""
    tell(call(url, token, CLOCK, {"pause": True}), as_json=as_json)


@clock.command(cls=Command, epilog="Example:\n  longwire ctl clock resume")
@url_option
@token_option
@json_option
def resume(url: str, token: str, as_json: bool) -> None:
    """Let the clock go on from where it stands."""
    tell(call(url, token, CLOCK, {"resume": True}), as_json=as_json)


@clock.command(cls=Command, epilog="Example:\n  longwire ctl clock status")
@url_option
@token_option
@json_option
def status(url: str, token: str, as_json: bool) -> None:
    """Say what time it is there, and how far ahead that is."""
    tell(call(url, token, CLOCK), as_json=as_json)


def tell(state: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(state) if as_json else described(state))
