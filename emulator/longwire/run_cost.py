"""What a run would cost on AWS: the meter's record at the shipped prices."""

from typing import Any

from longwire_infra.bill_json import amount, number
from longwire_infra.errors import PriceMissing
from longwire_infra.estimate import Bill, Line, estimate
from longwire_infra.prices import shipped
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage

__all__ = ["Bill", "cost_so_far", "run_cost"]


def run_cost(usage: Usage, region: str) -> Bill:
    """The bill of what was counted so far, without a free tier. Raises PriceMissing for a region without prices."""
    return estimate(usage, shipped(), Terms(region=region))


def cost_so_far(usage: Usage, region: str) -> dict[str, Any]:
    """JSON: the bill's ``lines``, ``total`` and ``unknown``, and the same of ``projection``, the month at these rates.

    Numbers are decimal strings, null for what is unknown. ``error`` says why a region has no bill.
    """
    terms = Terms(region=region)
    about = {"currency": "USD", "region": region, "prices_of": shipped().generated}
    try:
        run, month = (run_cost(record, region) for record in (usage, usage.over(terms.month.seconds)))
    except PriceMissing as exc:
        nothing: dict[str, Any] = {"lines": [], "total": None, "unknown": [], "projection": None}
        return {**about, "error": str(exc), "period_seconds": number(usage.period_seconds), **nothing}
    return {**about, "error": None, **bill(run), "projection": {"month": terms.month.text, **bill(month)}}


def bill(priced: Bill) -> dict[str, Any]:
    return {
        "period_seconds": number(priced.period_seconds),
        "lines": [line(one) for one in priced.lines],
        "total": amount(priced.total),
        "unknown": priced.unknown,
    }


def line(priced: Line) -> dict[str, Any]:
    return {
        "id": priced.meter.id,
        "group": priced.meter.group,
        "formula": priced.formula,
        "quantity": number(priced.quantity),
        "unit": priced.meter.unit,
        "usd": amount(priced.usd),
    }
