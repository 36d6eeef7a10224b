"""``longwire check``: whether a WebSocket API is ready for production."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from longwire import __version__
from longwire.errors import LongwireError, UsageError
from longwire.project import Chosen, chosen

if TYPE_CHECKING:
    from longwire_infra.check.run import Report
    from longwire_infra.check.statements import Statements

__all__ = ["check"]

EXAMPLES = """Examples:
  longwire check
  longwire check template.yaml --json | jq '.findings[] | [.rule, .file, .line, .message]'
  longwire check cdk.out --fail-on error --sarif check.sarif
  longwire check --parameter-overrides Stage=prod
  longwire check --url "wss://abc123.execute-api.us-east-1.amazonaws.com/v1?access_token=$TOKEN"
  longwire check --list-rules

In pyproject.toml:
  [tool.longwire.check.suppress]
  LW105 = "the token may be in a header or in the query"
  [tool.longwire.check.answers]
  heartbeat = {seconds = 25, evidence = "web/src/socket.ts"}"""


class CheckCommand(click.Command):
    """1 says that there are findings, so a mistake of the user's is 2."""

    def invoke(self, context: click.Context) -> object:
        from longwire_infra.errors import LongwireInfraError

        try:
            return super().invoke(context)
        except (LongwireError, LongwireInfraError) as exc:
            click.echo(f"longwire: {exc}", err=True)
            context.exit(2)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        formatter.write(f"\n{self.epilog}\n")


@click.command(cls=CheckCommand, epilog=EXAMPLES, short_help="Say what a WebSocket API lacks for production.")
@click.argument("template", required=False, type=click.Path(path_type=Path))
@click.option(
    "-t",
    "--template",
    "--template-file",
    "named",
    type=click.Path(path_type=Path),
    help="The same as TEMPLATE, as other commands have it.",
)
@click.option("--url", metavar="WSS_URL", help="A live endpoint to look at as well, with its token if it takes one.")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="Of the handshake with --url.")
@click.option("--ca-file", type=click.Path(path_type=Path), help="Certificates that --url may have, beside the usual.")
@click.option("--parameter-overrides", multiple=True, metavar="KEY=VALUE...", help="Template parameters, as SAM's.")
@click.option("--config-env", metavar="NAME", help="Environment of samconfig.toml.  [default: default]")
@click.option("--config-file", type=click.Path(path_type=Path), help="SAM's settings.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    help="Exit 1 when something this bad, or worse, is found.  [default: warning]",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), help="Of stdout.  [default: text]")
@click.option("--sarif", type=click.Path(path_type=Path), metavar="FILE", help="Write SARIF 2.1.0 as well.")
@click.option("--list-rules", is_flag=True, help="List every rule, with --json all about it, and end.")
def check(
    template: Path | None,
    named: Path | None,
    url: str | None,
    headers: tuple[str, ...],
    ca_file: Path | None,
    parameter_overrides: tuple[str, ...],
    config_env: str | None,
    config_file: Path | None,
    fail_on: str | None,
    as_json: bool,
    form: str | None,
    sarif: Path | None,
    list_rules: bool,
) -> None:
    """Say what a WebSocket API lacks for production: the template, the handlers, and with --url a live endpoint.

    TEMPLATE is any SAM or CloudFormation template, or CDK's cdk.out; by default that of this folder. Nothing is run.
    Exit code 0: nothing at or above --fail-on. 1: findings. 2: the command, or what it was given, is wrong.
    """
    if template is not None and named is not None:
        raise click.UsageError(f"{template} and --template {named} are two templates")
    template, form = template or named, chosen_form(form, as_json=as_json)
    if list_rules:
        show_rules(form)
        return
    found = None if template is None and url is not None else chosen(template, Path.cwd(), config_env, config_file)
    statements, overrides = stated(found), parsed(parameter_overrides)
    report = report_of(found, overrides, statements, (url, headers, ca_file))
    at: Any = fail_on or report.statements.fail_on or "warning"
    if sarif is not None:
        write(sarif, report)
    show(report, form, at)
    click.get_current_context().exit(1 if report.fails(at) else 0)


def chosen_form(form: str | None, *, as_json: bool) -> str:
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} are two answers")
    return "json" if as_json else form or "text"


def parsed(overrides: tuple[str, ...]) -> dict[str, str]:
    from longwire.template.parameter_overrides import parse

    return dict(parse(overrides))


def stated(found: Chosen | None) -> "Statements":
    """Of pyproject.toml, the nearest at or above the template, or here."""
    from longwire.settings_file import check_table
    from longwire_infra.check.statements import Statements, of_project

    file, table = check_table(Path.cwd() if found is None else found.file.absolute().parent)
    return Statements() if file is None else of_project(file, table)


def report_of(
    found: Chosen | None,
    overrides: dict[str, str],
    project: "Statements",
    live: tuple[str | None, tuple[str, ...], Path | None],
) -> "Report":
    from longwire_infra.check.run import Report, check_endpoint

    report = Report(statements=project) if found is None else template_report(found, overrides, project)
    url, headers, ca_file = live
    if url is None:
        return report
    from longwire.check_endpoint import probed

    endpoint, not_checked = probed(url, headers, ca_file)
    return report.joined(check_endpoint(endpoint, report.statements, not_checked))


def template_report(found: Chosen, overrides: dict[str, str], project: "Statements") -> "Report":
    from longwire.check_document import document
    from longwire_infra.check.run import check_template
    from longwire_infra.check.stack import Stack
    from longwire_infra.check.statements import of_template

    read = document(found, overrides, found.region or "us-east-1")
    statements = of_template(read).joined(project)
    stack = Stack(read, datetime.now(UTC).date(), statements.expected)
    if not stack.apis:
        raise UsageError(f"{found.file} has no WebSocket API: neither AWS::Serverless::WebSocketApi nor "
                         "AWS::ApiGatewayV2::Api with ProtocolType WEBSOCKET, nor a route of one")  # fmt: skip
    return check_template(stack, statements)


def show_rules(form: str) -> None:
    from longwire_infra.check.report import rules_json, rules_text
    from longwire_infra.check.run import listed_rules

    listed = listed_rules()
    click.echo(json.dumps(rules_json(listed), indent=2) if form == "json" else rules_text(listed))


def show(report: "Report", form: str, fail_on: Any) -> None:
    from longwire_infra.check.report import as_json, as_text

    if form == "text":
        click.echo(as_text(report, fail_on, color=sys.stdout.isatty()))
    else:
        click.echo(json.dumps(sarif_of(report) if form == "sarif" else as_json(report, fail_on), indent=2, default=str))


def sarif_of(report: "Report") -> dict[str, Any]:
    from longwire_infra.check.run import listed_rules
    from longwire_infra.check.sarif import as_sarif

    return as_sarif(report, listed_rules(), __version__)


def write(file: Path, report: "Report") -> None:
    try:
        file.write_text(json.dumps(sarif_of(report), indent=2) + "\n", encoding="utf-8")
    except OSError as exc:
        raise UsageError(f"--sarif {file} cannot be written: {exc.strerror}") from exc
