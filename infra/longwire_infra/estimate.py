"""Usage and prices -> a bill: one line a meter, with formula, quantity, price and tiers. Pure; Decimal throughout.

Nothing is rounded here. A quantity that is unknown has a line with its price and no amount, never $0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from longwire_infra.errors import PriceMissing, WorkloadError, nearest
from longwire_infra.prices import Price, Prices
from longwire_infra.terms import Terms
from longwire_infra.usage import Usage
from longwire_infra.workload import plain
from longwire_infra.workload_usage import Counted, Part

__all__ = ["METERS", "SERVICES", "Bill", "Line", "Meter", "estimate", "estimate_workload"]


@dataclass(frozen=True, slots=True)
class Meter:
    """``field`` is that of Usage; ``scale`` says what turns it into the price's unit."""

    id: str
    field: str
    group: str
    total: str
    service: str
    item: str
    unit: str
    scale: str = ""  # "", gb, gb-month, month


METERS = (
    Meter("connection_minutes", "connection_minutes", "connections", "api_gateway",
          "AmazonApiGateway", "websocket_connection_minutes", "minutes"),
    Meter("websocket_messages", "websocket_messages", "messages", "api_gateway",
          "AmazonApiGateway", "websocket_messages", "messages of 32 KB"),
    Meter("lambda_requests", "lambda_requests", "compute", "lambda", "AWSLambda", "requests", "invocations"),
    Meter("lambda_x86_gb_seconds", "lambda_x86_gb_seconds", "compute", "lambda",
          "AWSLambda", "duration_x86", "GB-seconds"),
    Meter("lambda_arm_gb_seconds", "lambda_arm_gb_seconds", "compute", "lambda",
          "AWSLambda", "duration_arm64", "GB-seconds"),
    Meter("dynamodb_write_units", "dynamodb_write_units", "state", "dynamodb",
          "AmazonDynamoDB", "ondemand_wru", "write units"),
    Meter("dynamodb_read_units", "dynamodb_read_units", "state", "dynamodb",
          "AmazonDynamoDB", "ondemand_rru", "read units"),
    Meter("dynamodb_storage", "dynamodb_stored_byte_hours", "state", "dynamodb",
          "AmazonDynamoDB", "storage", "GB-months", "gb-month"),
    Meter("sqs_standard_requests", "sqs_standard_requests", "queues", "sqs",
          "AWSQueueService", "standard_requests", "requests of 64 KB"),
    Meter("sqs_fifo_requests", "sqs_fifo_requests", "queues", "sqs",
          "AWSQueueService", "fifo_requests", "requests of 64 KB"),
    Meter("log_ingestion", "log_ingested_bytes", "logs and metrics", "cloudwatch",
          "AmazonCloudWatch", "logs_ingest_vended_lambda", "GB", "gb"),
    Meter("log_storage", "log_stored_byte_hours", "logs and metrics", "cloudwatch",
          "AmazonCloudWatch", "logs_storage", "GB-months", "gb-month"),
    Meter("custom_metrics", "custom_metric_hours", "logs and metrics", "cloudwatch",
          "AmazonCloudWatch", "custom_metric", "metric-months", "month"),
    Meter("data_transfer_out", "data_transfer_out_bytes", "transfer", "data_transfer",
          "AWSDataTransfer", "internet_egress", "GB", "gb"),
)  # fmt: skip
SERVICES = tuple(dict.fromkeys(meter.total for meter in METERS))

