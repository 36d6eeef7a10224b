"""What must hold over the backend's two tables, whatever happened.

``inconsistencies`` names each item that contradicts another. Some contradictions are allowed while work is under way,
or after an invocation died: rules in SETTLED are for tables at rest, those in ALWAYS hold at every moment. What has
expired is not there, since DynamoDB may remove it at any time.

Allowed after an interruption, and healed by the next bell, post or expiry: a slot or a subscription whose session is
gone or has moved on; an index entry without its subscription (it rings for nothing).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import boto3

from longwire_app.items import subscription_keys
from longwire_app.session import CONNECTION_LIFETIME, SUBSCRIPTION_LIFETIME
from longwire_app.session_store import Found
from longwire_app.stream import Stream
from longwire_app.topics import key_part

__all__ = ["Tables", "inconsistencies", "read_tables", "scanned"]

Item = dict[str, Any]
DAY = 86_400
EVERYBODY = "T#a:#"


@dataclass
class Tables:
    """The live items by family. ``limit`` is what one user may hold, 0 for no limit."""

    now: int
    limit: int = 0
    sessions: dict[str, Item] = field(default_factory=dict)
    subscriptions: list[Item] = field(default_factory=list)
    index: dict[tuple[str, str], Item] = field(default_factory=dict)
    slots: list[Item] = field(default_factory=list)
    dedupe: list[Item] = field(default_factory=list)
    logs: dict[str, dict[int, Item]] = field(default_factory=lambda: defaultdict(dict))
    strangers: list[str] = field(default_factory=list)

    def add(self, item: Item) -> None:
        pk, sk = item["pk"]["S"], next(iter(item["sk"].values()))
        if "exp" not in item or not item["exp"].get("N", "").isdecimal():
            self.strangers.append(f"{pk} {sk} has no expiry")
        elif int(item["exp"]["N"]) > self.now:
            self._sort(item, pk, sk)

    def _sort(self, item: Item, pk: str, sk: str) -> None:
        match pk.partition("#")[0], sk:
            case "S", "META":
                self.sessions[pk] = item
            case "S", _ if sk.startswith("G#"):
                self.subscriptions.append(item)
            case "T", _:
                self.index[pk, sk] = item
            case "U", _ if sk.startswith("SLOT#"):
                self.slots.append(item)
            case "D", _ if sk.startswith("A#"):
                self.dedupe.append(item)
            case ("R", "BUCKET") | ("GAUGE", "SESSIONS"):
                pass  # how fast a client sends, and when sessions were counted: nothing else speaks of it
            case "L", _:
                self.logs[pk][int(sk)] = item
            case _:
                self.strangers.append(f"{pk} {sk} is of no family that table_invariants.py knows")

    def session_of(self, session_id: str) -> Item | None:
        return self.sessions.get(f"S#{key_part(session_id)}")

    def log_of(self, topic: str) -> dict[int, Item]:
        """Messages by offset, without the origin."""
        found = self.logs.get(f"L#{key_part(topic)}", {})
        return {offset: item for offset, item in found.items() if offset}


Rule = Callable[[Tables], Iterator[str]]


def read_tables(state: Sequence[Item], log: Sequence[Item], now: int, limit: int = 0) -> Tables:
    tables = Tables(now, limit)
    for item in (*state, *log):
        tables.add(item)
    return tables


def inconsistencies(tables: Tables, *, interrupted: bool = False) -> list[str]:
    """One line for each contradiction; ``interrupted`` allows what a dead invocation may leave."""
    rules = ALWAYS if interrupted else ALWAYS + SETTLED
    return [line for rule in rules for line in rule(tables)]


def scanned(table: str) -> list[Item]:
    """Everything in a table of the environment's DynamoDB."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


# -- at every moment


def known_items(tables: Tables) -> Iterator[str]:
    yield from tables.strangers


