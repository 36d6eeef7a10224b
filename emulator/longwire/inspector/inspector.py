"""The inspector: a page, and the JSON and server-sent events beneath it, for everything under ``/_longwire/``.

GET /_longwire/                                              the page
GET /_longwire/api/state                                     stack, URLs, quotas and open connections
GET /_longwire/api/events?since=SEQ                          entries after SEQ (or Last-Event-ID) as they come
GET /_longwire/api/timeline?since=SEQ&limit=N&connection_id=ID  entries that are held; without since the newest
GET /_longwire/usage, /_longwire/api/cost, /metrics          what server.reports says
POST /_longwire/api/...                                      what inspector.actions does
/_longwire/api/tables, items                                 what inspector.tables has
GET /_longwire/api/test                                      what inspector.pytest_test writes
GET, POST /_longwire/clock                                   the clock: see clock.api

For this machine's own pages and programs: see inspector.guard.
"""

import json
from asyncio import Task, get_running_loop
from collections.abc import Callable, Coroutine, Mapping
from hashlib import sha256
from importlib.resources import files
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs

from longwire.inspector.calls import Answer, BadCall, Call, NotFound, whole_number
from longwire.inspector.event_stream import EventStream, encoded
from longwire.inspector.guard import PAGE, READS, SECURITY, Guard, json_answer, text
from longwire.inspector.timeline import Entry, Timeline
from longwire.server.http1 import Exchange
from longwire.server.http_message import HttpRequest, HttpResponse

__all__ = ["Inspector"]

HTML, CSS, JS, SVG = "text/html", "text/css", "text/javascript", "image/svg+xml"
# The whole map: a path is looked up here and never joined to a folder.
FILES = {
    PAGE: ("inspector.html", HTML),
    "/_longwire/inspector.css": ("inspector.css", CSS),
    "/_longwire/icon.svg": ("icon.svg", SVG),
    "/_longwire/call.js": ("call.js", JS),
    "/_longwire/clock.js": ("clock.js", JS),
    "/_longwire/connection.js": ("connection.js", JS),
    "/_longwire/connections.js": ("connections.js", JS),
    "/_longwire/console.js": ("console.js", JS),
    "/_longwire/cost.js": ("cost.js", JS),
    "/_longwire/detail.js": ("detail.js", JS),
    "/_longwire/dom.js": ("dom.js", JS),
    "/_longwire/faults.js": ("faults.js", JS),
    "/_longwire/feed.js": ("feed.js", JS),
    "/_longwire/filter.js": ("filter.js", JS),
    "/_longwire/format.js": ("format.js", JS),
    "/_longwire/inspector.js": ("inspector.js", JS),
    "/_longwire/json.js": ("json.js", JS),
    "/_longwire/model.js": ("model.js", JS),
    "/_longwire/payload.js": ("payload.js", JS),
    "/_longwire/popover.js": ("popover.js", JS),
    "/_longwire/replay.js": ("replay.js", JS),
    "/_longwire/rows.js": ("rows.js", JS),
    "/_longwire/share.js": ("share.js", JS),
    "/_longwire/tables.js": ("tables.js", JS),
    "/_longwire/timeline.js": ("timeline.js", JS),
}
DEFAULT = 500  # entries of one timeline answer, unless asked otherwise
MOST = 10_000
MAX_TEXT = 8 * 1024 * 1024  # characters of one timeline answer


