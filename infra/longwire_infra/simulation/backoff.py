"""How clients wait before they connect again: the rules in use, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from longwire_infra.errors import WorkloadError, nearest

__all__ = ["RULES", "Backoff", "rule"]

Window = Callable[[int], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Backoff:
    """``window(attempt)``: the attempt, counted from 1, is made between so many seconds and so many, any time of them.

    ``tries`` None never gives up.
    """

    name: str
    what: str
    window: Window
    tries: int | None = None


def doubled(attempt: int) -> float:
    return min(30.0, 2.0 ** min(attempt - 1, 10))


def full(attempt: int) -> tuple[float, float]:
    return 0.0, doubled(attempt)


RULES: Mapping[str, Backoff] = {
    each.name: each
    for each in (
        Backoff("full", "1 s doubled to 30 s, full jitter, 10 tries: Longwire's clients", full, 10),
        Backoff("full-for-ever", "the same without an end", full),
        Backoff("half-second", "1 s doubled to 30 s, and up to 500 ms more, 10 tries",
                lambda attempt: (doubled(attempt), doubled(attempt) + 0.5), 10),
        Backoff("none", "1 s doubled to 30 s, no jitter, 10 tries",
                lambda attempt: (doubled(attempt), doubled(attempt)), 10),
        Backoff("fixed", "1 s each time, for ever: npm @azure/web-pubsub-client", lambda _attempt: (1.0, 1.0)),
        Backoff("at-once", "no wait at all, for ever: a loop without backoff", lambda _attempt: (0.1, 0.1)),
        Backoff("spread", "first any time within 5 minutes, then as full, for ever",
                lambda attempt: (0.0, 300.0) if attempt == 1 else full(attempt)),
    )
}  # fmt: skip


def rule(name: str) -> Backoff:
    """Raises WorkloadError for one that is not known."""
    if name not in RULES:
        raise WorkloadError(f"there is no such rule; {nearest(name, list(RULES))}", field=name, place="--backoff")
    return RULES[name]
