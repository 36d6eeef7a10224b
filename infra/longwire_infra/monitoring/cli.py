"""``longwire monitoring`` on the command line."""

import json
from pathlib import Path

import click

from longwire_infra.cli import Group
from longwire_infra.errors import MonitoringError

__all__ = ["monitoring"]

EXAMPLE = "Example: longwire monitoring grafana > dashboard.json"
CLOUDWATCH_EXAMPLES = """Examples:
  longwire monitoring cloudwatch
  longwire monitoring cloudwatch --template template.yaml --write"""
GRAFANA_EXAMPLES = """Examples:
  longwire monitoring grafana > dashboard.json"""


@click.group(cls=Group, epilog=EXAMPLE, short_help="Print dashboards and alarms.")
def monitoring() -> None:
    """Dashboards and alarms, made from one list of metrics."""


@monitoring.command(epilog=CLOUDWATCH_EXAMPLES, short_help="Alarms and a dashboard for the backend's template.")
@click.option("--template", type=click.Path(path_type=Path), default=Path("template.yaml"), show_default=True)
@click.option("--write", is_flag=True, help="Put them into the template, in the place of those that are there.")
def cloudwatch(template: Path, write: bool) -> None:
    """Print CloudWatch's alarms and a dashboard for the backend, as resources of its template."""
    from longwire_infra.monitoring.cloudwatch import section
    from longwire_infra.monitoring.signals import signals
    from longwire_infra.monitoring.template_parts import parts_of, with_section

    made = section(signals(parts_of(template)))
    if not write:
        click.echo(made, nl=False)
        return
    try:
        template.write_text(with_section(template, made), encoding="utf-8")
    except OSError as exc:
        raise MonitoringError(f"{template} cannot be written: {exc.strerror}") from exc


@monitoring.command(epilog=GRAFANA_EXAMPLES, short_help="A Grafana dashboard for the emulator's /metrics.")
def grafana() -> None:
    """Print a Grafana dashboard over what a running emulator tells Prometheus at /metrics."""
    from longwire_infra.monitoring.grafana import grafana as dashboard

    click.echo(json.dumps(dashboard(), indent=2))
