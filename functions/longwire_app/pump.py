"""The session pump: the one ordered writer of a session. A generator of effects; it touches nothing itself.

    1 Read        the session and its subscriptions, consistently
    2 Grant       a reconnection token, unless the handshake's bell brought one, then Greet, then Greeted
    3 ReadLog     what is new in each topic, as far as the window goes
    4 Assign      binds sequence ids to it, if the session is as it was read. Durable before anything is posted
    5 Post        strictly one after the other, to the connection that was read
    6 Mark        how far it came, if the session still is on that connection

Mark is left out where the client had acknowledged all before, and no bell is to come for what was posted: the client's
ack will say as much, and is a write anyway. Should the next message come before it, the pump posts these again.

Safety is in two fences, ``version`` (4) and the connection id (6), not in there being one pump at a time: FIFO queues
only save double work. tests/functions/test_pump.py drives this code through every interleaving.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import groupby
from typing import Any

from longwire_app.stream import Entry, Slot, Stream, Window, with_losses

__all__ = [
    "Assign",
    "Call",
    "Detach",
    "Effect",
    "Grant",
    "Greet",
    "Greeted",
    "Mark",
    "Post",
    "Posted",
    "Pump",
    "Read",
    "ReadLog",
    "Snapshot",
    "Verdict",
    "pump",
]

PAGE = 200
"""Messages that are assigned at once: a pump that dies has bound no more than these."""
ROUNDS = 50  # reads of one pump; a session that changes under it all the time is left to the next bell


class Posted(Enum):
    """What became of a frame."""

    DELIVERED = 1
    GONE = 2
    REFUSED = 3  # this frame, for its size or content; another may pass
    LATER = 4  # throttled, no time left, no answer


class Verdict(Enum):
    """AGAIN keeps the bell; ENDED says that there is no such session, and its remains may be swept."""

    DONE = 1
    AGAIN = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A session as it was read. ``connection_id`` is None while it has no connection.

    ``joined`` holds each subscribed topic and the offset at which it was joined. Of those in ``cached`` only the
    latest message matters. ``polls`` says that the client takes its messages by itself.
    """

    session_id: str
    version: int
    connection_id: str | None
    greeted: bool
    reliable: bool
    stream: Stream
    joined: Mapping[str, int]
    cached: frozenset[str] = frozenset()
    expired: bool = False
    polls: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """Answer: Snapshot, or None when the session has ended."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Makes a reconnection token valid for the session. Answer: whether it still is on this connection."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class Greet:
    """Posts the greeting with what was granted. Answer: Posted."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class Greeted:
    connection_id: str


@dataclass(frozen=True, slots=True)
class ReadLog:
    """Answer: up to ``limit`` entries after the offset ``after``, in order; those that expired are left out.

    With ``news`` so are those that the topic's rule has nobody get any more.
    """

    topic: str
    after: int
    limit: int
    news: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """Answer: whether the session still had this version. The stream is stored with version + 1."""

    stream: Stream
    version: int


