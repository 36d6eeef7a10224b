"""``longwire simulate`` on the command line."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from longwire_infra.cli import Command, workload_options
from longwire_infra.errors import WorkloadError

__all__ = ["simulate"]

SIMULATE_EXAMPLES = """Examples:
  longwire simulate --connections 100000 --heartbeat-seconds 30 --herd 5m
  longwire simulate --connections 1000000 --herd 1m --backoff full --backoff fixed --minutes 20
  longwire simulate workload.yaml --minutes 120 --json | jq .outcomes[0].back_p99
  longwire simulate --connections 20000 --messages-per-second 0.01 --fan-out all --limit requests_rate=20000"""
HERD = re.compile(r"(?P<at>\d+(?:\.\d+)?)(?P<unit>[smh])?(?:=(?P<share>\d+(?:\.\d+)?)%)?")
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


def herd(text: str) -> tuple[float, float]:
    """``5m`` or ``90s=50%``: when, in seconds, and which share is cut off. Raises WorkloadError."""
    found = HERD.fullmatch(text)
    share = 1.0 if found is None or found["share"] is None else float(found["share"]) / 100
    if found is None or not 0 < share <= 1:
        message = "is no herd; 5m cuts everybody off after 5 minutes, 90s=50% half of them"
        raise WorkloadError(message, field=text, place="--herd")
    return float(found["at"]) * UNITS[found["unit"]], share


@click.command(cls=Command, epilog=SIMULATE_EXAMPLES, short_help="Say what AWS's quotas do to a WebSocket API.")
@click.argument("workload", required=False, type=click.Path(path_type=Path))
@workload_options
@click.option("--assume", multiple=True, metavar="NAME=VALUE", help="As for `longwire cost`.")
@click.option("--minutes", type=click.FloatRange(0.1, 1440), default=60.0, show_default=True, help="Simulated time.")
@click.option("--herd", "herds", multiple=True, metavar="WHEN[=SHARE%]", help="Cut clients off: 5m, 90s=50%.")
@click.option(
    "--backoff",
    "rules",
    multiple=True,
    metavar="RULE",
    help="How they come back; repeat to compare.  [default: all of them with --herd, else full]",
)
@click.option("--limit", "limits", multiple=True, metavar="NAME=VALUE", help="A quota of yours; --limits lists them.")
@click.option("--limits", "list_limits", is_flag=True, help="List the quotas, with value, unit and source.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same run.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, with a sample every 10 s.")
def simulate(
    workload: Path | None, assume: tuple[str, ...], minutes: float, herds: tuple[str, ...], rules: tuple[str, ...],
    limits: tuple[str, ...], list_limits: bool, seed: int, as_json: bool, **flags: str | None,
) -> None:  # fmt: skip
    """Say what AWS's quotas do to a workload: on paper, and by simulating it in virtual time.

    Handshakes, frames and posts share the account's throttles; clients that are cut off or refused come back by their
    rule. WORKLOAD and its flags are those of `longwire cost`.
    """
    from longwire_infra.simulation.limits import Limits, changed

    quotas = changed(Limits(), limits)
    if list_limits:
        show_limits(quotas)
        return
    from longwire_infra.calculation import described
    from longwire_infra.simulation.backoff import RULES, rule
    from longwire_infra.simulation.demand import demand_of
    from longwire_infra.simulation.hour import Herd
    from longwire_infra.simulation.hour import simulate as run
    from longwire_infra.simulation.paper import findings, stage_of

    demand = demand_of(described(workload, flags, assume), quotas.connection_seconds)
    cuts = [Herd(*herd(text)) for text in herds]
    chosen = [rule(name) for name in rules or (list(RULES) if cuts else ["full"])]
    outcomes = [run(demand, quotas, each, cuts, minutes * 60, seed) for each in chosen]
    found, stage = findings(demand, quotas), stage_of(demand, quotas)
    if as_json:
        facts = {"stage": stage, "paper": [each.to_json() for each in found]}
        click.echo(json.dumps({**facts, "outcomes": [each.to_json() for each in outcomes]}, indent=2))
        return
    from longwire_infra.simulation.report import simulation_text

    click.echo(simulation_text(demand, found, stage, outcomes, cuts, color=sys.stdout.isatty()))


def show_limits(quotas: Any) -> None:
    from dataclasses import asdict

    from longwire_infra.simulation.limits import ABOUT

    for name, value in asdict(quotas).items():
        unit, source, documented = ABOUT[name]
        click.echo(f"{name:24}{value:>10,.0f} {unit:20}  {'' if documented else 'guess: '}{source}")
