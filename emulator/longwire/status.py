"""``longwire status``: where a running emulator is."""

import json
import shlex
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import click

from longwire.clock.duration import described
from longwire.command import Command
from longwire.errors import UsageError
from longwire.trust import trusting

__all__ = ["START", "asked", "bearer", "opened", "status"]

TIMEOUT = 5.0  # seconds
START = "Start one: longwire dev (with --tls its address is https://)"
STATUS_EXAMPLES = """Examples:
  longwire status
  longwire status --output json | jq .websocket_url
  longwire status --output env > longwire.env
  longwire status --url http://127.0.0.1:9000
  longwire status --url https://127.0.0.1:8765"""


@click.command(cls=Command, epilog=STATUS_EXAMPLES, short_help="Say where a running emulator is.")
@click.option("--url", default="http://127.0.0.1:8765", show_default=True, help="Its endpoint_url.")
@click.option("--token", envvar="LONGWIRE_TOKEN", default="", help="The inspector's, where --host is not loopback.")
@click.option("--output", type=click.Choice(("text", "json", "env")), default="text", show_default=True)
def status(url: str, token: str, output: str) -> None:
    """Say where a running emulator is: its addresses, its stage and its open connections.

    `env` is lines for a shell: LONGWIRE_WS_URL, AWS_ENDPOINT_URL and dummy credentials.
    """
    state = asked(url, token)
    addresses = {name: state[name] for name in ("websocket_url", "management_url")}
    addresses |= {"endpoint_url": state["endpoint_url"], "inspector_url": state["inspector_url"]}
    addresses |= {"ca_file": state["ca_file"]} if "ca_file" in state else {}
    if output == "json":
        facts = {**addresses, "version": state["version"], "region": state["stack"]["region"], "clock": state["clock"]}
        click.echo(json.dumps(facts | {"connections": len(state["connections"])}, indent=2))
    elif output == "env":
        from longwire.addresses import LEADING_OUT, variables

        for name, value in variables(addresses, state["stack"]["region"]).items():
            click.echo(f"export {name}={shlex.quote(value)}")
        click.echo(f"unset {' '.join(LEADING_OUT)}")
    else:
        click.echo(f"longwire {state['version']} runs, with {len(state['connections'])} open connections")
        if state["clock"]["offset"] or state["clock"]["paused"]:
            click.echo(f"  clock         {described(state['clock'])}")
        for name, address in addresses.items():
            click.echo(f"  {name.removesuffix('_url').replace('_', ' '):12}  {address}")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def opened(
    url: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
    timeout: float | None = TIMEOUT,
) -> HTTPResponse:
    """A running emulator's answer to a GET, or to a POST of ``body``.

    Raises UsageError for what is no address of one, and urllib's HTTPError and OSError.
    """
    scheme = urlsplit(url).scheme
    if scheme not in ("http", "https"):  # urllib would open files too
        raise UsageError(f"{url} is no address of an emulator, as http://127.0.0.1:8765 is one")
    where, trust = f"{url.rstrip('/')}{path}", trusting() if scheme == "https" else None
    request = urllib.request.Request(where, body, dict(headers or {}), method=method)  # noqa: S310 - see above
    answer: HTTPResponse = urllib.request.urlopen(request, timeout=timeout, context=trust)  # noqa: S310 - see above
    return answer


def asked(url: str, token: str = "") -> dict[str, Any]:
    """The inspector's state. Raises UsageError when no emulator answers there."""
    try:
        with opened(url, "/_longwire/api/state", headers=bearer(token)) as answer:
            found: dict[str, Any] = json.load(answer)
            found["websocket_url"], found["stack"], found["connections"], found["clock"]
            return found
    except urllib.error.HTTPError as exc:
        if exc.code == 401:
            raise UsageError(f"{url} asks for the token of its inspector: give --token, or LONGWIRE_TOKEN") from exc
        raise UsageError(f"something else than Longwire answers at {url}, with {exc.code}") from exc
    except (OSError, ValueError, HTTPException) as exc:
        reason = getattr(exc, "reason", exc)
        raise UsageError(f"no emulator answers at {url}: {reason}. {START}") from exc
    except (KeyError, TypeError) as exc:
        raise UsageError(f"something else than Longwire answers at {url}") from exc
