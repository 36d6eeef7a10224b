"""From what a person gave to a bill."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from longwire_infra.break_even import BreakEven, break_evens
from longwire_infra.comparison import compared
from longwire_infra.errors import PriceMissing, WorkloadError, nearest
from longwire_infra.estimate import Bill, estimate, estimate_workload
from longwire_infra.flags import with_flags
from longwire_infra.measured import from_export, scaled_to
from longwire_infra.offers import Offer
from longwire_infra.prices import Prices, shipped
from longwire_infra.terms import Terms
from longwire_infra.verdict import verdict
from longwire_infra.workload import Workload
from longwire_infra.workload_file import TOP, read_terms, read_workload
from longwire_infra.workload_usage import counted
from longwire_infra.written import Written, from_file

__all__ = ["bill_page", "calculated", "comparison", "described", "priced"]


def described(file: Path | None, flags: Mapping[str, object], assume: Iterable[str]) -> Workload:
    """The workload of a file, of flags, or of both."""
    base = Written({}, "", "") if file is None else from_file(file)
    workload = read_workload(with_flags(base, flags, assume))
    check_region(workload.terms, shipped())
    return workload


def check_region(terms: Terms, prices: Prices) -> None:
    """No price is guessed from another region."""
    if terms.region not in prices.regions():
        raise PriceMissing(f"region: there are no prices of {terms.region}; {nearest(terms.region, prices.regions())}")


def calculated(workload: Workload, only: tuple[str, ...]) -> tuple[Bill, Decimal]:
    """The bill of a month, and its handshakes."""
    found = counted(workload)
    return estimate_workload(found, shipped(), workload.terms, named(only)), found.connects


def priced(
    file: Path, scale_to: str | None, flags: Mapping[str, object], assume: Iterable[str], only: tuple[str, ...]
) -> Bill:
    """The bill of what was counted in ``file``, as long as it took, or scaled to a month."""
    for name, value in flags.items():
        if value is not None and name not in ("region", "month", "free_tier"):
            message = "describes a workload; --from has one that was counted"
            raise WorkloadError(message, field=name, place="--" + name.replace("_", "-"))
    terms = read_terms(with_flags(Written({}, "", ""), flags, assume).mapping(TOP))
    check_region(terms, shipped())
    usage = from_export(file)
    return estimate(
        usage if scale_to is None else scaled_to(usage, scale_to, terms), shipped(), terms, only=named(only)
    )


def comparison(workload: Workload, availability: str) -> tuple[list[Offer], list[BreakEven], list[str]]:
    """Services by price, break-even points, verdict."""
    found = compared(workload, shipped(), availability)
    return found, break_evens(workload, shipped(), availability), verdict(workload, found)


def bill_page(workload: Workload, bill: Bill, availability: str) -> str:
    """The bill with its curves and comparison as HTML."""
    from longwire_infra.curves import connection_curve, heartbeat_curve
    from longwire_infra.page import page

    curves = [connection_curve(workload, shipped()), heartbeat_curve(workload, shipped())]
    return page(bill, comparison(workload, availability), curves, shipped().generated)


def named(only: tuple[str, ...]) -> list[str]:
    """``--only a,b`` is ``--only a --only b``."""
    names = [name.strip() for text in only for name in text.split(",")]
    if not all(names):
        raise WorkloadError("names no service", field="only", place="--only")
    return names
