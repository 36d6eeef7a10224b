"""The inspector over real sockets: its files, and the JSON and events beneath its page."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import longwire
from longwire.inspector.inspector import FILES, Inspector
from longwire.inspector.timeline import Timeline
from served_inspector import STATE, Served, Stream, served_inspector

PAGE_FILES = Path(longwire.__file__).parent / "inspector" / "page"


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    async with served_inspector() as served:
        yield served


@pytest.mark.asyncio
async def test_every_file_of_the_page_is_served_with_its_type_and_a_validator(served: Served) -> None:
    types = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    for path, (name, _) in FILES.items():
        answer = await served.ask(path)
        assert answer.status == 200
        assert answer.body == (PAGE_FILES / name).read_bytes()
        assert answer.headers["content-type"] == f"{types[Path(name).suffix]}; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        again = await served.ask(path, ("If-None-Match", answer.headers["etag"]))
        assert (again.status, again.body) == (304, b"")


def test_the_map_names_every_file_of_the_page_and_nothing_else() -> None:
    assert {name for name, _ in FILES.values()} == {file.name for file in PAGE_FILES.iterdir()}


def test_the_whole_page_is_under_150_kilobytes() -> None:
    assert sum(file.stat().st_size for file in PAGE_FILES.iterdir()) < 150 * 1024


def test_the_page_fetches_nothing_from_elsewhere_and_holds_no_inline_code() -> None:
    for file in PAGE_FILES.iterdir():
        text = file.read_text()
        assert "://" not in text.replace("http://www.w3.org/2000/svg", "").replace("ws://", ""), file
    page = (PAGE_FILES / "inspector.html").read_text()
    assert "style=" not in page
    assert "<style" not in page
    assert page.count("<script") == 1
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert not any(sink in file.read_text() for file in PAGE_FILES.glob("*.js")), sink


def test_whatever_the_page_asks_for_is_a_documented_call() -> None:
    document = (PAGE_FILES.parents[2] / "README.md").read_text()
    asked = {path for file in PAGE_FILES.glob("*.js") for path in re.findall(r"[\"`](api/\w+)", file.read_text())}
    assert asked >= {"api/state", "api/send", "api/items", "api/test"}
    asked |= {f"api/{action}" for action in ("disconnect", "drop")} | {
        "clock",
        "faults",
    }
    assert [path for path in asked if f"/_longwire/{path}" not in document] == []


@pytest.mark.asyncio
async def test_the_address_without_its_slash_leads_to_the_page(served: Served) -> None:
    answer = await served.ask("/_longwire")
    assert (answer.status, answer.headers["location"]) == (308, "/_longwire/")


@pytest.mark.asyncio
async def test_head_has_the_length_and_no_body(served: Served) -> None:
    for path in ("/_longwire/", "/_longwire/api/state"):
        answer = await served.ask(path, method="HEAD")
        length = len((await served.ask(path)).body)
        assert (answer.status, answer.headers["content-length"], answer.body) == (200, str(length), b"")


@pytest.mark.asyncio
async def test_head_of_the_events_ends(served: Served) -> None:
    answer = await served.ask("/_longwire/api/events", method="HEAD")
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "text/event-stream", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/_longwire/nothing",
        "/_longwire/inspector.py",
        "/_longwire/../pyproject.toml",
        "/_longwire/..%2f..%2fpyproject.toml",
        "/_longwire/%2e%2e/inspector.py",
        "/_longwire/..\\inspector.py",
        "/_longwire//etc/passwd",
        "/_longwire/inspector.js/",
        "/_longwire/./inspector.js",
        "/_longwire/inspector.js%00.css",
        "/_longwire/INSPECTOR.JS",
        "/_longwire/api",
        "/_longwire/api/",
        "/_longwire/api/state/",
    ],
)
@pytest.mark.asyncio
async def test_a_path_that_is_not_in_the_map_is_not_found(served: Served, path: str) -> None:
    assert (await served.ask(path)).status == 404


@pytest.mark.asyncio
async def test_the_state_is_what_the_gateway_says_with_the_timelines_position(served: Served) -> None:
    served.timeline.publish("log", "", 1.0)
    answer = await served.ask("/_longwire/api/state")
    assert answer.json == {**STATE, "run": "run-1", "first": 1, "seq": 1}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.asyncio
async def test_the_timeline_gives_the_newest_entries_or_those_after_a_number(served: Served) -> None:
    for number in range(1, 11):
        served.timeline.publish("log", "odd" if number % 2 else "even", 1.0, {"line": str(number)})
    assert await served.entries() == list(range(1, 11))
    assert await served.entries("?limit=3") == [8, 9, 10]
    assert await served.entries("?since=4&limit=3") == [5, 6, 7]
    assert await served.entries("?since=10") == []
    assert await served.entries("?limit=0") == []
    assert await served.entries("?connection_id=odd") == [1, 3, 5, 7, 9]
    assert await served.entries("?connection_id=odd&limit=2") == [7, 9]
    assert await served.entries("?connection_id=odd&since=1&limit=2") == [3, 5]
    assert await served.entries("?connection_id=nobody") == []


@pytest.mark.asyncio
async def test_the_timeline_says_what_it_holds(served: Served) -> None:
    served.timeline.publish("connection_closed", "c", 1.25, {"code": 1000})
    answer = (await served.ask("/_longwire/api/timeline")).json
    assert (answer["run"], answer["first"], answer["last"]) == ("run-1", 1, 1)
    assert answer["entries"] == [
        {"seq": 1, "at": 1.25, "event": "connection_closed", "connection_id": "c", "code": 1000}
    ]


@pytest.mark.asyncio
async def test_a_timeline_answer_stays_within_a_size(served: Served) -> None:
    for _ in range(100):
        served.timeline.publish("message_received", "c", 1.0, {"payload": "x" * 131_072})
    assert await served.entries("?limit=100") == list(range(37, 101))
    assert await served.entries("?since=0&limit=100") == list(range(1, 65))


@pytest.mark.parametrize("query", ["since=x", "since=-1", "limit=1.5", "limit=", "since=0&limit=%C2%B2", "since=1e3"])
@pytest.mark.asyncio
async def test_a_query_that_is_no_number_is_refused_with_a_reason(served: Served, query: str) -> None:
    answer = await served.ask(f"/_longwire/api/timeline?{query}")
    name = query.rpartition("&")[2].partition("=")[0]
    assert answer.status == 400
    assert answer.body.decode().startswith(f"{name} must be a whole number")


@pytest.mark.asyncio
async def test_the_events_come_as_they_happen(served: Served) -> None:
    served.timeline.publish("log", "c", 1.0, {"line": "before"})
    stream = await Stream.open(served.port, "/_longwire/api/events?since=0")
    assert stream.head.status == 200
    assert stream.head.headers["content-type"] == "text/event-stream"
    assert "content-length" not in stream.head.headers
    assert (await stream.event())["event"] == "hello"
    assert (await stream.event())["data"]["line"] == "before"
    served.timeline.publish("log", "c", 2.0, {"line": "after"})
    live = await stream.event()
    assert (live["id"], live["data"]["line"]) == ("2", "after")
    stream.writer.close()


@pytest.mark.asyncio
async def test_a_reader_that_comes_back_goes_on_where_it_was(served: Served) -> None:
    for number in range(1, 5):
        served.timeline.publish("log", "c", 1.0, {"line": str(number)})
    stream = await Stream.open(served.port, "/_longwire/api/events?since=0", ("Last-Event-ID", "3"))
    assert (await stream.event())["event"] == "hello"
    assert (await stream.event())["id"] == "4"
    stream.writer.close()


@pytest.mark.asyncio
async def test_a_reader_that_leaves_is_forgotten(served: Served) -> None:
    stream = await Stream.open(served.port, "/_longwire/api/events")
    await stream.event()
    assert len(served.inspector.streams) == 1
    left = asyncio.Event()
    (known,) = served.inspector.streams
    forget = known.left

    def note() -> None:
        forget()
        left.set()

    known.left = note
    stream.writer.close()
    async with asyncio.timeout(10):
        await left.wait()
    assert served.inspector.streams == set()
    assert served.timeline.subscribers == ()


@pytest.mark.asyncio
async def test_open_pages_are_told_that_the_emulator_stops(served: Served) -> None:
    stream = await Stream.open(served.port, "/_longwire/api/events")
    await stream.event()
    served.inspector.close()
    assert (await stream.event())["event"] == "bye"
    async with asyncio.timeout(10):
        assert await stream.reader.read() == b""
    stream.writer.close()


@pytest.mark.asyncio
async def test_two_starts_of_the_emulator_can_be_told_apart() -> None:
    first, second = (Inspector(lambda: STATE, Timeline()) for _ in range(2))
    assert first.run != second.run
