"""What can be made to fail: where, how, and for whom. One table, for validation, help, the page and the documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["KINDS", "Effect", "Kind", "kinds_json"]

Value = Literal["flag", "seconds", "status", "bytes per second", "count", "text"]


@dataclass(frozen=True, slots=True)
class Effect:
    """``outcome``: at most one of a fault's effects is one; the others say when, and go with any.

    ``alone``: nothing that says when makes sense beside it. ``least`` and ``most`` bound a number.
    """

    value: Value
    meaning: str
    outcome: bool = True
    alone: bool = False
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """``filters``: what a fault can be limited to; ``target`` is the one that an effect's own value may give."""

    meaning: str
    effects: Mapping[str, Effect]
    filters: tuple[str, ...] = ()
    target: str = field(default="")


def flag(meaning: str, *, alone: bool = False) -> Effect:
    return Effect("flag", meaning, alone=alone)


LATENCY = Effect("seconds", "added to each", outcome=False)
JITTER = Effect("seconds", "up to so much is added to each, at random", outcome=False)
DELAYS = {"latency": LATENCY, "jitter": JITTER}
BANDWIDTH = Effect("bytes per second", "of each connection; what waits for it fills the client's buffer", outcome=False)
BANDWIDTH_IN = Effect("bytes per second", "of each connection", outcome=False)
CUT = flag("the TCP connection is cut without a close frame, and this is lost")
SERVER_ERROR = Effect("status", "the answer, 500 to 599", least=500, most=599)
CALLBACK: Mapping[str, Effect] = {
    "gone": flag("410 GoneException, though the connection may be open"),
    "limit_exceeded": flag("429 LimitExceededException"),
    "status": SERVER_ERROR,
    **DELAYS,
}
REORDERED = Effect("count", "so many frames of one connection change places; true is 2", least=2, most=100)

KINDS: Mapping[str, Kind] = {
    "handshake": Kind(
        "an upgrade request",
        {"status": Effect("status", "the refusal, 400 to 599", least=400, most=599), **DELAYS},
    ),
    "message": Kind(
        "a message from a client",
        {"drop": CUT, **DELAYS, "bandwidth": BANDWIDTH_IN},
        ("connection", "route"),
        "connection",
    ),
    "frame": Kind(
        "a message to a client", {"drop": CUT, **DELAYS, "bandwidth": BANDWIDTH}, ("connection",), "connection"
    ),
    "connection": Kind(
        "an open connection, once for each: those of now, then those that open",
        {
            "drop": flag("the TCP connection is cut without a close frame"),
            "half_open": flag("nothing arrives any more on either side, and neither is told"),
            "slow_consumer": flag("the client takes nothing, so that its buffer fills"),
        },
        ("connection",),
        "connection",
    ),
    "post_to_connection": Kind(
        "POST @connections", {**CALLBACK, "reordered": REORDERED}, ("connection",), "connection"
    ),
    "get_connection": Kind("GET @connections", CALLBACK, ("connection",), "connection"),
    "delete_connection": Kind("DELETE @connections", CALLBACK, ("connection",), "connection"),
    "disconnect": Kind(
        "the $disconnect route of a connection that has ended",
        {
            "lost": flag("it is never called", alone=True),
            "duplicate": flag("it is called twice"),
            "late": Effect("seconds", "later than the end of the connection", outcome=False),
        },
        ("connection",),
        "connection",
    ),
    "invoke": Kind(
        "an invocation of a function, whoever asks for it",
        {
            "crash": flag("the execution environment is killed: Runtime.ExitError"),
            "error": Effect("text", "it raises, with this text; true has one of its own"),
            "timeout": flag("it runs until the function's Timeout"),
            "throttled": flag("TooManyRequestsException; nothing runs"),
            "cold_start": flag("the function's execution environments are replaced first"),
            "duplicate": flag("it runs twice; the second answer is dropped"),
            **DELAYS,
        },
        ("function", "route", "connection"),
        "function",
    ),
    "service": Kind(
        "a call of an AWS service by a handler",
        {
            "throttling": flag("the service's own throttling error"),
            "timeout": flag("no answer, for as long as the fault lasts", alone=True),
            "status": SERVER_ERROR,
            "conditional_check_failed": flag("DynamoDB's, for writes that have a condition"),
            "error": Effect("text", "an error code of the service, with status 400"),
            **DELAYS,
        },
        ("service", "operation"),
        "service",
    ),
    "gateway": Kind(
        "API Gateway itself",
        {"restart": flag("at once: all connections are lost, and no $disconnect is called")},
    ),
}


def kinds_json() -> dict[str, Any]:
    """The table for readers of the HTTP API."""
    return {
        name: {
            "meaning": kind.meaning,
            "effects": {
                effect: {"value": about.value, "meaning": about.meaning, "outcome": about.outcome}
                for effect, about in kind.effects.items()
            },
            "filters": list(kind.filters),
        }
        for name, kind in KINDS.items()
    }
