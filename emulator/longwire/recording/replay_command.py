"""``longwire replay`` on the command line."""

import json
import sys
from pathlib import Path

import click

from longwire.command import Command

__all__ = ["replay"]

REPLAY_EXAMPLES = """Examples:
  longwire replay sessions/chat.jsonl
  longwire replay sessions/chat.jsonl --speed 10 --secret access_token=$TOKEN
  longwire replay chat.jsonl --against wss://abc123.execute-api.eu-west-1.amazonaws.com/prod
  longwire replay chat.jsonl --ignore price --transform order=ORD-[0-9]+ --json | jq .differences

Ids and times are compared as what they are: a uuid is any uuid. Recordings are made by
`longwire dev --record DIR` and, of a deployed API, by `longwire record URL`."""


@click.command(cls=Command, epilog=REPLAY_EXAMPLES, short_help="Play a recorded conversation, and say what differs.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--against", metavar="URL", help="A ws:// or wss:// URL.  [default: where it was recorded]")
@click.option("--speed", type=click.FloatRange(0), default=1.0, show_default=True, help="Of its pauses; 0 has none.")
@click.option(
    "--secret", "secrets", multiple=True, metavar="NAME=VALUE",
    help="A credential that the recording does not hold; 2:NAME=VALUE is for the second connection.",
)  # fmt: skip
@click.option("--ignore", "ignored", multiple=True, metavar="FIELD", help="A field of JSON frames that may differ.")
@click.option(
    "--transform",
    "rules",
    multiple=True,
    metavar="NAME=REGEX",
    help="More text that may differ: it is shown as <NAME>.",
)
@click.option(
    "--timeout", type=click.FloatRange(0), default=5.0, show_default=True, help="Seconds to wait for a frame."
)
@click.option("--json", "as_json", is_flag=True, help="The outcome as one JSON object.")
def replay(
    file: Path,
    against: str | None,
    speed: float,
    secrets: tuple[str, ...],
    ignored: tuple[str, ...],
    rules: tuple[str, ...],
    timeout: float,
    as_json: bool,
) -> None:
    """Play the clients of a recording against an API, and say what they get that is not as recorded.

    Exit code 0 when it is as recorded, 1 when something differs or nothing answers.
    """
    from longwire.recording.player import plan_of, replayed

    outcome = replayed(file, plan_of(against, secrets, rules, ignored, speed, timeout))
    click.echo(json.dumps(outcome.to_json(), indent=2, ensure_ascii=False) if as_json else outcome.text())
    sys.exit(1 if outcome.differences else 0)
