"""The one record between those who count and the one who prices.

Producers: a workload described by a person, the emulator's meter, figures from CloudWatch. Consumer: the estimate.
Quantities are in the unit that AWS bills, or in the exact unit below it where AWS does not say how it rounds: bytes,
because no price page says whether its GB is 10**9 or 2**30 bytes.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Self

from longwire_infra.errors import RecordError

__all__ = ["Usage"]

# Far outside what any account can use; inside them a number's plain notation stays short.
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = -60, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was used in ``period_seconds``: None is unknown, 0 is known to be none.

    Raises RecordError for a quantity that is negative, infinite, not a number or absurdly large.
    """

    period_seconds: Decimal
    # API Gateway: sent and received, each counted in 32 KB increments ("33 KB = two messages").
    websocket_messages: Decimal | None = None
    # The sum over all connections; whether AWS rounds each one up to a minute is not documented.
    connection_minutes: Decimal | None = None
    # Not billed as such: the exact time behind the minutes, which says how many connections a short run had.
    connection_seconds: Decimal | None = None
    lambda_requests: Decimal | None = None
    # Memory in units of 1024 MB x billed seconds; each architecture has its own price and tiers.
    lambda_x86_gb_seconds: Decimal | None = None
    lambda_arm_gb_seconds: Decimal | None = None
    # On demand; a transactional write has already been counted twice, an eventually consistent read half.
    dynamodb_write_units: Decimal | None = None
    dynamodb_read_units: Decimal | None = None
    dynamodb_stored_byte_hours: Decimal | None = None
    # Requests in chunks of 64 KB.
    sqs_standard_requests: Decimal | None = None
    sqs_fifo_requests: Decimal | None = None
    log_ingested_bytes: Decimal | None = None
    log_stored_byte_hours: Decimal | None = None
    custom_metric_hours: Decimal | None = None
    data_transfer_out_bytes: Decimal | None = None

    def __post_init__(self) -> None:
        for name, value in {"period_seconds": self.period_seconds, **self.quantities()}.items():
            if value is not None:
                _check(name, value)
        if self.period_seconds == 0:
            raise RecordError("must be longer than 0 seconds", field="period_seconds")

    def since(self, before: "Usage") -> Self:
        """What came after an earlier record of the same run; unknown where either is."""
        earlier = before.quantities()
        later = {
            name: None if value is None or (known := earlier[name]) is None else max(value - known, Decimal(0))
            for name, value in self.quantities().items()
        }
        # Two records of one instant: a period is longer than nothing.
        period = max(self.period_seconds - before.period_seconds, Decimal("0.001"))
        return replace(self, period_seconds=period, **later)

    def quantities(self) -> dict[str, Decimal | None]:
        """Every field but the period, by name, in order."""
        values: dict[str, Decimal | None] = asdict(self)
        del values["period_seconds"]
        return values

    def __add__(self, other: "Usage") -> "Usage":
        """Both parts of one period. A quantity that either does not know is unknown in the sum."""
        if self.period_seconds != other.period_seconds:
            raise RecordError(
                f"cannot add {self.period_seconds:f} s and {other.period_seconds:f} s; over() brings both to one",
                field="period_seconds",
            )
        theirs = other.quantities()
        sums = {name: _sum(mine, theirs[name]) for name, mine in self.quantities().items()}
        return Usage(period_seconds=self.period_seconds, **sums)

    def scaled(self, factor: Decimal) -> "Usage":
        """``factor`` times as much in the same period."""
        products = {name: None if value is None else value * factor for name, value in self.quantities().items()}
        return Usage(period_seconds=self.period_seconds, **products)

    def over(self, period_seconds: Decimal) -> "Usage":
        """The same rates for another period: 60 s of a run, ``over(2592000)``, is a month of 30 days."""
        return replace(self.scaled(period_seconds / self.period_seconds), period_seconds=period_seconds)

    def to_json(self) -> dict[str, str | None]:
        """A JSON object: each number a string in plain decimal notation, null for unknown."""
        values: dict[str, Decimal | None] = asdict(self)
        # A zero keeps the exponent of what it came from, and would be written with as many digits.
        return {name: None if value is None else f"{value or Decimal(0):f}" for name, value in values.items()}

    @classmethod
    def from_json(cls, record: Mapping[str, object]) -> Self:
        """The inverse of ``to_json``; a missing quantity is unknown, a key of another name is refused."""
        names = [field.name for field in fields(cls)]
        for key in record:
            if key not in names:
                raise RecordError(f"is not a quantity of a usage record{_nearest(key, names)}", field=key)
        period = _decimal("period_seconds", record.get("period_seconds"))
        if period is None:
            raise RecordError("is missing: how long the counting took, in seconds", field="period_seconds")
        quantities = {name: _decimal(name, record.get(name)) for name in names if name != "period_seconds"}
        return cls(period_seconds=period, **quantities)


def _check(name: str, value: Decimal) -> None:
    if not value.is_finite() or value < 0:
        raise RecordError(f"{value} is not a finite number of 0 or more", field=name)
    if value and not _SMALLEST_EXPONENT <= value.adjusted() <= _LARGEST_EXPONENT:
        raise RecordError(f"{value:e} is no quantity that an account can use", field=name)


def _decimal(name: str, value: object) -> Decimal | None:
    if value is None:
        return None
    # A JSON number with a fraction has been through binary floating point; bool is an int in Python.
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise RecordError(f'{value!r} is not a number; write it as a string, like "12.5"', field=name)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise RecordError(f"{value!r} is not a number", field=name) from None


def _sum(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else first + second


def _nearest(key: str, names: list[str]) -> str:
    close = difflib.get_close_matches(key, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; it has {', '.join(names)}"
