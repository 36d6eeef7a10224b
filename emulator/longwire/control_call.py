"""Calls to a running emulator, of the commands that steer it."""

import json
import urllib.error
from typing import Any

import click

from longwire.errors import UsageError
from longwire.status import asked, bearer, opened

__all__ = ["SOON", "call", "json_option", "token_option", "url_option"]

SOON = 5.0  # seconds for what is answered at once

url_option = click.option("--url", default="http://127.0.0.1:8765", show_default=True, help="Its endpoint_url.")
token_option = click.option(
    "--token", envvar="LONGWIRE_TOKEN", default="", help="The inspector's, where --host is not loopback."
)
json_option = click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")


def call(
    url: str, token: str, path: str, body: object = None, *, method: str = "", timeout: float | None = SOON
) -> dict[str, Any]:
    """The answer of the emulator at ``url``: to a GET, or to a POST of ``body``. Raises UsageError."""
    asked(url, token)
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | bearer(token)
    try:
        with opened(url, path, content, headers, method or None, timeout) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as exc:
        raise UsageError(exc.read().decode("utf-8", "replace").strip()) from exc
    except OSError as exc:
        raise UsageError(f"the emulator went away: {exc}") from exc
