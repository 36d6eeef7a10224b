"""EventBridge's schedules: ``rate(5 minutes)``, ``cron(0 18 ? * MON-FRI *)``, and the Scheduler's ``at(...)``.

Source: EventBridge user guide, "Cron expressions reference", "Rate expressions reference"; Scheduler user guide,
"Schedule types". All times are epoch seconds.
"""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import product
from zoneinfo import ZoneInfo

__all__ = ["At", "Cron", "Rate", "ScheduleExpression", "parse"]

UNITS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # 1 is Sunday
LAST_YEAR = 2199
FIELDS = (
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, MONTHS),
    ("day of week", 1, 7, DAYS),
    ("year", 1970, LAST_YEAR, ()),
)
FORM = re.compile(r"(rate|cron|at)\((.*)\)")
RATE = re.compile(r"(\d+) (minute|hour|day)(s?)")


@dataclass(frozen=True, slots=True)
class Rate:
    seconds: int

    def after(self, moment: float, started: float) -> float | None:
        """The first time after ``moment``, counted from ``started``, when the schedule was made."""
        rounds = max(1, int((moment - started) // self.seconds) + 1)
        return started + rounds * self.seconds


@dataclass(frozen=True, slots=True)
class At:
    """Once."""

    moment: float

    def after(self, moment: float, started: float) -> float | None:  # noqa: ARG002 - as the others
        return self.moment if self.moment > moment else None


@dataclass(frozen=True, slots=True)
class Cron:
    """``days`` and ``weekdays`` are the texts of their fields; one of them is ``?``."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]
    zone: tzinfo

    def after(self, moment: float, started: float) -> float | None:  # noqa: ARG002 - as the others
        first = datetime.fromtimestamp(moment, self.zone).date()
        for day in self.dates(first):
            for hour, minute in product(self.hours, self.minutes):
                found = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone).timestamp()
                if found > moment:
                    return found
        return None

    def dates(self, first: date) -> Iterator[date]:
        months = [(year, month) for year in sorted(self.years) for month in sorted(self.months)]
        for year, month in months:
            if (year, month) >= (first.year, first.month):
                yield from (day for day in self.of_month(year, month) if day >= first)

    def of_month(self, year: int, month: int) -> list[date]:
        last = calendar.monthrange(year, month)[1]
        every = [date(year, month, day) for day in range(1, last + 1)]
        if self.weekdays != "?":
            return on_weekdays(every, self.weekdays)
        return on_days(every, self.days)


ScheduleExpression = Rate | At | Cron


def parse(expression: str, zone: str = "UTC") -> ScheduleExpression:
    """Raises ValueError that says what is wrong. ``zone`` is an IANA name."""
    found = FORM.fullmatch(expression)
    if found is None:
        raise ValueError(f"{expression!r} is none of rate(...), cron(...) and at(...)")
    where = time_zone(zone)
    if found[1] == "rate":
        return rate(found[2])
    return at(found[2], where) if found[1] == "at" else cron(found[2], where)


def time_zone(name: str) -> tzinfo:
    try:
        # A machine without a time zone database has UTC all the same.
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ValueError, OSError, KeyError) as exc:
        raise ValueError(f"there is no time zone {name}") from exc


def rate(text: str) -> Rate:
    found = RATE.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise ValueError(f"rate({text}) takes a number of 1 or more and minutes, hours or days")
    if (int(found[1]) == 1) == (found[3] == "s"):
        right = f"{found[1]} {found[2]}{'' if int(found[1]) == 1 else 's'}"
        raise ValueError(f"rate({text}): EventBridge wants rate({right})")
    return Rate(int(found[1]) * UNITS[found[2]])


def at(text: str, zone: tzinfo) -> At:
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone)
    except ValueError as exc:
        raise ValueError(f"at({text}) takes a time as 2026-11-20T13:00:00") from exc
    return At(moment.astimezone(UTC).timestamp())


def cron(text: str, zone: tzinfo) -> Cron:
    fields = text.upper().split()
    if len(fields) != len(FIELDS):
        raise ValueError(
            f"cron({text}) has {len(fields)} fields; it takes minutes, hours, days, months, weekdays, years"
        )
    minutes, hours, days, months, weekdays, years = fields
    if (days == "?") == (weekdays == "?"):
        raise ValueError(f"cron({text}): one of day of month and day of week has to be ?, the other not")
    if weekdays == "?":
        on_days([date(2024, 1, day) for day in range(1, 32)], days)
    else:
        on_weekdays([date(2024, 1, day) for day in range(1, 32)], weekdays)
    return Cron(
        tuple(sorted(numbers(minutes, 0))),
        tuple(sorted(numbers(hours, 1))),
        days,
        frozenset(numbers(months, 3)),
        weekdays,
        frozenset(numbers(years, 5)),
        zone,
    )


def numbers(text: str, field: int) -> set[int]:
    """What ``*``, ``1,2``, ``1-5`` and ``0/15`` stand for in one of FIELDS."""
    name, low, high, names = FIELDS[field]
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        start, dash, end = span.partition("-")
        first = low if span == "*" else number(start, names)
        last = high if span == "*" or (step and not dash) else number(end, names) if dash else first
        width = number(step, ()) if step else 1 if not part.endswith("/") else None
        if first is None or last is None or not width or not low <= first <= last <= high:
            raise ValueError(f"{part!r} is no {name}: {low} to {high}, with , - * and /")
        found.update(range(first, last + 1, width))
    return found


def number(text: str, names: Sequence[str]) -> int | None:
    if text in names:
        return names.index(text) + 1
    return int(text) if text.isascii() and text.isdigit() else None


def on_days(every: list[date], text: str) -> list[date]:
    """``L`` is the last day of the month, ``15W`` the weekday nearest to the 15th."""
    last = every[-1].day
    if text == "L":
        return [every[-1]]
    if text.endswith("W"):
        wanted = last if text == "LW" else number(text[:-1], ())
        if wanted is None or not 1 <= wanted <= 31:
            raise ValueError(f"{text!r} is no day of month")
        return [nearest_weekday(every, wanted)] if wanted <= last else []
    chosen = numbers(text, 2)
    return [day for day in every if day.day in chosen]


def nearest_weekday(every: list[date], wanted: int) -> date:
    day = every[wanted - 1]
    shift = {5: -1, 6: 1}.get(day.weekday(), 0)  # a Saturday's is Friday, a Sunday's Monday
    moved = day + timedelta(days=shift)
    return moved if moved.month == day.month else day - timedelta(days=2 if shift > 0 else -2)


def on_weekdays(every: list[date], text: str) -> list[date]:
    """``3#2`` is the second Tuesday, ``6L`` the last Friday of the month, ``L`` Saturday."""
    text = "7" if text == "L" else text
    if "#" in text:
        day, _, nth = text.partition("#")
        place = number(nth, ())
        if place is None or not 1 <= place <= 5:
            raise ValueError(f"{text!r} is no day of week: # takes 1 to 5")
        found = on_weekdays(every, day)
        return found[place - 1 : place]
    if text.endswith("L"):
        return on_weekdays(every, text[:-1])[-1:]
    chosen = numbers(text, 4)
    return [day for day in every if day.isoweekday() % 7 + 1 in chosen]