@dataclass(frozen=True, slots=True)
class Post:
    """Answer: Posted. ``entry`` is None when the message is gone from the log: a resync is posted for it."""

    connection_id: str
    slot: Slot
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Stores ``posted``, if the session still is on this connection and did not get further. No answer."""

    connection_id: str
    posted: int


@dataclass(frozen=True, slots=True)
class Detach:
    """The connection is gone; or its token ``expired``, and it is to be told and ended. No answer."""

    connection_id: str
    expired: bool = False


Effect = Read | Grant | Greet | Greeted | ReadLog | Assign | Post | Mark | Detach
Pump = Generator[Effect, Any, Verdict]


@dataclass(frozen=True, slots=True)
class Call:
    """Why a pump runs: how many ``bells`` it answers, and the topics that they named; None is all.

    ``granted`` is the connection for whose greeting there is a token already. ``link`` is that of the poll which runs
    this pump: only itself can post to its link.
    """

    hints: frozenset[str] | None = None
    bells: int = 1
    granted: str | None = None
    link: str | None = None


def pump(call: Call, window: Window) -> Pump:
    """Looks until nothing is left, the window is full, or it must stop."""
    for _ in range(ROUNDS):
        snapshot: Snapshot | None = yield Read()
        if snapshot is None:
            return Verdict.ENDED
        if snapshot.connection_id is None:
            return Verdict.DONE
        verdict = yield from _attend(snapshot, snapshot.connection_id, call, window)
        if verdict is not None:
            return verdict
    return Verdict.AGAIN


def _attend(
    snapshot: Snapshot, connection_id: str, call: Call, window: Window
) -> Generator[Effect, Any, Verdict | None]:
    """One round; None asks for another."""
    if snapshot.expired:
        yield Detach(connection_id, expired=True)
        return Verdict.DONE
    verdict = None if snapshot.greeted else (yield from _greet(connection_id, call.granted))
    if verdict is not None:
        return verdict
    return (yield from _advance(snapshot, call, window)) if snapshot.reliable else Verdict.DONE


def _greet(connection_id: str, granted: str | None) -> Generator[Effect, Any, Verdict | None]:
    if connection_id != granted and not (yield Grant(connection_id)):
        return Verdict.DONE  # it moved on, and whoever moved it has rung
    posted: Posted = yield Greet(connection_id)
    if posted is Posted.GONE:
        yield Detach(connection_id)
        return Verdict.DONE
    if posted is not Posted.DELIVERED:
        return Verdict.AGAIN
    yield Greeted(connection_id)
    return None


def _advance(snapshot: Snapshot, call: Call, window: Window) -> Generator[Effect, Any, Verdict | None]:
    """From 3 to 6."""
    room = min(PAGE, snapshot.stream.room(window))
    news = yield from _news(snapshot, call.hints, room + 1)
    full = len(news) > room
    stream = snapshot.stream.assigned(snapshot.session_id, news[:room], full=full and room < PAGE)
    if stream != snapshot.stream and not (yield Assign(stream, snapshot.version)):
        return None
    if snapshot.polls and snapshot.connection_id != call.link:
        return None if full and room == PAGE else Verdict.DONE
    settled = snapshot.stream.acked == snapshot.stream.next - 1
    known = {(entry.topic, entry.offset): entry for entry in news}
    verdict = yield from _deliver(snapshot, stream, known, spared=call.bells if settled else 0)
    # A page that was filled may have more behind it. A full window waits for the client, whose ack rings.
    return None if verdict is Verdict.DONE and full and room == PAGE else verdict


def _news(snapshot: Snapshot, hints: frozenset[str] | None, limit: int) -> Generator[Effect, Any, list[Entry]]:
    found: list[Entry] = []
    for topic, joined in sorted(snapshot.joined.items()):
        if len(found) < limit and (hints is None or topic in hints):
            after = max(joined, snapshot.stream.cursors.get(topic, 0))
            entries: Sequence[Entry] = yield ReadLog(topic, after, limit - len(found), news=True)
            found += entries if topic in snapshot.cached else with_losses(after, entries)
    return found[:limit]


def _deliver(
    snapshot: Snapshot, stream: Stream, known: Mapping[tuple[str, int], Entry], *, spared: int
) -> Generator[Effect, Any, Verdict]:
    """``spared``: how many messages may go without a mark, if all were posted."""
    connection_id = snapshot.connection_id
    assert connection_id is not None
    posted, outcome = stream.posted, Posted.DELIVERED
    for topic, slots in groupby(_wanted(snapshot, stream), key=lambda slot: slot.topic):
        waiting = list(slots)
        entries = yield from _entries(topic, waiting, known)
        for slot in waiting:
            outcome = yield from _post(connection_id, slot, entries.get(slot.offset))
            if outcome is not Posted.DELIVERED:
                break
            posted = slot.sequence_id
        if outcome is not Posted.DELIVERED:
            break
    if outcome is Posted.GONE:
        yield Detach(connection_id)
    elif posted - stream.posted > (spared if outcome is Posted.DELIVERED else 0):
        yield Mark(connection_id, posted)
    return Verdict.AGAIN if outcome in {Posted.LATER, Posted.REFUSED} else Verdict.DONE


def _wanted(snapshot: Snapshot, stream: Stream) -> Iterator[Slot]:
    """What is still to be posted. The ids of messages that a later one has overtaken are passed over, which is said:
    a client that looks for gaps would otherwise recover for ever."""
    latest = {slot.topic: slot.sequence_id for slot in stream.unposted()}
    before = stream.posted
    for slot in stream.unposted():
        if slot.topic not in snapshot.cached or slot.sequence_id == latest[slot.topic]:
            yield slot if slot.sequence_id == before + 1 else replace(slot, follows=before)
            before = slot.sequence_id


def _post(connection_id: str, slot: Slot, entry: Entry | None) -> Generator[Effect, Any, Posted]:
    """A message that cannot be posted must not hold up what follows: the client is told that it is missing."""
    posted: Posted = yield Post(connection_id, slot, entry)
    if posted is Posted.REFUSED and entry is not None:
        posted = yield Post(connection_id, replace(slot, since=slot.since or slot.offset), None)
    return posted


def _entries(
    topic: str, slots: Sequence[Slot], known: Mapping[tuple[str, int], Entry]
) -> Generator[Effect, Any, dict[int, Entry]]:
    """Those of ``slots`` by offset, read again where they were assigned by an earlier pump."""
    found = {slot.offset: known[topic, slot.offset] for slot in slots if (topic, slot.offset) in known}
    missing = [slot.offset for slot in slots if slot.offset not in found and slot.since is None]
    while missing:
        # A stretch that noEcho interrupted is read with its holes.
        entries: Sequence[Entry] = yield ReadLog(topic, missing[0] - 1, missing[-1] - missing[0] + 1)
        found |= {entry.offset: entry for entry in entries}
        last = entries[-1].offset if entries else missing[-1]
        missing = [offset for offset in missing if offset > last]
    return {offset: entry for offset, entry in found.items() if entry.since is None}
