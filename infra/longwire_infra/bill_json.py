"""A bill as JSON and as CSV: amounts are decimal strings, null for what is unknown."""

import csv
import io
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from longwire_infra.break_even import BreakEven
from longwire_infra.estimate import Bill, Line
from longwire_infra.offers import Offer
from longwire_infra.prices import Price

__all__ = ["amount", "bill_csv", "bill_json", "comparison_json", "number", "price_json"]

PLACES = Decimal("0.0000000001")
COLUMNS = ("id", "group", "quantity", "unit", "usd", "formula", "as_of", "confidence")


def number(value: Decimal | None) -> str | None:
    """Plain notation with up to 10 places."""
    if value is None:
        return None
    text = f"{value.quantize(PLACES, ROUND_HALF_EVEN) if value.as_tuple().exponent < -10 else value:f}"  # type: ignore[operator]
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Decimal | None) -> str | None:
    """USD with at least 4 places: 21044.0000."""
    text = number(value)
    if text is None:
        return None
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<4}"


def bill_json(bill: Bill, generated: str, connects: Decimal | None = None) -> dict[str, Any]:
    """Every line with its arithmetic; ``generated`` is the date of the price table."""
    return {
        "currency": "USD",
        "region": bill.terms.region,
        "month": bill.terms.month.text,
        "month_hours": number(bill.terms.month.hours),
        "period_seconds": number(bill.period_seconds),
        "prices_of": generated,
        "connects": number(connects),
        "free_tier": bill.terms.free_tier,
        "assumptions": bill.terms.all_assumptions(),
        "lines": [line_json(line) for line in bill.lines],
        "totals": {name: amount(usd) for name, usd in bill.totals().items()},
        "credit": amount(bill.credit),
        "total": amount(bill.total),
        "unknown": bill.unknown,
    }


def line_json(line: Line) -> dict[str, Any]:
    return {
        "id": line.meter.id,
        "group": line.meter.group,
        "service": line.meter.total,
        "formula": line.formula,
        "quantity": number(line.quantity),
        "unit": line.meter.unit,
        "free": number(line.free),
        "steps": [{"units": number(units), "usd_each": f"{usd:f}"} for units, usd in line.steps],
        "usd": amount(line.usd),
        "price": None if line.price is None else price_json(line.price),
        "sources": [
            {"name": part.source, "quantity": number(part.quantity), "usd": amount(line.share(part))}
            for part in line.parts
        ],
    }


def price_json(price: Price) -> dict[str, Any]:
    return {
        "service": price.service,
        "item": price.item,
        "region": price.region,
        "unit": price.unit,
        "tiers": [{"from": number(tier.start), "to": number(tier.end), "usd": f"{tier.usd:f}"} for tier in price.tiers],
        "as_of": price.as_of,
        "source": price.source,
        "confidence": price.confidence,
    }


def comparison_json(offers: Sequence[Offer], points: Sequence[BreakEven], verdict: Sequence[str]) -> dict[str, Any]:
    """What ``--compare`` adds."""
    return {
        "comparison": [
            {
                "name": offer.name,
                "usd": amount(offer.usd),
                "confidence": offer.confidence,
                "parts": [{"formula": part.text, "usd": amount(part.usd)} for part in offer.parts],
                "note": offer.note,
            }
            for offer in offers
        ],
        "break_even": [
            {
                "parameter": point.parameter,
                "value": number(point.value),
                "between": [number(point.low), number(point.high)],
                "text": point.text,
            }
            for point in points
        ],
        "verdict": list(verdict),
    }


def bill_csv(bill: Bill) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for line in bill.lines:
        about = (line.price.as_of, line.price.confidence) if line.price is not None else ("", "")
        rows.writerow(
            [
                line.meter.id,
                line.meter.group,
                number(line.quantity),
                line.meter.unit,
                amount(line.usd),
                line.formula,
                *about,
            ]
        )
    rows.writerow(["total", "", "", "USD", amount(bill.total), "", "", ""])
    return out.getvalue()
