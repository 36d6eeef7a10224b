"""A load on a terminal: a line while it runs, and the table at its end."""

from collections.abc import Mapping, Sequence

import click

from longwire.load.result import Limit, Result, ms
from longwire.load.scenario import Scenario
from longwire.load.tally import Tally

__all__ = ["HEAD", "progress_line", "rows_of", "summary"]

BAR = 24  # characters
COLUMNS = ("p50", "p90", "p99", "p999", "max")
HEAD = ("", "connections", "sent/s", "answers", *COLUMNS, "errors", "unanswered")


def progress_line(scenario: Scenario, second: int, tally: Tally) -> str:
    done = min(1.0, second / max(scenario.seconds, 1e-9))
    phase = next((each.name for each in scenario.phases if second <= each.end), "last answers")
    bar = "█" * round(done * BAR) + "░" * (BAR - round(done * BAR))
    p99 = f"p99 {ms(tally.latency.quantile(0.99)):,.1f} ms" if len(tally.latency) else "no answers"
    errors = click.style(f"  {tally.errors:,} errors", fg="red") if tally.errors else ""
    sent = tally.sent.total()
    return f"  {bar} {second:4} s  {phase:14} {tally.open:7,} open  {sent:8,} sent/s  {p99}{errors}"


def rows_of(result: Result) -> list[tuple[str, ...]]:
    """What is unanswered is known of the whole alone: an answer may come in another second than its message."""
    figures = result.figures()
    phases = [row(phase.name, phase.connections, shown) for phase, shown in result.phases()]
    whole = row("all", result.scenario.most_connections, figures)
    return [*phases, (*whole[:-1], f"{figures['unanswered']:,.0f}")]


def summary(result: Result, limits: Sequence[Limit]) -> str:
    figures = result.figures()
    rows = [HEAD, *rows_of(result)]
    widths = [max(len(each[column]) for each in rows) for column in range(len(HEAD))]
    lines = ["  " + "  ".join(cell(each, column, widths) for column in range(len(HEAD))).rstrip() for each in rows]
    lines[0] = click.style(lines[0], dim=True)
    lines[-1] = click.style(lines[-1], bold=True)
    return "\n".join(["", *lines, "", *facts(result, figures), *verdicts(limits, figures)])


def cell(row: Sequence[str], column: int, widths: Sequence[int]) -> str:
    return row[column].rjust(widths[column]) if column else row[column].ljust(widths[column])


def row(name: str, connections: int, figures: Mapping[str, float]) -> tuple[str, ...]:
    times = [f"{figures[column]:,.1f} ms" if figures["answers"] else "-" for column in COLUMNS]
    sent, answers, errors = (f"{figures[column]:,.0f}" for column in ("rate", "answers", "errors"))
    return (name, f"{connections:,}", sent, answers, *times, errors, "")


def facts(result: Result, figures: Mapping[str, float]) -> list[str]:
    times = f"p50 {figures['connect_p50']:,.1f} ms, p99 {figures['connect_p99']:,.1f} ms"
    opened = f"{figures['connects']:,.0f} handshakes, {times}"
    lines = [f"  {opened}; {figures['reconnects']:,.0f} tries again, {figures['gave_up']:,.0f} clients gave up"]
    for what, counter in (("refused", result.total.refused), ("closed", result.total.closed)):
        if counter:
            told = ", ".join(f"{count:,} times {name}" for name, count in counter.most_common(6))
            lines.append(click.style(f"  {what}: {told}", fg="red"))
    return lines


def verdicts(limits: Sequence[Limit], figures: Mapping[str, float]) -> list[str]:
    lines = []
    for limit in limits:
        hit = limit.is_hit(figures)
        mark = click.style("failed", fg="red") if hit else click.style("held  ", fg="green")
        lines.append(f"  {mark}  --fail-if {limit.text!r}: {limit.figure} is {figures[limit.figure]:,g}")
    return lines
