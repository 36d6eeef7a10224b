"""The inspector: a page, and the JSON and server-sent events beneath it, for everything under ``/_longwire/``.

GET /_longwire/                                              the page
GET /_longwire/api/state                                     stack, URLs, quotas and open connections
GET /_longwire/api/events?since=SEQ                          entries after SEQ (or Last-Event-ID) as they come
GET /_longwire/api/timeline?since=SEQ&limit=N&connection_id=ID  entries that are held; without since the newest
GET /_longwire/usage, /_longwire/api/cost, /metrics          what server.reports says

Read only, and for this machine's own pages: see inspector_guard.
"""

import json
from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs

from longwire.inspector.event_stream import EventStream, encoded
from longwire.inspector.guard import SECURITY, refusal, text
from longwire.inspector.timeline import Entry, Timeline
from longwire.server.http1 import Exchange
from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["Inspector"]

HTML, CSS, JS, SVG = "text/html", "text/css", "text/javascript", "image/svg+xml"
# The whole map: a path is looked up here and never joined to a folder.
FILES = {
    "/_longwire/": ("inspector.html", HTML),
    "/_longwire/inspector.css": ("inspector.css", CSS),
    "/_longwire/inspector.js": ("inspector.js", JS),
    "/_longwire/connections.js": ("connections.js", JS),
    "/_longwire/console.js": ("console.js", JS),
    "/_longwire/cost.js": ("cost.js", JS),
    "/_longwire/detail.js": ("detail.js", JS),
    "/_longwire/dom.js": ("dom.js", JS),
    "/_longwire/feed.js": ("feed.js", JS),
    "/_longwire/filter.js": ("filter.js", JS),
    "/_longwire/format.js": ("format.js", JS),
    "/_longwire/json.js": ("json.js", JS),
    "/_longwire/model.js": ("model.js", JS),
    "/_longwire/rows.js": ("rows.js", JS),
    "/_longwire/timeline.js": ("timeline.js", JS),
    "/_longwire/icon.svg": ("icon.svg", SVG),
}
PAGE = 500  # entries of one timeline answer, unless asked otherwise
MAX_PAGE = 10_000
MAX_TEXT = 8 * 1024 * 1024  # characters of one timeline answer


class BadQuery(ValueError):
    """A query parameter that does not say what it should."""


