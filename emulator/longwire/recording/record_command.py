"""``longwire record`` on the command line."""

import signal
from pathlib import Path
from urllib.parse import urlsplit

import click

from longwire import __version__
from longwire.command import Command
from longwire.errors import UsageError

__all__ = ["record"]

RECORD_EXAMPLES = """Examples:
  longwire record wss://abc123.execute-api.eu-west-1.amazonaws.com/prod
  longwire record wss://ws.example.com --port 9000 --folder sessions --origin https://app.example.com

Let a client connect to the address that is shown, instead of the API's own. Then:
  longwire replay recordings/FILE.jsonl --against ws://127.0.0.1:8765/prod"""


@click.command(cls=Command, epilog=RECORD_EXAMPLES, short_help="Record conversations with a deployed API.")
@click.argument("url")
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8766, show_default=True, help="Where to listen.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("recordings"), show_default=True)
@click.option("--origin", help="The Origin that the API gets, whatever the client's is.")
def record(url: str, port: int, folder: Path, origin: str | None) -> None:
    """Listen on this machine, hand each connection on to a WebSocket API, and record what passes.

    One file for each time that clients were connected. Credentials are not in it. Ctrl-C ends it.
    """
    import asyncio  # here, so that no other command waits for it

    from longwire.recording.recorder import check_folder

    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise UsageError(f"{url}: give the ws:// or wss:// URL of an API's stage")
    if parts.query:
        raise UsageError(f"{url}: the query is the client's own; give the URL without it")
    check_folder(folder)
    asyncio.run(listen(url, port, folder, origin))


async def listen(url: str, port: int, folder: Path, origin: str | None) -> None:
    import asyncio

    from longwire.recording.sessions import Sessions
    from longwire.recording.tap import Tap

    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    sessions = Sessions(folder, url, f"longwire {__version__}")
    try:
        server = await Tap(url, sessions, origin=origin).listen(port)
    except OSError as exc:
        raise UsageError(f"port {port} is in use: take another with --port, 0 for any that is free") from exc
    click.echo(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}{urlsplit(url).path}")
    click.echo(f"longwire: each connection goes on to {url}; recordings are in {folder}", err=True)
    try:
        await stopped.wait()
    finally:
        server.close()
        await server.wait_closed()
        sessions.end()
