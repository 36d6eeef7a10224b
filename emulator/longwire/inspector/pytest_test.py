"""A pytest test that does what clients did: ``GET /_longwire/api/test?connection_id=ID`` or ``?seq=SEQ``.

Of a connection: its whole session, with those that it talked with. Of an entry: all that led to it and that it caused.
What differs from run to run (ids, times, tokens) is not compared. Credentials are not in the timeline, so whoever needs
one puts it in.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import Any
from urllib.parse import parse_qs

from longwire.inspector.calls import BadCall, Call, whole_number
from longwire.inspector.causes import Entry, message, session
from longwire.inspector.guard import text
from longwire.inspector.literals import Literals
from longwire.inspector.timeline import Timeline, shown
from longwire.redaction import HIDDEN
from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["TestWriter", "pytest_test"]

MOST = 1000  # steps; a load test is nothing to copy
# What every client sends, or the WebSocket protocol asks for.
USUAL = re.compile(r"host|connection|upgrade|user-agent|origin|accept.*|cache-control|pragma|dnt|sec-.*", re.IGNORECASE)
TAKEN = ("longwire", "pytest", "refused")
WAIT = "timeout=10"  # a cold start may take longer than the usual two seconds
WARNING = 'TOKEN = "***"  # the timeline hides it: put the real one here'


class TestWriter:
    """``stages`` gives the arguments of ``connect`` that choose a Stage, by its path."""

    __test__ = False  # it is not one, pytest

    def __init__(self, timeline: Timeline, stages: Callable[[], Mapping[str, str]]) -> None:
        self.timeline = timeline
        self.stages = stages
        self.calls: dict[tuple[str, str], Call] = {("GET", "/_longwire/api/test"): self.answer}

    def answer(self, request: HttpRequest) -> HttpResponse:
        query = {name: values[-1] for name, values in parse_qs(request.target.partition("?")[2]).items()}
        if ("seq" in query) == ("connection_id" in query):
            raise BadCall("One of connection_id and seq is needed.")
        entries = [shown(entry) for entry in self.timeline.since(0)]
        if "connection_id" in query:
            chosen = session(entries, query["connection_id"])
        else:
            chosen = message(entries, whole_number(query, "seq", 0))
        return text(200, pytest_test(chosen, self.stages()))


def pytest_test(entries: Sequence[Entry], stages: Mapping[str, str]) -> str:
    """The source of a module with one test."""
    return Source(entries, stages).text()


class Source:
    def __init__(self, entries: Sequence[Entry], stages: Mapping[str, str]) -> None:
        self.entries = entries
        self.stages = stages
        self.names = names(entries)
        self.values = Literals({connection_id: f"{name}_id" for connection_id, name in self.names.items()})
        self.refused = {entry["connection_id"]: entry for entry in entries if entry["event"] == "connection_refused"}
        self.busy = busy(entries)
        self.begun: set[str] = set()
        self.open: list[str] = []
        self.hidden = False
        self.writers: dict[str, Callable[[Entry, str], list[str]]] = {
            "handshake": self.handshake,
            "message_received": self.sent,
            "frame_sent": self.received,
            "connection_closed": self.closed,
        }

    def text(self) -> str:
        known = [entry for entry in self.entries if entry["event"] in self.writers]
        lines = [line for entry in known[:MOST] for line in self.step(entry)]
        unused = {self.asked_id(name) for name in self.names.values() if f"{name}_id" not in self.values.used}
        lines = [line for line in lines if line not in unused]
        lines += [f"# {len(known) - MOST} more steps are left out"] if len(known) > MOST else []
        lines += [f"{self.names[connection_id]}.close()" for connection_id in self.open]
        return f"{self.head()}def test_{self.title()}(longwire):\n" + "\n".join(f"    {line}" for line in lines)

    def head(self) -> str:
        imports = ["from unittest.mock import ANY"] if self.values.any_used else []
        refusals = ["import pytest\n\nfrom longwire.testing import Refused"] if self.refused else []
        parts = [*imports, *refusals, *([WARNING] if self.hidden else [])]
        return "".join(f"{part}\n\n" for part in parts) + ("\n" if parts else "")

    def title(self) -> str:
        routes = [str(entry["route_key"] or "") for entry in self.entries if entry["event"] == "message_received"]
        return (routes and slug(routes[-1])) or "session"

    def step(self, entry: Entry) -> list[str]:
        connection_id, name = entry["connection_id"], self.names[entry["connection_id"]]
        if entry["event"] == "handshake" or connection_id in self.begun:
            return self.writers[entry["event"]](entry, name)
        begun = self.connected(connection_id, "longwire.connect()  # its handshake has left the timeline")
        return [*begun, *self.writers[entry["event"]](entry, name)]

    def connected(self, connection_id: str, call: str) -> list[str]:
        self.begun.add(connection_id)
        self.open.append(connection_id)
        name = self.names[connection_id]
        return [f"{name} = {call}", self.asked_id(name)]

    def asked_id(self, name: str) -> str:
        return f"{name}_id = longwire.connection_id({name})"

    # --- steps

    def handshake(self, entry: Entry, _name: str) -> list[str]:
        call = f"longwire.connect({', '.join(self.arguments(entry))})"
        refusal = self.refused.get(entry["connection_id"])
        if refusal is not None:
            status = f"assert refused.value.status == {refusal['status']}"
            return ["with pytest.raises(Refused) as refused:", f"    {call}", status]
        return self.connected(entry["connection_id"], call)

    def arguments(self, entry: Entry) -> list[str]:
        query, headers = [(str(key), str(value)) for key, value in entry["query"]], dict(entry["headers"])
        own = {name: value for name, value in headers.items() if not USUAL.fullmatch(name)}
        known = {name.lower(): value for name, value in headers.items()}
        offered = [each.strip() for each in known.get("sec-websocket-protocol", "").split(",") if each.strip()]
        rest = {key: value for key, value in query if key != "access_token"}
        found = [self.stages.get(entry["path"], "")]
        found += [f"token={self.secret(value)}" for key, value in query if key == "access_token"][-1:]
        found += [f"query={self.pairs(rest)}"] if rest else []
        found += [f"headers={self.pairs(own)}"] if own else []
        found += [f"subprotocols={offered!r}"] if offered else []
        found += [f"origin={known['origin']!r}"] if "origin" in known else []
        return [each for each in found if each]

    def pairs(self, values: Mapping[str, str]) -> str:
        return "{" + ", ".join(f"{name!r}: {self.secret(value)}" for name, value in values.items()) + "}"

    def secret(self, value: str) -> str:
        if value != HIDDEN:
            return repr(value)
        self.hidden = True
        return "TOKEN"

    def sent(self, entry: Entry, name: str) -> list[str]:
        return [f"{name}.send({self.values.sent(entry['payload'])})"]

    def received(self, entry: Entry, name: str) -> list[str]:
        expected = self.values.expected(entry["payload"], entry["at"])
        return [*self.post(entry, name), f"assert {name}.receive({WAIT}) == {expected}"]

    def post(self, entry: Entry, name: str) -> list[str]:
        """One that no function here made: by a program, or by a person at the inspector."""
        if entry["cause"] != "post_to_connection" or entry.get("invocation_id") or entry["seq"] in self.busy:
            return []
        self.values.used.add(f"{name}_id")
        client = 'longwire.client("apigatewaymanagementapi")'
        return [f"{client}.post_to_connection(ConnectionId={name}_id, Data={self.values.sent(entry['payload'])})"]

    def closed(self, entry: Entry, name: str) -> list[str]:
        if entry["connection_id"] in self.open:
            self.open.remove(entry["connection_id"])
        if entry["by"] == "client":
            arguments = [str(entry["code"]), repr(entry["reason"])] if entry["code"] not in (1000, 1005) else []
            return [f"{name}.close({', '.join(arguments)})"]
        if entry["by"] == "network":
            return [f"{name}.drop()"]
        closed = f"assert {name}.wait_closed({WAIT}).code == {entry['code']}  # by the {entry['by']}"
        if entry["by"] != "gateway" or entry["code"] != 1001:
            return [closed]
        before = [each["at"] for each in self.entries if each["connection_id"] == entry["connection_id"]]
        silent = max([at for at in before if at < entry["at"]], default=entry["at"])
        return [f"longwire.clock.advance(seconds={math.ceil(entry['at'] - silent) + 1})", closed]


def names(entries: Sequence[Entry]) -> dict[str, str]:
    """A variable for each connection: who it is, as far as an authorizer said it."""
    found: dict[str, str] = {}
    people: dict[str, Any] = {
        entry["connection_id"]: entry.get("principal_id") for entry in entries if entry["event"] == "connection_opened"
    }
    for entry in entries:
        connection_id = entry["connection_id"]
        if connection_id not in found:
            name = slug(str(people.get(connection_id) or "")) or "client"
            taken = sum(re.sub(r"_\d+$", "", each) == name for each in found.values())
            found[connection_id] = f"{name}_{taken + 1}" if taken else name
    return found


def busy(entries: Sequence[Entry]) -> set[int]:
    """The seqs at which a function ran, which may have posted by a client that does not say whose it is."""
    running, found = 0, set()
    for entry in entries:
        running += {"invocation_started": 1, "invocation_finished": -1}.get(entry["event"], 0)
        if running > 0:
            found.add(entry["seq"])
    return found


def slug(text: str) -> str:
    """``sendToGroup`` -> ``send_to_group``; "" for what has no letter."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    found = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:40]
    if not found or not found[0].isalpha():
        return ""
    return f"{found}_" if iskeyword(found) or found in TAKEN else found