class Inspector:
    """Answers for every path under ``/_longwire``, in the event loop's thread.

    ``state`` gives, as JSON's types: ``version``, ``now`` (epoch seconds), ``websocket_url``, ``management_url``,
    ``stack`` {``name``, ``api_id``, ``stage``, ``region``, ``route_selection_expression``, ``routes`` [{``key``,
    ``integration`` ("AWS_PROXY", "MOCK" or null), ``function``, ``handler``, ``timeout``, ``authorizer``,
    ``two_way``}]}, ``quotas`` {``idle_timeout``, ``max_duration``, ``frame_size``, ``message_size``} and
    ``connections`` [{``connection_id``, ``connected_at``, ``last_active_at``, ``source_ip``, ``user_agent``,
    ``subprotocol``, ``principal_id``, ``messages_in``, ``messages_out``, ``bytes_in``, ``bytes_out``}].
    ``run`` tells one start of the emulator from the next; a page that sees another one starts afresh.
    """

    def __init__(
        self,
        state: Callable[[], Mapping[str, Any]],
        timeline: Timeline,
        *,
        bound_host: str = "127.0.0.1",
        run: str | None = None,
        heartbeat: float = 15.0,
        reports: Mapping[str, Callable[[HttpRequest], HttpResponse]] | None = None,
    ) -> None:
        self.state = state
        self.timeline = timeline
        self.bound_host = bound_host
        self.run = run or token_urlsafe(9)
        self.heartbeat = heartbeat
        self.reports = reports or {}
        self.streams: set[EventStream] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.answers: dict[str, Callable[[HttpRequest, Exchange], None]] = {
            "/_longwire": self.to_page,
            "/_longwire/api/state": self.answer_state,
            "/_longwire/api/timeline": self.answer_timeline,
            "/_longwire/api/events": self.answer_events,
        }

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        refused = refusal(request, self.bound_host)
        if refused is not None:
            exchange.respond(refused)
            return
        report = self.reports.get(request.path)
        if report is not None:
            exchange.respond(report(request))
            return
        answer = self.answers.get(request.path, self.answer_file)
        try:
            answer(request, exchange)
        except BadQuery as exc:
            exchange.respond(text(400, str(exc)))

    def close(self) -> None:
        """Tell the open pages that the emulator stops."""
        for stream in list(self.streams):
            stream.end()
        self.streams.clear()

    # --- the page

    def to_page(self, _request: HttpRequest, exchange: Exchange) -> None:
        exchange.respond(text(308, "The inspector is at /_longwire/", ("location", "/_longwire/")))

    def answer_file(self, request: HttpRequest, exchange: Exchange) -> None:
        known = FILES.get(request.path)
        if known is None:
            exchange.respond(text(404, "There is no such page here. The inspector is at /_longwire/"))
            return
        name, kind = known
        etag, content = self.file(name)
        headers = (*SECURITY, ("content-type", f"{kind}; charset=utf-8"), ("cache-control", "no-cache"), ("etag", etag))
        if request.header("If-None-Match") == etag:
            exchange.respond(HttpResponse(304, (*headers, ("content-length", str(len(content))))))
        else:
            exchange.respond(HttpResponse(200, headers, content))

    def file(self, name: str) -> tuple[str, bytes]:
        """ETag and content, read from the package once."""
        found = self.files.get(name)
        if found is None:
            content = files("longwire.inspector").joinpath("page", name).read_bytes()
            found = self.files[name] = (f'"{sha256(content).hexdigest()[:20]}"', content)
        return found

    # --- what is beneath it

    def answer_state(self, _request: HttpRequest, exchange: Exchange) -> None:
        state = {**self.state(), "run": self.run, "first": self.timeline.first, "seq": self.timeline.last}
        exchange.respond(json_answer(json.dumps(state, separators=(",", ":"))))

    def answer_timeline(self, request: HttpRequest, exchange: Exchange) -> None:
        query = parsed_query(request)
        since, limit = number(query, "since"), number(query, "limit")
        connections = query.get("connection_id")
        entries = self.timeline.since(since or 0)
        if connections is not None:
            entries = [entry for entry in entries if entry[3] in connections]
        chosen = bounded(entries, min(PAGE if limit is None else limit, MAX_PAGE), newest=since is None)
        facts = f'"run":{json.dumps(self.run)},"first":{self.timeline.first},"last":{self.timeline.last}'
        exchange.respond(json_answer("{" + facts + ',"entries":[' + ",".join(chosen) + "]}"))

    def answer_events(self, request: HttpRequest, exchange: Exchange) -> None:
        query = parsed_query(request)
        # A browser that reconnects by itself repeats the first URL and adds where it was.
        resumed = request.header("Last-Event-ID") or ""
        cursor = int(resumed) if resumed.isascii() and resumed.isdigit() else number(query, "since") or 0
        headers = (*SECURITY, ("content-type", "text/event-stream"), ("cache-control", "no-store"))
        # An answer without an end: it has no length and its connection serves nothing else (RFC 9112, 6.3).
        response = HttpResponse(200, headers, close=True)
        if request.method == "HEAD":
            exchange.respond(response)
            return
        stream = EventStream(self.timeline, exchange, get_running_loop(), cursor, self.heartbeat)
        self.streams.add(stream)
        stream.start(response, self.run, lambda: self.streams.discard(stream))


def bounded(entries: list[Entry], limit: int, *, newest: bool) -> list[str]:
    """The JSON of the first, or the newest, ``limit`` entries in order; fewer when they are large."""
    chosen: list[str] = []
    room = MAX_TEXT
    for entry in reversed(entries) if newest else entries:
        if len(chosen) == limit or room < 0:
            break
        chosen.append(encoded(entry))
        room -= len(chosen[-1])
    return chosen[::-1] if newest else chosen


def parsed_query(request: HttpRequest) -> dict[str, list[str]]:
    return parse_qs(request.target.partition("?")[2], keep_blank_values=True)


def number(query: Mapping[str, list[str]], name: str) -> int | None:
    values = query.get(name)
    if values is None:
        return None
    if not (values[-1].isascii() and values[-1].isdigit()):
        raise BadQuery(f"{name} must be a whole number of 0 or more, not {values[-1]!r}.")
    return int(values[-1])


def json_answer(body: str) -> HttpResponse:
    headers = (*SECURITY, ("content-type", "application/json"), ("cache-control", "no-store"))
    return HttpResponse(200, headers, body.encode())
