"""``longwire cost`` and ``longwire prices``: what a WebSocket API costs on AWS."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from longwire_infra.errors import LongwireInfraError
from longwire_infra.prices import shipped

if TYPE_CHECKING:
    from decimal import Decimal

    from longwire_infra.break_even import BreakEven
    from longwire_infra.estimate import Bill
    from longwire_infra.offers import Offer
    from longwire_infra.workload import Workload

    Comparison = tuple[list[Offer], list[BreakEven], list[str]]

__all__ = ["cost", "prices"]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Command(click.Command):
    """Prints a user's mistake as one message and exits 2; keeps a command's examples as they are written."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except LongwireInfraError as exc:
            click.echo(f"longwire: {exc}", err=True)
            context.exit(2)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        if self.epilog:
            formatter.write(f"\n{self.epilog}\n")


COST_EXAMPLES = """Examples:
  longwire cost --connections 10000 --messages-per-second 1 --message-bytes 200
  longwire cost workload.yaml --region eu-west-1 --json | jq .totals
  longwire cost --connections 1000 --heartbeat-seconds 20 --month 730h --only api_gateway
  longwire cost --from usage.json --scale-to connections=10000
  longwire cost --connections 10000 --messages-per-second 1 --message-bytes 200 --compare
  longwire cost --connections 10000 --messages-per-second 1 --message-bytes 200 --html bill.html
  longwire cost --schema"""

# Text, because a number that has been through binary floating point is another number.
WORKLOAD_OPTIONS = (
    ("--region", "NAME", "AWS region.  [default: us-east-1]"),
    ("--month", "30d|730h", "Length of the month, in days or hours.  [default: 30d]"),
    ("--connections", "N", "Open at once."),
    ("--connect-rate", "N", "New connections a second, with --connection-seconds instead of --connections."),
    ("--connection-seconds", "N", "How long each one stays.  [default: for ever, cut every 2 hours]"),
    ("--hours-per-day", "N", "Hours a day that the connections are open.  [default: 24]"),
    ("--days", "N", "Days a month that they are.  [default: all]"),
    ("--messages-per-second", "N", "Messages from each connection."),
    ("--outbound-messages-per-second", "N", "Messages to each connection that answer none."),
    ("--message-bytes", "N", "Size of a message."),
    ("--replies-per-message", "N", "Sent back to the sender."),
    ("--fan-out", "N|all", "Connections that each incoming message is sent on to."),
    ("--heartbeat-seconds", "N", "Each connection sends a heartbeat message so often, and gets one back."),
    ("--preset", "NAME", "What a handler uses: own, longwire-reliable, longwire-volatile."),
    ("--lambda-memory-mb", "N", "Memory of your handler."),
    ("--lambda-duration-ms", "N", "Duration of one invocation."),
    ("--architecture", "NAME", "arm64 or x86_64.  [default: arm64]"),
    ("--write-units-per-message", "N", "DynamoDB write units for an incoming message."),
    ("--read-units-per-message", "N", "DynamoDB read units for an incoming message."),
    ("--sqs-requests-per-message", "N", "SQS requests for an incoming message."),
    ("--log-bytes-per-message", "N", "Bytes logged for an incoming message."),
    ("--free-tier", "NAME", "none, legacy-12-month or credits=USD.  [default: none]"),
)


def workload_options(command: Decorated) -> Decorated:
    for name, metavar, text in reversed(WORKLOAD_OPTIONS):
        command = click.option(name, metavar=metavar, help=text)(command)
    return command


@click.command(cls=Command, epilog=COST_EXAMPLES, short_help="Say what a WebSocket API costs on AWS, with the working.")
@click.argument("workload", required=False, type=click.Path(path_type=Path))
@workload_options
@click.option(
    "--from", "counted", type=click.Path(path_type=Path), metavar="FILE", help="What --usage-out or CloudWatch counted."
)
@click.option("--scale-to", metavar="TARGET", help="With --from: month, connections=N or messages_per_second=N.")
@click.option("--assume", multiple=True, metavar="NAME=VALUE", help="A rule of metering that AWS does not state.")
@click.option("--only", multiple=True, metavar="SERVICE", help="Bill this service alone: api_gateway and so on.")
@click.option(
    "--compare", is_flag=True, help="Add other services and servers of your own, break-even points, a verdict."
)
@click.option(
    "--availability",
    type=click.Choice(["two-zones", "single"]),
    default="two-zones",
    show_default=True,
    help="Of servers of your own.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a workload file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object; amounts are decimal strings.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a page: bars, curves, formulas.")