def bounded_expiries(tables: Tables) -> Iterator[str]:
    """Nothing stays for ever: the last broom comes."""
    state = [*tables.sessions.values(), *tables.subscriptions, *tables.index.values()]
    for item in (*state, *tables.slots, *tables.dedupe):
        if int(item["exp"]["N"]) > tables.now + SUBSCRIPTION_LIFETIME + DAY:
            yield f"{_name(item)} stays longer than any session"
    for item in tables.slots:
        if int(item["exp"]["N"]) > tables.now + CONNECTION_LIFETIME + 3600:
            yield f"{_name(item)} stays longer than any connection"


def sound_streams(tables: Tables) -> Iterator[str]:
    """Each sequence id from acked + 1 to next - 1 has one message; each topic's are in its order."""
    for pk, meta in tables.sessions.items():
        if "version" not in meta:
            continue
        stream, acked = _stream(meta), int(meta["acked"]["N"])
        if not 0 <= acked <= stream.posted < stream.next:
            yield f"{pk}: acked {acked}, posted {stream.posted}, next {stream.next}"
        bound = sum(run.count for run in stream.runs)
        if bound != stream.next - 1 - acked:
            yield f"{pk}: {bound} ids are bound, {stream.next - 1 - acked} are unacknowledged"
        yield from _ordered(pk, stream)


def _ordered(pk: str, stream: Stream) -> Iterator[str]:
    last: dict[str, int] = {}
    for run in stream.runs:
        first = run.since or run.first
        if first <= last.get(run.topic, 0) or run.count < 1:
            yield f"{pk}: {run.topic} goes back to {first}"
        last[run.topic] = run.first + run.count - 1
    for topic, offset in last.items():
        if stream.cursors.get(topic, 0) < offset:
            yield f"{pk}: the cursor of {topic} is behind what is bound"


def no_cursor_beyond_its_tail(tables: Tables) -> Iterator[str]:
    for pk, meta in tables.sessions.items():
        if "version" in meta:
            for topic, offset in _stream(meta).cursors.items():
                yield from _beyond(tables, f"{pk}: the cursor of {topic}", topic, offset)
    for item in tables.subscriptions:
        if "joined" in item:
            topic = item["topic"]["S"]
            yield from _beyond(tables, f"{_name(item)}: joined", topic, int(item["joined"]["N"]))


def _beyond(tables: Tables, what: str, topic: str, offset: int) -> Iterator[str]:
    log = tables.log_of(topic)
    if log and offset > max(log):
        yield f"{what} is {offset}, beyond {max(log)}"


def dense_logs(tables: Tables) -> Iterator[str]:
    """No hole between two messages: only the oldest may be gone. Each is a frame that a client can read."""
    for pk, log in tables.logs.items():
        offsets = sorted(offset for offset in log if offset)
        for one, other in pairwise(offsets):
            if other != one + 1:
                yield f"{pk}: {other} follows {one}"
        for offset in offsets:
            if json.loads(log[offset]["frame"]["S"]).get("type") != "message":
                yield f"{pk} {offset}: no message"
        origin = log.get(0)
        if offsets and origin is not None and offsets[0] < int(origin["origin"]["N"]):
            yield f"{pk}: {offsets[0]} is before its origin"


def slots_within_the_limit(tables: Tables) -> Iterator[str]:
    held = Counter(item["pk"]["S"] for item in tables.slots)
    for pk, count in held.items():
        if tables.limit and count > tables.limit:
            yield f"{pk}: {count} slots of {tables.limit}"


def subscriptions_that_ring(tables: Tables) -> Iterator[str]:
    """Whoever is subscribed is rung: without its index entry a session would hear nothing, and not know."""
    for item in tables.subscriptions:
        session_id = item["pk"]["S"].removeprefix("S#")
        if tables.sessions.get(item["pk"]["S"]) and _indexed(tables, session_id, item) is None:
            yield f"{_name(item)}: no index entry"


# -- at rest