class Inspector:
    """Answers for every path under ``/_longwire``, in the event loop's thread.

    ``state`` gives, as JSON's types: ``version``, ``now`` (epoch seconds), ``clock`` (see
    clock.api), ``websocket_url``, ``management_url``,
    ``stack`` {``name``, ``api_id``, ``stage``, ``region``, ``route_selection_expression``, ``routes`` [{``key``,
    ``integration`` ("AWS_PROXY", "MOCK" or null), ``function``, ``handler``, ``timeout``, ``authorizer``,
    ``two_way``}]}, ``quotas`` {``idle_timeout``, ``max_duration``, ``frame_size``, ``message_size``} and
    ``connections`` [{``connection_id``, ``connected_at``, ``last_active_at``, ``source_ip``, ``user_agent``,
    ``subprotocol``, ``principal_id``, ``authorizer`` {its context}, ``messages_in``, ``messages_out``, ``bytes_in``,
    ``bytes_out``}].
    ``run`` tells one start of the emulator from the next; a page that sees another one starts afresh.
    """

    def __init__(
        self,
        state: Callable[[], Mapping[str, Any]],
        timeline: Timeline,
        *,
        guard: Guard | None = None,
        run: str | None = None,
        heartbeat: float = 15.0,
        calls: Mapping[tuple[str, str], Call] | None = None,
    ) -> None:
        self.state = state
        self.timeline = timeline
        self.guard = guard or Guard("127.0.0.1")
        self.run = run or token_urlsafe(9)
        self.heartbeat = heartbeat
        self.calls = calls or {}
        self.working: set[Task[None]] = set()
        self.streams: set[EventStream] = set()
        self.files: dict[str, tuple[str, bytes]] = {}
        self.answers: dict[str, Callable[[HttpRequest, Exchange], None]] = {
            "/_longwire": self.to_page,
            PAGE: self.answer_page,
            "/_longwire/api/state": self.answer_state,
            "/_longwire/api/timeline": self.answer_timeline,
            "/_longwire/api/events": self.answer_events,
        }

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        refused = self.guard.refusal(request, self.methods(request.path))
        if refused is not None:
            exchange.respond(refused)
            return
        try:
            self.answer(request, exchange)
        except BadCall as exc:
            exchange.respond(told(exc))

    def methods(self, path: str) -> tuple[str, ...]:
        """Those that a path takes."""
        known = [method for method, of in self.calls if of == path]
        return (*known, "HEAD") if "GET" in known else tuple(known) or READS

    def answer(self, request: HttpRequest, exchange: Exchange) -> None:
        method = "GET" if request.method == "HEAD" else request.method
        call = self.calls.get((method, request.path))
        if call is None:
            self.answers.get(request.path, self.answer_file)(request, exchange)
            return
        found = call(request)
        if isinstance(found, Coroutine):
            task = get_running_loop().create_task(self.answer_later(found, exchange))
            self.working.add(task)
            task.add_done_callback(self.working.discard)
        else:
            exchange.respond(as_response(found))

    async def answer_later(self, found: Coroutine[Any, Any, Answer], exchange: Exchange) -> None:
        try:
            exchange.respond(as_response(await found))
        except BadCall as exc:
            exchange.respond(told(exc))

    def close(self) -> None:
        """Tell the open pages that the emulator stops."""
        for task in self.working:
            task.cancel()
        for stream in list(self.streams):
            stream.end()
        self.streams.clear()

    # --- the page

    def to_page(self, _request: HttpRequest, exchange: Exchange) -> None:
        exchange.respond(text(308, "The inspector is at /_longwire/", ("location", "/_longwire/")))

    def answer_page(self, request: HttpRequest, exchange: Exchange) -> None:
        """With the token as a cookie; an address with the token in it is left at once, so that it is not kept."""
        cookie = self.guard.set_cookie(request)
        if "?" in request.target:
            exchange.respond(text(303, f"The inspector is at {PAGE}", ("location", PAGE), cookie))
        else:
            self.answer_file(request, exchange, cookie)

    def answer_file(self, request: HttpRequest, exchange: Exchange, *more: tuple[str, str]) -> None:
        known = FILES.get(request.path)
        if known is None:
            exchange.respond(text(404, "There is no such page here. The inspector is at /_longwire/"))
            return
        name, kind = known
        etag, content = self.file(name)
        about = (("content-type", f"{kind}; charset=utf-8"), ("cache-control", "no-cache"), ("etag", etag), *more)
        headers = (*SECURITY, *about)
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
        since, limit = whole_number(last(query), "since", -1), whole_number(last(query), "limit", DEFAULT)
        connections = query.get("connection_id")
        entries = self.timeline.since(max(0, since))
        if connections is not None:
            entries = [entry for entry in entries if entry[3] in connections]
        chosen = bounded(entries, min(limit, MOST), newest=since < 0)
        facts = f'"run":{json.dumps(self.run)},"first":{self.timeline.first},"last":{self.timeline.last}'
        exchange.respond(json_answer("{" + facts + ',"entries":[' + ",".join(chosen) + "]}"))

    def answer_events(self, request: HttpRequest, exchange: Exchange) -> None:
        query = parsed_query(request)
        # A browser that reconnects by itself repeats the first URL and adds where it was.
        resumed = request.header("Last-Event-ID") or ""
        cursor = int(resumed) if resumed.isascii() and resumed.isdigit() else whole_number(last(query), "since", 0)
        headers = (*SECURITY, ("content-type", "text/event-stream"), ("cache-control", "no-store"))
        # An answer without an end: it has no length and its connection serves nothing else (RFC 9112, 6.3).
        response = HttpResponse(200, headers, close=True)
        if request.method == "HEAD":
            exchange.respond(response)
            return
        stream = EventStream(self.timeline, exchange, get_running_loop(), cursor, self.heartbeat)
        self.streams.add(stream)
        stream.start(response, self.run, lambda: self.streams.discard(stream))


def told(mistake: BadCall) -> HttpResponse:
    return text(404 if isinstance(mistake, NotFound) else 400, str(mistake))


def as_response(found: Answer) -> HttpResponse:
    return found if isinstance(found, HttpResponse) else json_answer(json.dumps(found))


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


def last(query: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in query.items()}
