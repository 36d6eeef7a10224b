"""A bill as one page of HTML that needs nothing else: bars, curves, the comparison, every formula."""

import html
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from longwire_infra.break_even import BreakEven
from longwire_infra.curves import Curve
from longwire_infra.estimate import Bill, Line
from longwire_infra.offers import Offer
from longwire_infra.terms import ASSUMPTIONS
from longwire_infra.workload import plain

__all__ = ["page"]

CENT = Decimal("0.01")  # the least that the axis shows
TEMPLATE = Path(__file__).with_name("page.html")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 240, 64, 16, 12, 30
Comparison = tuple[Sequence[Offer], Sequence[BreakEven], Sequence[str]]


def page(bill: Bill, compared: Comparison, curves: Sequence[Curve], generated: str) -> str:
    """Everything from outside is escaped; there is no script and no address to fetch."""
    offers, points, verdict = compared
    parts = {
        "total": money(bill.total),
        "facts": text(f"a month of {bill.terms.month.text} in {bill.terms.region}, free tier: {bill.terms.free_tier}"),
        "unknown": text(f"Not in it: {', '.join(named(name) for name in bill.unknown)}." if bill.unknown else ""),
        "bars": "".join(bar(line, bill) for line in bill.lines if line.usd),
        "formulas": "".join(formula(line) for line in bill.lines),
        "curves": "".join(figure(one) for one in curves),
        "offers": "".join(offer_row(one) for one in offers),
        "points": "".join(point_row(one) for one in points),
        "verdict": "".join(f"<li>{text(sentence)}</li>" for sentence in verdict),
        "assumptions": "".join(assumption(name, value) for name, value in bill.terms.all_assumptions().items()),
        "generated": text(generated),
    }
    made = TEMPLATE.read_text(encoding="utf-8")
    for name, value in parts.items():
        made = made.replace(f"<!--{name}-->", value)
    return made


def text(value: str) -> str:
    return html.escape(value)


def named(meter: str) -> str:
    return meter.replace("_", " ")


def money(usd: Decimal | None) -> str:
    if usd is None:
        return "&ndash;"
    return f"${usd:,.2f}" if usd >= CENT or not usd else f"${usd:.6f}"


def bar(line: Line, bill: Bill) -> str:
    share = (line.usd or Decimal(0)) / bill.gross * 100
    parts = "".join(
        f"<small>{text(part.source)} {money(line.share(part))}</small>" for part in line.parts if len(line.parts) > 1
    )
    name = f"<span>{text(named(line.meter.id))}</span><b>{money(line.usd)}</b>"
    return f'<li>{name}<i style="width:{max(share, Decimal("0.4")):.1f}%"></i>{parts}</li>'


def formula(line: Line) -> str:
    source = text(f"{line.price.as_of}, {line.price.confidence}") if line.price is not None else "&ndash;"
    cells = (text(named(line.meter.id)), "?" if line.usd is None else money(line.usd), text(line.formula), source)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def offer_row(offer: Offer) -> str:
    working = "<br>".join(text(f"{part.text} = ${part.usd:,.2f}") for part in offer.parts)
    details = f"<details><summary>{text(offer.note or 'working')}</summary>{working}</details>"
    cells = (text(offer.name), money(offer.usd), text(offer.confidence), details if working else text(offer.note))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def point_row(point: BreakEven) -> str:
    value = f"{point.value:,.4g}" if point.value is not None else f"none from {plain(point.low)} to {plain(point.high)}"
    return f"<tr><td>{text(point.parameter)}</td><td>{text(value)}</td><td>{text(point.text)}</td></tr>"


def assumption(name: str, value: str) -> str:
    return f"<tr><td><code>{text(name)}={text(value)}</code></td><td>{text(ASSUMPTIONS[name].meaning)}</td></tr>"


# -- curves: both axes logarithmic


def figure(curve: Curve) -> str:
    lines = [("ours", curve.ours)] + ([("own", curve.own)] if curve.own is not None else [])
    amounts = [max(usd, CENT) for _, line in lines for usd in line]
    low, high = decade(min(amounts), up=False), decade(max(amounts), up=True)
    paths = "".join(f'<polyline class="{name}" points="{placed(curve, line, (low, high))}"/>' for name, line in lines)
    key = '<span class="ours">API Gateway</span>' + (
        '<span class="own">servers on EC2</span>' if len(lines) > 1 else ""
    )
    title = text(f"USD a month against {curve.parameter}")
    return (
        f"<figure><figcaption>{title} {key}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">'
        f"{grid(curve, low, high)}{paths}</svg></figure>"
    )


def decade(value: Decimal, *, up: bool) -> Decimal:
    """The power of ten at or below ``value``; with ``up`` the next one above."""
    return Decimal(1).scaleb(value.adjusted() + (1 if up else 0))


def across(curve: Curve, x: Decimal) -> Decimal:
    first, last = curve.values[0], curve.values[-1]
    return LEFT + (x / first).log10() / (last / first).log10() * (WIDTH - LEFT - RIGHT)


def down(usd: Decimal, low: Decimal, high: Decimal) -> Decimal:
    return TOP + (1 - (usd / low).log10() / (high / low).log10()) * (HEIGHT - TOP - BOTTOM)


def placed(curve: Curve, line: Sequence[Decimal], ends: tuple[Decimal, Decimal]) -> str:
    return " ".join(
        f"{across(curve, x):.1f},{down(max(usd, CENT), *ends):.1f}" for x, usd in zip(curve.values, line, strict=True)
    )


def axis(usd: Decimal) -> str:
    """A power of ten, short enough for a phone."""
    for least, unit in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if usd >= least:
            return f"${usd / least:,.0f}{unit}"
    return f"${usd:f}" if usd < 1 else f"${usd:.0f}"


def grid(curve: Curve, low: Decimal, high: Decimal) -> str:
    made, level = "", low
    while level <= high:
        y = down(level, low, high)
        made += f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        made += f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{axis(level)}</text>'
        level *= 10
    last = len(curve.values) - 1
    for index in (0, last // 4, last // 2, last * 3 // 4, last):
        x, anchor = across(curve, curve.values[index]), {0: "start", last: "end"}.get(index, "middle")
        label = f"{curve.values[index]:,.0f}"
        made += f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{label}</text>'
    return made
