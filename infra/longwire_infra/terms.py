"""On what terms a workload is billed: month, free tier, and the rules of metering that AWS does not state.

Each of these is an Assumption: it has a name, is printed with the bill, and is switched by ``--assume NAME=VALUE``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from longwire_infra.errors import WorkloadError, nearest

__all__ = ["ASSUMPTIONS", "FREE_TIERS", "Assumption", "Month", "Terms", "assumed", "free_tier", "month"]

SECONDS_A_DAY = Decimal(86_400)
FREE_TIERS = ("none", "legacy-12-month", "credits=USD")


@dataclass(frozen=True, slots=True)
class Assumption:
    """``choices`` in words; the first is taken unless another is named."""

    name: str
    choices: tuple[str, ...]
    meaning: str


ASSUMPTIONS = {
    assumption.name: assumption
    for assumption in (
        Assumption("minute_rounding", ("ceil", "exact"), "connection minutes: each connection rounded up, or exact"),
        Assumption("count_connect_as_message", ("false", "true"), "$connect and $disconnect are billed as messages"),
        Assumption("count_pings", ("false", "true"), "WebSocket ping and pong frames are billed as messages"),
        Assumption("message_increment_bytes", ("32768", "32000"), "the 32 KB that one billed message holds"),
        Assumption("gb_bytes", ("1000000000", "1073741824"), "the GB of logs, storage and data transfer"),
        Assumption("free_before_tiers", ("true", "false"), "what is free comes off first, or fills the first tier"),
        Assumption("always_free", ("false", "true"), "the account's always-free allowances are for this alone"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    """``text`` as it was given: ``30d`` or ``730h``."""

    text: str
    hours: Decimal

    @property
    def days(self) -> Decimal:
        return self.hours / 24

    @property
    def seconds(self) -> Decimal:
        return self.hours * 3600


@dataclass(frozen=True, slots=True)
class Terms:
    """``credit`` is in USD; ``assumptions`` are those that differ from the first choice."""

    region: str = "us-east-1"
    month: Month = field(default_factory=lambda: Month("30d", Decimal(720)))
    free_tier: str = "none"
    credit: Decimal = Decimal(0)
    assumptions: Mapping[str, str] = field(default_factory=dict)

    def assumption(self, name: str) -> str:
        return self.assumptions.get(name) or ASSUMPTIONS[name].choices[0]

    def all_assumptions(self) -> dict[str, str]:
        return {name: self.assumption(name) for name in ASSUMPTIONS}

    def holds(self, name: str) -> bool:
        return self.assumption(name) == "true"

    @property
    def increment(self) -> Decimal:
        return Decimal(self.assumption("message_increment_bytes"))

    @property
    def gb(self) -> Decimal:
        return Decimal(self.assumption("gb_bytes"))


def month(text: str, place: str = "") -> Month:
    """``30d`` (28d to 31d) or ``730h``; WorkloadError for anything else."""
    found = re.fullmatch(r"(\d{1,4})([dh])", text.strip())
    if found is None:
        raise WorkloadError(f"{text!r} is no month; write days or hours, 30d or 730h", field="month", place=place)
    hours = Decimal(found[1]) * (24 if found[2] == "d" else 1)
    if not 672 <= hours <= 744:
        raise WorkloadError(f"{text} is no month: it has 28 to 31 days, 672 to 744 hours", field="month", place=place)
    return Month(text.strip(), hours)


def free_tier(text: str, place: str = "") -> tuple[str, Decimal]:
    """Its name and, for ``credits=100``, the USD that are taken off."""
    name, _, amount = text.partition("=")
    if text in ("none", "legacy-12-month"):
        return text, Decimal(0)
    if name != "credits":
        raise WorkloadError(f"{text!r} is none; {nearest(text, FREE_TIERS)}", field="free_tier", place=place)
    try:
        credit = Decimal(amount)
    except InvalidOperation:
        credit = Decimal(-1)
    if not credit.is_finite() or not 0 < credit <= 10**9:
        raise WorkloadError(f"{text!r} says no amount in USD; write credits=100", field="free_tier", place=place)
    return "credits", credit


def assumed(name: str, value: str, place: str = "") -> tuple[str, str]:
    """A checked pair for Terms.assumptions."""
    if name not in ASSUMPTIONS:
        raise WorkloadError(f"{name} is no assumption; {nearest(name, ASSUMPTIONS)}", field="assume", place=place)
    choices = ASSUMPTIONS[name].choices
    if value not in choices:
        raise WorkloadError(f"{name} is {' or '.join(choices)}, not {value!r}", field="assume", place=place)
    return name, value