# "1M messages and 750,000 connection minutes a month for 12 months", accounts created before 2025-07-15.
LEGACY = {"websocket_messages": Decimal(1_000_000), "connection_minutes": Decimal(750_000)}
# Of every account, each month; meters of one name share one allowance, the first in METERS takes first.
ALWAYS = {
    "lambda_requests": ("requests", Decimal(1_000_000)),
    "lambda_x86_gb_seconds": ("duration", Decimal(400_000)),
    "lambda_arm_gb_seconds": ("duration", Decimal(400_000)),
    "dynamodb_storage": ("storage", Decimal(25)),
    "sqs_standard_requests": ("queues", Decimal(1_000_000)),
    "sqs_fifo_requests": ("queues", Decimal(1_000_000)),
    "log_ingestion": ("logs", Decimal(5)),
    "data_transfer_out": ("egress", Decimal(100)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """``usd`` is None for a quantity that is unknown; ``price`` is None where the table has none for the region."""

    meter: Meter
    quantity: Decimal | None
    free: Decimal
    price: Price | None
    steps: tuple[tuple[Decimal, Decimal], ...]
    usd: Decimal | None
    working: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def walk(self) -> str:
        """The arithmetic from quantity to amount."""
        if self.quantity is None:
            return "depends on usage"
        steps = " + ".join(f"{plain(units)} x ${self.dollars(usd)}" for units, usd in self.steps)
        return f"{f'{plain(self.free)} free; ' if self.free else ''}{steps or '0'}"

    @property
    def formula(self) -> str:
        if self.quantity is None:
            return self.depends
        return f"{self.working}{': ' if self.working else ''}{plain(self.quantity)} {self.meter.unit}: {self.walk}"

    @property
    def depends(self) -> str:
        if self.price is None:
            return "depends on usage; this region has no price in the table"
        if self.meter.scale:
            return f"depends on usage: ${self.dollars(self.price.first)} per {self.meter.unit.removesuffix('s')}"
        return f"depends on usage: ${self.dollars(self.price.first * 1_000_000)} per million {self.meter.unit}"

    @staticmethod
    def dollars(usd: Decimal) -> str:
        return f"{usd.normalize():f}"

    def share(self, part: Part) -> Decimal:
        """USD of one source: its part in the messages, at their average price."""
        return (self.usd or Decimal(0)) * part.quantity / self.quantity if self.quantity else Decimal(0)


@dataclass(frozen=True, slots=True)
class Bill:
    """``credit`` is what credits take off; ``total`` is what is known, and ``unknown`` names what is not in it."""

    terms: Terms
    period_seconds: Decimal
    lines: tuple[Line, ...]
    credit: Decimal = field(default=Decimal(0))

    @property
    def gross(self) -> Decimal:
        return sum((line.usd for line in self.lines if line.usd is not None), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.gross - self.credit

    @property
    def usd(self) -> Decimal:
        """``total``, by its unit."""
        return self.total

    @property
    def unknown(self) -> list[str]:
        return [line.meter.id for line in self.lines if line.usd is None]

    def totals(self) -> dict[str, Decimal | None]:
        """By service; None where nothing of it is known."""
        found: dict[str, Decimal | None] = {}
        for line in self.lines:
            before = found.setdefault(line.meter.total, None)
            if line.usd is not None:
                found[line.meter.total] = line.usd + (before or Decimal(0))
        return found

    def line(self, id: str) -> Line:  # noqa: A002 - as in the JSON
        return next(line for line in self.lines if line.meter.id == id)


def estimate(
    usage: Usage,
    prices: Prices,
    terms: Terms,
    *,
    only: Iterable[str] = (),
    workings: Mapping[str, str] | None = None,
    messages: tuple[Part, ...] = (),
) -> Bill:
    """``only`` names services of SERVICES. Raises PriceMissing for a used meter that the region has no price of."""
    chosen = meters(tuple(only))
    allowances = Allowances(terms)
    texts = workings or {}
    lines = []
    for meter in chosen:
        parts = messages if meter.id == "websocket_messages" else ()
        quantity = scaled(meter, getattr(usage, meter.field), terms)
        lines.append(priced(meter, quantity, prices, terms, allowances, (texts.get(meter.field, ""), parts)))
    bill = Bill(terms, usage.period_seconds, tuple(lines))
    return bill if not terms.credit else Bill(terms, usage.period_seconds, bill.lines, min(terms.credit, bill.gross))


def estimate_workload(counted: Counted, prices: Prices, terms: Terms, only: Iterable[str] = ()) -> Bill:
    return estimate(counted.usage, prices, terms, only=only, workings=counted.workings, messages=counted.messages)


def meters(only: tuple[str, ...]) -> Iterable[Meter]:
    for name in only:
        if name not in SERVICES:
            raise WorkloadError(
                f"{name} is no service of a bill; {nearest(name, SERVICES)}", field="only", place="--only"
            )
    return [meter for meter in METERS if not only or meter.total in only]


def scaled(meter: Meter, quantity: Decimal | None, terms: Terms) -> Decimal | None:
    if quantity is None or not meter.scale:
        return quantity
    if meter.scale == "month":
        return quantity / terms.month.hours
    return quantity / terms.gb / (terms.month.hours if meter.scale == "gb-month" else 1)


class Allowances:
    """What of a quantity is free; a shared allowance is used up as lines take from it."""

    def __init__(self, terms: Terms) -> None:
        self.legacy = LEGACY if terms.free_tier == "legacy-12-month" else {}
        self.left = dict(ALWAYS.values()) if terms.holds("always_free") else {}

    def take(self, meter: str, quantity: Decimal) -> Decimal:
        if meter in self.legacy:
            return min(quantity, self.legacy[meter])
        if not self.left or meter not in ALWAYS:
            return Decimal(0)
        name, _ = ALWAYS[meter]
        taken = min(quantity, self.left[name])
        self.left[name] -= taken
        return taken


def priced(
    meter: Meter,
    quantity: Decimal | None,
    prices: Prices,
    terms: Terms,
    allowances: Allowances,
    about: tuple[str, tuple[Part, ...]],
) -> Line:
    price = found(meter, quantity, prices, terms.region)
    if quantity is None or price is None:
        # Of a meter without a price nothing is used here: that is $0 without knowing the price.
        usd = None if quantity is None else Decimal(0)
        return Line(meter, quantity, Decimal(0), price, (), usd, *about)
    free = allowances.take(meter.id, quantity)
    start = Decimal(0) if terms.holds("free_before_tiers") else free
    steps = price.walk(quantity - free, start)
    return Line(meter, quantity, free, price, tuple(steps), sum((n * usd for n, usd in steps), Decimal(0)), *about)


def found(meter: Meter, quantity: Decimal | None, prices: Prices, region: str) -> Price | None:
    try:
        return prices.find(meter.service, meter.item, region)
    except PriceMissing:
        if quantity or meter.total == "api_gateway":
            raise
        return None
