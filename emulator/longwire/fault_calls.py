"""Faults over HTTP, for the inspector's page, for programs and for ``longwire ctl fault``.

GET     /_longwire/faults         {"faults": [FAULT, ...], "kinds": {...}}
POST    /_longwire/faults         one fault, or {"faults": [...]}: all of them, or none -> {"faults": [those]}
DELETE  /_longwire/faults         clears all -> {"faults": []}
DELETE  /_longwire/faults?id=3    clears one -> {"faults": [those that are left]}

A FAULT that is asked for is ``kind``, one or more of the kind's effects, its filters, and ``probability``, ``count``,
``seed``, ``after`` and ``for`` (core.fault); one that is told has all of these, ``id``, ``hits`` and ``state``:
"waiting", "on" or "used up". ``kinds`` is the table of core.fault_kinds. Every change is an entry of the timeline,
``faults_changed``, with all that are left (``faults``); every hit is one, ``fault_hit``.
"""

import json
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qs

from longwire.core.fault_kinds import kinds_json
from longwire.errors import FaultInvalid
from longwire.fault_control import FaultControl
from longwire.inspector.calls import BadCall, Call, NotFound
from longwire.server.http_message import HttpRequest

__all__ = ["FAULTS", "FaultCalls"]

FAULTS = "/_longwire/faults"
LARGEST = 256 * 1024  # bytes of a body: a name that is none is compared with all that are
Told = Mapping[str, Any]


class FaultCalls:
    def __init__(self, control: FaultControl) -> None:
        self.control = control
        self.calls: dict[tuple[str, str], Call] = {
            ("GET", FAULTS): self.show,
            ("POST", FAULTS): self.add,
            ("DELETE", FAULTS): self.clear,
        }

    def show(self, _request: HttpRequest) -> Told:
        return {"faults": self.control.to_json(), "kinds": kinds_json()}

    def add(self, request: HttpRequest) -> Coroutine[Any, Any, Told]:
        try:
            ids = self.control.add(asked(request))
        except FaultInvalid as exc:
            raise BadCall(str(exc)) from exc
        return self.told(ids)

    async def told(self, ids: list[int]) -> Told:
        """When the services know of them, too."""
        await self.control.settled()
        return {"faults": [each for each in self.control.to_json() if each["id"] in ids]}

    def clear(self, request: HttpRequest) -> Coroutine[Any, Any, Told]:
        query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
        if query.keys() - {"id"}:
            raise BadCall("There is no parameter but id.")
        wanted = query.get("id", [])
        for text in wanted:
            if text not in {str(known) for known in self.control.listed}:
                raise NotFound(f"There is no fault {text[:100]!r}.")
        if not wanted:
            self.control.clear()
        for text in wanted:
            self.control.remove(int(text))
        return self.left()

    async def left(self) -> Told:
        await self.control.settled()
        return {"faults": self.control.to_json()}


def asked(request: HttpRequest) -> list[object]:
    """One or several faults, as they were sent."""
    if len(request.body) > LARGEST:
        raise BadCall(f"The body has more than {LARGEST:,} bytes.")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as exc:
        raise BadCall(f"The body is no JSON: {exc}.") from exc
    if isinstance(body, dict) and body.keys() == {"faults"} and isinstance(body["faults"], list):
        return list(body["faults"])
    if not isinstance(body, dict):
        raise BadCall('The body has to be a fault, or {"faults": [...]}.')
    return [body]
