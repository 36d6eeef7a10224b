"""What the page can ask for, answered by a test: what was asked is kept."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from inspector_script import Script
from longwire.inspector.calls import BadCall, Call
from longwire.inspector.guard import text
from longwire.server.http_message import HttpRequest
from longwire.server.reports import COST, cost_answer

KINDS: dict[str, Any] = {
    "post_to_connection": {
        "meaning": "POST @connections",
        "effects": {
            "gone": {"value": "flag", "meaning": "410 GoneException", "outcome": True},
            "status": {"value": "status", "meaning": "the answer, 500 to 599", "outcome": True},
            "latency": {"value": "seconds", "meaning": "added to each", "outcome": False},
        },
        "filters": ["connection"],
    },
    "invoke": {
        "meaning": "an invocation of a function",
        "effects": {"error": {"value": "text", "meaning": "it raises, with this text", "outcome": True}},
        "filters": ["function", "route", "connection"],
    },
    "service": {
        "meaning": "a call of an AWS service by a handler",
        "effects": {"throttling": {"value": "flag", "meaning": "the service's own error", "outcome": True}},
        "filters": ["service", "operation"],
    },
}
ITEM = {"pk": {"S": "session#1"}, "sk": {"S": "meta"}, "who": {"S": "alice"}, "seen": {"L": [{"N": "1"}]}}


@dataclass
class ScriptedCalls:
    """``refusal``: what every call that changes something is refused with."""

    script: Script
    asked: list[tuple[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=lambda: [ITEM])
    offset: float = 0.0
    paused: bool = False
    refusal: str = ""

    def calls(self) -> dict[tuple[str, str], Call]:
        script = self.script
        posts: dict[str, Call] = dict.fromkeys(("send", "receive", "disconnect", "drop"), self.keep)
        return {
            ("GET", COST): lambda _request: cost_answer(script.usage, script.region),
            ("GET", "/_longwire/clock"): lambda _request: self.clock(),
            ("POST", "/_longwire/clock"): self.move,
            ("GET", "/_longwire/faults"): lambda _request: {"faults": self.faults, "kinds": KINDS},
            ("POST", "/_longwire/faults"): self.inject,
            ("DELETE", "/_longwire/faults"): self.heal,
            ("GET", "/_longwire/api/tables"): self.tables,
            ("GET", "/_longwire/api/items"): self.page_of_items,
            ("PUT", "/_longwire/api/items"): self.keep,
            ("DELETE", "/_longwire/api/items"): self.keep,
            ("GET", "/_longwire/api/test"): lambda request: text(200, f"# {request.target.partition('?')[2]}"),
            **{("POST", f"/_longwire/api/{name}"): call for name, call in posts.items()},
        }

    def keep(self, request: HttpRequest) -> dict[str, Any]:
        if self.refusal:
            raise BadCall(self.refusal)
        body = json.loads(request.body)
        self.asked.append((f"{request.method} {request.path.removeprefix('/_longwire/')}", body))
        return {"statuses": dict.fromkeys(self.script.connections, 200)} if request.path.endswith("send") else {}

    def clock(self) -> dict[str, Any]:
        return {"now": self.script.now, "offset": self.offset, "paused": self.paused}

    def move(self, request: HttpRequest) -> dict[str, Any]:
        self.keep(request)
        order = json.loads(request.body)
        self.offset += order.get("advance", 0)
        self.script.now += order.get("advance", 0)
        self.paused = bool(order.get("pause")) or (self.paused and "resume" not in order)
        change = {"advance": "advanced", "pause": "paused", "resume": "resumed"}[next(iter(order))]
        told = {"change": change, "seconds": order.get("advance", 0), "offset": self.offset, "paused": self.paused}
        self.script.say("clock_changed", **told)
        return self.clock()

    def inject(self, request: HttpRequest) -> dict[str, Any]:
        self.keep(request)
        rule = {"probability": 1, "count": None, "seed": 1, "after": 0, "for": None}
        self.faults.append({"id": len(self.faults) + 1, **rule, **json.loads(request.body), "hits": 0, "state": "on"})
        self.script.say("faults_changed", faults=list(self.faults))
        return {"faults": self.faults[-1:]}

    def heal(self, request: HttpRequest) -> dict[str, Any]:
        wanted = parse_qs(request.target.partition("?")[2]).get("id")
        self.faults = [] if wanted is None else [fault for fault in self.faults if str(fault["id"]) not in wanted]
        self.script.say("faults_changed", faults=list(self.faults))
        return {"faults": self.faults}

    def tables(self, _request: HttpRequest) -> dict[str, Any]:
        keys = [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}]
        return {"tables": [{"logical_id": "LogTable", "name": "chat-LogTable", "keys": keys, "items": len(self.items)}]}

    def page_of_items(self, request: HttpRequest) -> dict[str, Any]:
        query = {name: values[-1] for name, values in parse_qs(request.target.partition("?")[2]).items()}
        found = [item for item in self.items if query.get("filter", "") in json.dumps(item)]
        first, limit = int(json.loads(query.get("start", "{}")).get("at", 0)), int(query["limit"])
        rest = {"at": first + limit} if first + limit < len(found) else None
        return {"items": found[first : first + limit], "next": rest, "looked_at": len(found)}