@click.option("--csv", "as_csv", is_flag=True, help="One line a meter.")
def cost(
    workload: Path | None,
    counted: Path | None,
    scale_to: str | None,
    assume: tuple[str, ...],
    only: tuple[str, ...],
    compare: bool,
    availability: str,
    schema: bool,
    as_json: bool,
    as_csv: bool,
    html: Path | None,
    **flags: str | None,
) -> None:
    """Say what a WebSocket API costs on AWS: one line a meter, and how it comes about.

    WORKLOAD is a YAML or JSON file; flags change it, or say it all. Unknown is a question mark, never $0.
    """
    if schema:
        from longwire_infra.workload_file import schema as workload_schema

        click.echo(json.dumps(workload_schema(), indent=2))
        return
    warn_of_age()
    check_sources(workload, counted, scale_to)
    show = Shown(as_json=as_json, as_csv=as_csv)
    if counted is not None:
        from longwire_infra.calculation import priced

        if compare or html is not None:
            raise click.UsageError(
                "--compare and --html need a workload: a record does not say in which direction its messages went"
            )
        show.bill(priced(counted, scale_to, flags, assume, only))
        return
    from longwire_infra.calculation import calculated, comparison, described

    found = described(workload, flags, assume)
    bill, connects = calculated(found, only)
    if html is not None:
        write_page(html, found, bill, availability)
    show.bill(bill, connects, comparison(found, availability) if compare else None)


def check_sources(workload: Path | None, counted: Path | None, scale_to: str | None) -> None:
    if scale_to is not None and counted is None:
        raise click.UsageError("--scale-to needs --from: what is it that is scaled?")
    if counted is not None and workload is not None:
        raise click.UsageError("give a workload or --from, not both")


def write_page(file: Path, workload: "Workload", bill: "Bill", availability: str) -> None:
    from longwire_infra.calculation import bill_page

    try:
        file.write_text(bill_page(workload, bill, availability), encoding="utf-8")
    except OSError as exc:
        raise click.UsageError(f"--html {file} cannot be written: {exc.strerror}") from exc


class Shown:
    """How the answer is printed."""

    def __init__(self, *, as_json: bool, as_csv: bool) -> None:
        if as_json and as_csv:
            raise click.UsageError("give --json or --csv, not both")
        self.as_json, self.as_csv = as_json, as_csv

    def bill(self, bill: "Bill", connects: "Decimal | None" = None, compared: "Comparison | None" = None) -> None:
        if self.as_json:
            from longwire_infra.bill_json import bill_json, comparison_json

            more = comparison_json(*compared) if compared is not None else {}
            click.echo(json.dumps({**bill_json(bill, shipped().generated, connects), **more}, indent=2))
        elif self.as_csv:
            from longwire_infra.bill_json import bill_csv

            click.echo(bill_csv(bill), nl=False)
        else:
            self.text(bill, compared)

    def text(self, bill: "Bill", compared: "Comparison | None") -> None:
        from longwire_infra.report import bill_text, comparison_text

        color = sys.stdout.isatty()
        click.echo(bill_text(bill, shipped().generated, color=color))
        if compared is not None:
            click.echo(comparison_text(*compared, color=color))


def warn_of_age() -> None:
    warning = shipped().warning(datetime.now(UTC).date())
    if warning:
        click.echo(f"longwire: {warning}", err=True)


PRICES_EXAMPLE = "Example: longwire prices show --service AmazonApiGateway --region eu-central-1"


class Group(click.Group):
    command_class = Command


@click.group(cls=Group, epilog=PRICES_EXAMPLE, short_help="Show the table of prices.")
def prices() -> None:
    """The table of prices that `longwire cost` reckons with."""


SHOW_EXAMPLES = """Examples:
  longwire prices show --service AmazonApiGateway
  longwire prices show --region eu-west-1 --json | jq '.[].source'"""


@prices.command(epilog=SHOW_EXAMPLES, short_help="List prices with date, source and confidence.")
@click.option("--service", metavar="NAME", help="As in the table: AmazonApiGateway, AWSLambda, Ably.")
@click.option("--region", metavar="NAME", help="An AWS region; `global` for services elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, with sources.")
def show(service: str | None, region: str | None, as_json: bool) -> None:
    """List prices: region, unit, tiers, date, confidence; with --json their sources as well."""
    warn_of_age()
    found = list(shipped().chosen(service, region))
    if as_json:
        from longwire_infra.bill_json import price_json

        click.echo(json.dumps([price_json(price) for price in found], indent=2))
    else:
        from longwire_infra.report import prices_text

        click.echo(prices_text(found, color=sys.stdout.isatty()))


REFRESH_EXAMPLES = """Examples:
  longwire prices refresh --region us-east-1
  longwire prices refresh --region eu-west-1 --region eu-central-1 --accept"""


@prices.command(epilog=REFRESH_EXAMPLES, short_help="Take AWS's current prices into the table.")
@click.option("--region", "regions", multiple=True, required=True, metavar="NAME", help="Repeat it for several.")
@click.option("--accept", is_flag=True, help="Also take prices that have changed by more than 20%.")
def refresh(regions: tuple[str, ...], accept: bool) -> None:
    """Take AWS's current prices of API Gateway, Lambda and DynamoDB into this installation's table.

    Asks the Price List API with your credentials (pricing:GetProducts). What is not understood changes nothing.
    """
    from longwire_infra.refresh_table import refresh_table

    for change in refresh_table(regions, accept=accept, today=datetime.now(UTC).date().isoformat()):
        click.echo(change)
