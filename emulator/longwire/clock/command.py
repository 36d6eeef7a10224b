"""``longwire ctl clock``: the clock of a running emulator."""

import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

import click

from longwire.clock.duration import seconds_of, shown
from longwire.command import Command
from longwire.errors import UsageError
from longwire.status import asked

__all__ = ["clock"]

CLOCK = "/_longwire/clock"
TIMEOUT = 5.0  # seconds for what is answered at once


url_option = click.option("--url", default="http://127.0.0.1:8765", show_default=True, help="Its endpoint_url.")
token_option = click.option(
    "--token", envvar="LONGWIRE_TOKEN", default="", help="The inspector's, where --host is not loopback."
)
json_option = click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")


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
    tell(moved(url, token, {"advance": seconds_of(duration)}, None), as_json=as_json)


@clock.command(cls=Command, epilog="Example:\n  longwire ctl clock pause")
@url_option
@token_option
@json_option
def pause(url: str, token: str, as_json: bool) -> None:
    """Let the clock stand: nothing falls due, and sockets work."""
    tell(moved(url, token, {"pause": True}), as_json=as_json)


@clock.command(cls=Command, epilog="Example:\n  longwire ctl clock resume")
@url_option
@token_option
@json_option
def resume(url: str, token: str, as_json: bool) -> None:
    """Let the clock go on from where it stands."""
    tell(moved(url, token, {"resume": True}), as_json=as_json)


@clock.command(cls=Command, epilog="Example:\n  longwire ctl clock status")
@url_option
@token_option
@json_option
def status(url: str, token: str, as_json: bool) -> None:
    """Say what time it is there, and how far ahead that is."""
    asked(url, token)
    tell(answered(request(url, token), TIMEOUT), as_json=as_json)


def moved(url: str, token: str, body: dict[str, object], timeout: float | None = TIMEOUT) -> dict[str, Any]:
    """What the clock of the emulator at ``url`` is afterwards. Raises UsageError."""
    asked(url, token)
    return answered(request(url, token, json.dumps(body).encode()), timeout)


def request(url: str, token: str, body: bytes | None = None) -> urllib.request.Request:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return urllib.request.Request(f"{url.rstrip('/')}{CLOCK}", body, headers)  # noqa: S310 - http, as `asked` saw


def answered(order: urllib.request.Request, timeout: float | None) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(order, timeout=timeout) as answer:  # noqa: S310 - http, as `asked` looked at
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as exc:
        raise UsageError(exc.read().decode("utf-8", "replace").strip()) from exc
    except OSError as exc:
        raise UsageError(f"the emulator went away: {exc}") from exc


def tell(state: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(state) if as_json else described(state))


def described(state: dict[str, Any]) -> str:
    now = datetime.fromtimestamp(state["now"]).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    ahead = state["offset"]
    away = (
        "real time"
        if not ahead and not state["paused"]
        else f"{shown(ahead)} {'ahead of' if ahead >= 0 else 'behind'} real time"
    )
    return f"{now}, {away.removeprefix('-')}{', paused' if state['paused'] else ''}"