def slots_and_sessions(tables: Tables) -> Iterator[str]:
    """A slot is held by a session that is there and says so, on the same connection; and the reverse."""
    by_key = {_name(item): item for item in tables.slots}
    for name, item in by_key.items():
        meta = tables.session_of(item["sid"]["S"])
        if meta is None or "detached" in meta:
            yield f"{name}: its session {item['sid']['S']} is not connected"
        elif meta["epoch"] != item["epoch"] or name != _slot_of(meta):
            yield f"{name}: its session is in epoch {meta['epoch']['N']} and holds {_slot_of(meta)}"
    for pk, meta in tables.sessions.items():
        if "slot" in meta and _slot_of(meta) not in by_key:
            yield f"{pk}: its slot {_slot_of(meta)} is not there"


def subscriptions_and_index(tables: Tables) -> Iterator[str]:
    wanted = set()
    for item in tables.subscriptions:
        meta = tables.sessions.get(item["pk"]["S"])
        session_id = item["pk"]["S"].removeprefix("S#")
        entry = _indexed(tables, session_id, item)
        if meta is None:
            yield f"{_name(item)}: its session is gone"
        elif entry is not None:
            wanted.add(_name(entry))
            yield from _agreeing(item, entry, meta)
    for entry in tables.index.values():
        if _name(entry) not in wanted and not entry["pk"]["S"].startswith(EVERYBODY):
            yield f"{_name(entry)}: no subscription"


def _is_there(entry: Item, meta: Item) -> bool:
    """Each poll of a link has an id of its own, which begins with the link's."""
    there, now = str(entry["connId"]["S"]), str(meta["connId"]["S"])
    return there == now or (there.startswith("poll:") and now.startswith(there))


def _agreeing(item: Item, entry: Item, meta: Item) -> Iterator[str]:
    if "connId" in entry and not _is_there(entry, meta):
        yield f"{_name(entry)}: {entry['connId']['S']}, but the session is on {meta['connId']['S']}"
    if ("connId" in entry) == ("joined" in item):
        yield f"{_name(entry)}: it is followed and posted to, or neither"
    if ("reliable" in entry) != ("version" in meta):
        yield f"{_name(entry)}: reliable in one place alone"
    for each in (item, entry):
        if int(each["exp"]["N"]) < int(meta["exp"]["N"]):
            yield f"{_name(each)}: expires before its session"


def everybody_and_sessions(tables: Tables) -> Iterator[str]:
    """Each session with a connection is in the index of everybody, with that connection, and nobody else is.

    One whose handshake failed, and could not be undone, may be missing.
    """
    connected = {pk: meta for pk, meta in tables.sessions.items() if "detached" not in meta}
    for (pk, session_id), entry in tables.index.items():
        if pk.startswith(EVERYBODY):
            meta = connected.pop(f"S#{key_part(session_id)}", None)
            if meta is None:
                yield f"{_name(entry)}: its session is not connected"
            elif not _is_there(entry, meta):
                yield f"{_name(entry)}: {entry['connId']['S']}, but the session is on {meta['connId']['S']}"
    for pk, meta in connected.items():
        if meta.get("greeted") == meta["connId"]:
            yield f"{pk}: not in the index of everybody"


ALWAYS: list[Rule] = [
    known_items,
    bounded_expiries,
    sound_streams,
    no_cursor_beyond_its_tail,
    dense_logs,
    slots_within_the_limit,
    subscriptions_that_ring,
]
SETTLED: list[Rule] = [slots_and_sessions, subscriptions_and_index, everybody_and_sessions]


def _name(item: Item) -> str:
    return f"{item['pk']['S']} {item['sk']['S']}"


def _stream(meta: Item) -> Stream:
    return Found("", meta, []).snapshot().stream


def _slot_of(meta: Item) -> str | None:
    if "slot" not in meta:
        return None
    user = f"U#{key_part(meta['tenant']['S'])}#{key_part(meta['userId']['S'])}"
    return f"{user} SLOT#{meta['slot']['N']}"


def _indexed(tables: Tables, session_id: str, item: Item) -> Item | None:
    _, key = subscription_keys(session_id, item["topic"]["S"])
    return tables.index.get((key["pk"]["S"], key["sk"]["S"]))
