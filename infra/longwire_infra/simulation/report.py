"""A simulation as text."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from longwire_infra.report import rendered
from longwire_infra.simulation.backoff import RULES
from longwire_infra.simulation.demand import Demand
from longwire_infra.simulation.hour import Herd
from longwire_infra.simulation.outcome import Outcome
from longwire_infra.simulation.paper import Finding

__all__ = ["simulation_text"]


def simulation_text(
    demand: Demand, found: Sequence[Finding], stage: str, outcomes: Sequence[Outcome], herds: Sequence[Herd], *,
    color: bool = False,
) -> str:  # fmt: skip
    first = outcomes[0]
    return rendered(
        on_paper(demand, found),
        f"{demand.connections:,} connections: {stage}.\n",
        traffic(first),
        *([] if not first.attempts else [reconnects(outcomes, herds)]),
        color=color,
    )


def on_paper(demand: Demand, found: Sequence[Finding]) -> Table:
    table = facts_table(f"On paper: {demand.connections:,} connections", "of the quota", "")
    for each in found:
        share = "" if each.share is None else f"{each.share:.0%}"
        style = "bold red" if each.share is not None and each.share > 1 else None
        table.add_row(each.question, each.answer, share, each.working, style=style)
    return table


def traffic(outcome: Outcome) -> Table:
    table = facts_table(f"Simulated: {outcome.seconds / 60:,.0f} minutes", "", "")
    table.add_row("messages in", f"{outcome.messages:,}", "", f"{outcome.messages_throttled:,} refused with 429")
    table.add_row("posts out", f"{outcome.posts:,}", "", f"at most {outcome.most_posts_waiting:,} waited at once")
    table.add_row("a post waits", seconds(outcome.post_p50), "", f"half of them; 99%: {seconds(outcome.post_p99)}")
    if outcome.broadcasts:
        last = f"half of {outcome.broadcasts:,} broadcasts; the slowest: {seconds(outcome.broadcast_last)}"
        table.add_row("a broadcast takes", seconds(outcome.broadcast_p50), "", last)
    table.add_row("most requests", f"{outcome.peak_requests:,.0f}/s", "", "in a tenth of a second")
    table.add_row("most environments", f"{outcome.peak_lambda:,.0f}", "", "of Lambda at once")
    return table


def reconnects(outcomes: Sequence[Outcome], herds: Sequence[Herd]) -> Table:
    when = ", ".join(f"{herd.share:.0%} cut off at {herd.at:,.0f} s" for herd in herds) or "cut off by the 2 hours"
    table = Table(box=box.SIMPLE_HEAD, title=f"Back again: {when}", title_justify="left", pad_edge=False)
    for name in ("rule", "half", "99%", "all", "tries/s", "refused", "gave up"):
        table.add_column(name, justify="left" if name == "rule" else "right", no_wrap=True)
    table.add_column("", overflow="fold")
    for each in outcomes:
        back = (seconds(each.back_p50), seconds(each.back_p99), seconds(each.back_last))
        out = f"{each.gave_up:,}" + (f" + {each.waiting:,} waiting" if each.waiting else "")
        table.add_row(each.rule, *back, f"{each.peak_attempts:,.0f}", f"{each.refused:,}", out, RULES[each.rule].what)
    return table


def facts_table(title: str, third: str, fourth: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    table.add_column("")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column(third, justify="right", no_wrap=True)
    table.add_column(fourth, ratio=1, overflow="fold")
    return table


def seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} s"
