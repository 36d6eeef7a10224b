"""What a load has shown: figures by name, by phase, by second; as text, as JSON, and against limits."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from longwire.errors import UsageError
from longwire.load.scenario import Phase, Scenario
from longwire.load.tally import Tally
from longwire.template.places import did_you_mean

__all__ = ["Limit", "Result"]

LIMIT = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(<=|>=|<|>|==|!=)\s*(\d+(?:\.\d+)?)\s*(ms|s|%)?\s*")
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
# Milliseconds, unless the name says otherwise.
TIMES = (*QUANTILES, "mean", "max", "connect_p50", "connect_p99")
COUNTS = (
    "connects",
    "refused",
    "closed",
    "reconnects",
    "gave_up",
    "sent",
    "received",
    "answers",
    "unanswered",
    "errors",
)
FIGURES = (*TIMES, *COUNTS, "error_rate", "rate")


class Result:
    """``seconds`` has one Tally for each second of the load, of all processes together."""

    def __init__(self, scenario: Scenario, url: str, seconds: Sequence[Tally]) -> None:
        self.scenario = scenario
        self.url = url
        self.seconds = seconds
        self.total = added(seconds)

    def figures(self) -> dict[str, float]:
        """Milliseconds and counts; ``error_rate`` is percent of attempts and messages, ``rate`` is sent a second."""
        found = figures_of(self.total)
        found["rate"] = round(found["sent"] / max(self.scenario.seconds, 1e-9), 2)
        return found

    def phases(self) -> list[tuple[Phase, dict[str, float]]]:
        """By the second in which they begin; a second that two phases share counts for the one before."""
        rows = []
        for phase in self.scenario.phases:
            tally = added(self.seconds[int(phase.start) : max(int(phase.start) + 1, int(phase.end))])
            figures = figures_of(tally)
            figures["rate"] = round(figures["sent"] / max(1.0, phase.end - phase.start), 2)
            rows.append((phase, figures))
        return rows

    def as_json(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "connections": self.scenario.connections,
            "seconds": self.scenario.seconds,
            "figures": self.figures(),
            "refused": dict(self.total.refused),
            "closed": dict(self.total.closed),
            "sent": dict(self.total.sent),
            "phases": [{"name": phase.name, "start": phase.start, "end": phase.end, "connections": phase.connections,
                        **figures} for phase, figures in self.phases()],
            "by_second": [{"second": number, "open": tally.open, **figures_of(tally)}
                          for number, tally in enumerate(self.seconds)],
        }  # fmt: skip


def added(tallies: Sequence[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.take(tally.tell())
    total.open = tallies[-1].open if tallies else 0
    return total


def figures_of(tally: Tally) -> dict[str, float]:
    found = {name: ms(tally.latency.quantile(share)) for name, share in QUANTILES.items()}
    asked = tally.counts["attempts"] + tally.sent.total()
    return found | {
        "mean": ms(tally.latency.mean()),
        "max": ms(tally.latency.max),
        "connect_p50": ms(tally.connecting.quantile(0.5)),
        "connect_p99": ms(tally.connecting.quantile(0.99)),
        "connects": tally.counts["opened"],
        "refused": tally.refused.total(),
        "closed": tally.closed.total(),
        "reconnects": tally.counts["reconnects"],
        "gave_up": tally.counts["gave_up"],
        "sent": tally.sent.total(),
        "received": tally.counts["messages_in"],
        "answers": len(tally.latency),
        "unanswered": tally.unanswered,
        "errors": tally.errors,
        "error_rate": round(100 * (tally.errors + tally.unanswered) / asked, 3) if asked else 0.0,
    }


def ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


class Limit:
    """``p99>200ms``: a load that shows this has failed. Raises UsageError for what says nothing."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = LIMIT.fullmatch(text)
        if found is None:
            raise UsageError(f'{text!r} is no limit, as "p99>200ms" and "errors>0" are')
        self.figure, self.sign, number, unit = found.groups()
        if self.figure not in FIGURES:
            near = did_you_mean(self.figure, FIGURES) or f"There are: {', '.join(FIGURES)}"
            raise UsageError(f"{text!r}: there is no figure {self.figure}. {near}")
        check_unit(text, self.figure, unit)
        self.number = float(number) * (1000 if unit == "s" else 1)

    def is_hit(self, figures: Mapping[str, float]) -> bool:
        return COMPARE[self.sign](figures[self.figure], self.number)


def check_unit(text: str, figure: str, unit: str | None) -> None:
    if figure in TIMES and unit not in ("ms", "s"):
        raise UsageError(f"{text!r}: {figure} is a time; write ms or s behind the number")
    if figure not in TIMES and unit and not (figure == "error_rate" and unit == "%"):
        raise UsageError(f"{text!r}: {figure} is no time" + (", but a percentage" if figure == "error_rate" else ""))
