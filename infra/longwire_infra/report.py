"""Bills and prices for a terminal: rich tables, plain text where nobody looks."""

import io
import shutil
from collections.abc import Iterable, Sequence
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table

from longwire_infra.break_even import BreakEven
from longwire_infra.estimate import Bill, Line
from longwire_infra.offers import Offer
from longwire_infra.prices import Price
from longwire_infra.terms import ASSUMPTIONS
from longwire_infra.workload import plain

__all__ = ["bill_text", "comparison_text", "dollars", "prices_text"]

NARROWEST, WIDEST = 60, 140


def dollars(usd: Decimal | None) -> str:
    """To the cent; what is less than one, to its first two digits."""
    if usd is None:
        return "?"
    if usd and abs(usd) < Decimal("0.01"):
        return f"${usd:.2g}" if usd.adjusted() < -7 else f"${usd:.6f}".rstrip("0")
    return f"${usd:,.2f}"


def rendered(*parts: Table | str, color: bool = False) -> str:
    columns = min(WIDEST, max(NARROWEST, shutil.get_terminal_size((110, 40)).columns))
    console = Console(file=io.StringIO(), width=columns, force_terminal=color, highlight=False, markup=False)
    for part in parts:
        console.print(part, soft_wrap=False)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return "\n".join(line.rstrip() for line in text.splitlines())


def bill_text(bill: Bill, generated: str, *, color: bool = False) -> str:
    """The table of the lines, the sources of the messages, the terms, and what is assumed."""
    table = Table(box=box.SIMPLE_HEAD, title=title(bill), title_justify="left", pad_edge=False)
    table.add_column("meter")
    for name in ("quantity", "unit", "USD"):
        table.add_column(name, justify="left" if name == "unit" else "right", no_wrap=name != "unit")
    table.add_column("how", ratio=1, overflow="fold")
    for line in bill.lines:
        for row in rows(line):
            table.add_row(*row)
    if bill.credit:
        table.add_row("credits", "", "", dollars(-bill.credit), "")
    table.add_section()
    table.add_row("total", "", "", dollars(bill.total), not_in_it(bill), style="bold")
    return rendered(table, footer(bill, generated), color=color)


def title(bill: Bill) -> str:
    month = f"{bill.terms.month.text} ({plain(bill.terms.month.hours)} h)"
    if bill.period_seconds == bill.terms.month.seconds:
        return f"A month of {month} in {bill.terms.region}"
    return f"{plain(bill.period_seconds)} s in {bill.terms.region}"


def rows(line: Line) -> Iterable[tuple[str, ...]]:
    name = line.meter.id.replace("_", " ")
    if line.quantity is None:
        yield name, "?", line.meter.unit, "?", line.depends
        return
    how = line.walk if not line.working else f"{line.working}; {line.walk}"
    yield name, plain(line.quantity), line.meter.unit, dollars(line.usd), how if line.quantity else line.working
    if len(line.parts) > 1:
        for part in line.parts:
            yield f"  {part.source}", plain(part.quantity), "", dollars(line.share(part)), ""


def not_in_it(bill: Bill) -> str:
    return f"without {', '.join(name.replace('_', ' ') for name in bill.unknown)}" if bill.unknown else ""


def footer(bill: Bill, generated: str) -> str:
    rules = [f"  {name} = {value}: {ASSUMPTIONS[name].meaning}" for name, value in bill.terms.all_assumptions().items()]
    free = f"Free tier: {bill.terms.free_tier}. Prices of {generated}; `longwire prices show` has their sources."
    return "\n".join([free, "AWS does not state these; --assume NAME=VALUE switches them:", *rules])


def comparison_text(
    offers: Sequence[Offer], points: Sequence[BreakEven], verdict: Sequence[str], *, color: bool = False
) -> str:
    """The services by price, the break-even points, the verdict."""
    table = Table(
        box=box.SIMPLE_HEAD, title="The same workload elsewhere, a month", title_justify="left", pad_edge=False
    )
    table.add_column("service")
    table.add_column("USD", justify="right", no_wrap=True)
    table.add_column("confidence")
    table.add_column("note", ratio=1, overflow="fold")
    for offer in offers:
        table.add_row(offer.name, "-" if offer.usd is None else dollars(offer.usd), offer.confidence, offer.note)
    return rendered(table, break_even_table(points), "\n".join(verdict), color=color)


def break_even_table(points: Sequence[BreakEven]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="Break-even", title_justify="left", pad_edge=False)
    table.add_column("parameter")
    table.add_column("value", justify="right")
    table.add_column("what", ratio=1, overflow="fold")
    for point in points:
        where = f"everywhere from {plain(point.low)} to {plain(point.high)}"
        known = point.value is not None
        shown = f"{point.value:,.4g}" if known else "none"
        table.add_row(point.parameter, shown, point.text if known else f"{point.text} ({where})")
    return table


def prices_text(prices: Iterable[Price], *, color: bool = False) -> str:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("service", "item", "region", "unit", "USD", "as of", "confidence"):
        table.add_column(name, overflow="fold")
    for price in prices:
        tiers = "\n".join(
            f"{f'{tier.usd:f}'}{f' from {plain(tier.start)}' if tier.start else ''}" for tier in price.tiers
        )
        table.add_row(price.service, price.item, price.region, price.unit, tiers, price.as_of, price.confidence)
    return rendered(table, color=color)
