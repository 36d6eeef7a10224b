"""``/_longwire/clock``: GET tells the clock, POST moves it.

A body is one of ``{"advance": 660}`` (seconds), ``{"pause": true}`` and ``{"resume": true}``. Every answer of 200 is
``{"now": EPOCH SECONDS, "offset": SECONDS AHEAD OF REAL TIME, "paused": BOOL}``; that of an advance comes when
everything that was due on the way is done. Others are text: 400 for a body that says something else, 409 while
somebody else advances the clock, 504 when something that an advance set off does not end.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from longwire.clock.advance import Mover
from longwire.errors import ClockBusy, NotSettled, UsageError
from longwire.inspector.calls import Answer, BadCall, Call
from longwire.inspector.guard import text
from longwire.server.http_message import HttpRequest

__all__ = ["clock_calls", "order"]

CLOCK = "/_longwire/clock"
WORDS = 'give one of {"advance": SECONDS}, {"pause": true} and {"resume": true}'


def clock_calls(mover: Mover) -> Mapping[tuple[str, str], Call]:
    return {("GET", CLOCK): lambda _request: mover.state(), ("POST", CLOCK): partial(obey, mover)}


async def obey(mover: Mover, request: HttpRequest) -> Answer:
    verb, seconds = order(request.body)
    try:
        if verb == "advance":
            await mover.advance(seconds)
        else:
            {"pause": mover.pause, "resume": mover.resume}[verb]()
    except UsageError as exc:
        raise BadCall(str(exc)) from exc
    except ClockBusy as exc:
        return text(409, str(exc))
    except NotSettled as exc:
        return text(504, str(exc))
    return mover.state()


def order(body: bytes) -> tuple[str, float]:
    """The verb of a body, and the seconds of "advance". Raises BadCall."""
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise BadCall(f"The body is no JSON: {WORDS}.") from exc
    if not isinstance(said, dict) or len(said) != 1:
        raise BadCall(f"The body has to be an object with one name: {WORDS}.")
    [(verb, value)] = said.items()
    if verb in ("pause", "resume"):
        if value is not True:
            raise BadCall(f"{verb} has to be true: {WORDS}.")
        return verb, 0.0
    if verb != "advance":
        raise BadCall(f"There is no {verb[:100]!r}: {WORDS}.")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadCall(f"advance has to be a number of seconds: {WORDS}.")
    return verb, finite(value)


def finite(value: float) -> float:
    """Python's parser takes an integer of a thousand digits, and NaN, which no step can be."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")
