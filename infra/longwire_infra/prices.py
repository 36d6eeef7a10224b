"""The table of prices: shipped as ``prices.json``, each entry with region, unit, tiers, date, source and confidence.

A region or a price that is not in it is refused by PriceMissing, never guessed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Self

from longwire_infra.errors import PriceMissing, nearest

__all__ = ["STALE_AFTER_DAYS", "Price", "Prices", "Tier", "shipped"]

TABLE = Path(__file__).with_name("prices.json")
STALE_AFTER_DAYS = 180
EVERYWHERE = "global"  # the region of services that have one price


@dataclass(frozen=True, slots=True)
class Tier:
    """From ``start`` up to ``end`` units a month (None: without end), each costs ``usd``."""

    start: Decimal
    end: Decimal | None
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    service: str
    item: str
    region: str
    unit: str
    tiers: tuple[Tier, ...]
    as_of: str
    source: str
    confidence: str
    included: Mapping[str, int] = field(default_factory=dict)

    @property
    def first(self) -> Decimal:
        """What one unit costs before any volume discount."""
        return next((tier.usd for tier in self.tiers if tier.usd), self.tiers[0].usd)

    def walk(self, quantity: Decimal, start: Decimal = Decimal(0)) -> list[tuple[Decimal, Decimal]]:
        """``quantity`` units as (units, USD each) of each tier that they reach, the first of them at ``start``."""
        end, steps = start + quantity, []
        for tier in self.tiers:
            units = (end if tier.end is None else min(end, tier.end)) - max(start, tier.start)
            if units > 0:
                steps.append((units, tier.usd))
        return steps


class Prices:
    """``entries`` are those of prices.json."""

    def __init__(self, entries: Iterable[Mapping[str, Any]], sources: Mapping[str, str], generated: str) -> None:
        self.entries = {(entry["service"], entry["item"], entry["region"]): entry for entry in entries}
        self.sources = sources
        self.generated = generated
        self.made: dict[tuple[str, str, str], Price] = {}

    @classmethod
    def load(cls, file: Path) -> Self:
        table = json.loads(file.read_text(encoding="utf-8"))
        return cls(table["prices"], table["sources"], table["generated"])

    def find(self, service: str, item: str, region: str) -> Price:
        """Raise PriceMissing, naming what there is instead."""
        key = (service, item, region)
        if key not in self.made:
            if key not in self.entries:
                raise PriceMissing(self.missing(service, item, region))
            self.made[key] = price(self.entries[key], self.sources)
        return self.made[key]

    def has(self, service: str, item: str, region: str) -> bool:
        return (service, item, region) in self.entries

    def missing(self, service: str, item: str, region: str) -> str:
        regions = [place for name, thing, place in self.entries if (name, thing) == (service, item)]
        if regions:
            return f"there is no price of {service} {item} in {region}; {nearest(region, regions)}"
        items = sorted({thing for name, thing, _ in self.entries if name == service})
        if items:
            return f"there is no price of {service} {item}; {nearest(item, items)}"
        return f"there are no prices of {service}; {nearest(service, self.services())}"

    def services(self) -> list[str]:
        return sorted({service for service, _, _ in self.entries})

    def regions(self) -> list[str]:
        """Of AWS, that is of everything that has more than one price."""
        return sorted({region for _, _, region in self.entries if region not in (EVERYWHERE, "all")})

    def chosen(self, service: str | None = None, region: str | None = None) -> Iterator[Price]:
        """Entries of a service and a region; PriceMissing when either is unknown."""
        if service is not None and service not in self.services():
            raise PriceMissing(f"there are no prices of {service}; {nearest(service, self.services())}")
        if region is not None and region not in [*self.regions(), EVERYWHERE]:
            raise PriceMissing(f"there are no prices in {region}; {nearest(region, [*self.regions(), EVERYWHERE])}")
        for key in self.entries:
            if service in (None, key[0]) and region in (None, key[2]):
                yield self.find(*key)

    def days_old(self, today: date) -> int:
        return (today - date.fromisoformat(self.generated)).days

    def warning(self, today: date) -> str | None:
        """What to say of a table that is older than STALE_AFTER_DAYS."""
        age = self.days_old(today)
        if age <= STALE_AFTER_DAYS:
            return None
        return f"the prices are of {self.generated}, {age} days old; refresh them: longwire prices refresh"


@cache
def shipped() -> Prices:
    """The table that came with this version."""
    return Prices.load(TABLE)


def price(entry: Mapping[str, Any], sources: Mapping[str, str]) -> Price:
    tiers = tuple(
        Tier(Decimal(tier["from"]), None if tier["to"] is None else Decimal(tier["to"]), Decimal(tier["usd"]))
        for tier in entry["tiers"]
    )
    names = ("service", "item", "region", "unit", "as_of", "confidence")
    included = {name: entry[name] for name in ("messages_per_day", "concurrent_connections") if name in entry}
    source = sources.get(entry["source"], entry["source"])
    return Price(**{name: entry[name] for name in names}, tiers=tiers, source=source, included=included)
