"""``longwire load`` on the command line: its options and its help."""

import sys
from pathlib import Path

import click

from longwire.command import Command

__all__ = ["LOAD_EXAMPLES", "load"]

LOAD_EXAMPLES = """Examples:
  longwire load ws://localhost:8765/dev chat.yaml
  longwire load ws://localhost:8765/dev chat.yaml --fail-if "p99>200ms" --fail-if "errors>0"
  longwire load ws://localhost:8765/dev chat.yaml --html report.html --json | jq .figures

A scenario, chat.yaml:
  connections: 200            # at the peak, after the ramp
  ramp: 5s
  hold: 20s
  double: 10s                 # and then at twice as many; left out when 0
  churn: 20%                  # of the connections are replaced each minute
  slow: 1%                    # read nothing
  herds: [15s]                # all are cut at once, and come back:
  reconnect: {first: 1s, limit: 30s, jitter: full, tries: 10}
  query: {token: abc}
  messages:
    - name: say
      every: 2s               # each connection; `answer` sends on when the last is answered
      send: {action: say, id: "{id}", text: "{text:20-200}"}
      answers: 1              # messages that bring {id} back; latency is measured by them
"""


@click.command(cls=Command, epilog=LOAD_EXAMPLES, short_help="Put a load on a WebSocket API.")
@click.argument("url")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--fail-if", multiple=True, metavar="LIMIT", help='Exit 1 when a figure shows it: "p99>200ms". Repeatable.'
)
@click.option("--json", "as_json", is_flag=True, help="All figures, by phase and by second, as one JSON object.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page with curves, in one file.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same one gives the same order of things.")
@click.option("--processes", type=click.IntRange(1, 64), help="By default as many as the connections need.")
@click.option("--remote", is_flag=True, help="The URL may be on another machine.")
def load(
    url: str,
    scenario: Path,
    fail_if: tuple[str, ...],
    as_json: bool,
    html: Path | None,
    seed: int,
    processes: int | None,
    remote: bool,
) -> None:
    """Put a load on a WebSocket API: a ramp, a peak, twice the peak, churn, herds, slow readers.

    Latency is from when a message was due until a message with its id comes back. A load takes an hour at most.
    """
    from longwire.load.command import LoadCommand

    command = LoadCommand(url, scenario, fail_if, remote=remote)
    sys.exit(command.run(seed=seed, processes=processes, as_json=as_json, page=html))
