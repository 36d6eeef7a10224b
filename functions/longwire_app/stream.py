"""What one session was sent, is being sent, and has yet to be sent: the arithmetic of sequence ids, without I/O.

A message of a topic has an *offset* there; for a session it gets a *sequence id*. Sequence ids are dense, and each is
bound for ever to one (topic, offset) before it is first posted: clients drop every id that is not larger than the
largest they saw, and look for no gaps, so an id that changed its message would be a message lost in silence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

__all__ = ["Entry", "Run", "Slot", "Stream", "Window", "with_losses"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in its topic's log. ``frame`` is JSON without a sequence id; ``but`` are sessions that get no copy.

    ``committed`` is milliseconds since the epoch. ``since`` says that this and all offsets from ``since`` on are gone
    from the log.
    """

    topic: str
    offset: int
    frame: str = ""
    but: frozenset[str] = frozenset()
    since: int | None = None
    committed: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """``count`` successive offsets of a topic, bound to as many successive sequence ids; ``size`` is their bytes.

    With ``since`` it is one id for a loss: the offsets ``since`` to ``first``.
    """

    topic: str
    first: int
    count: int
    size: int
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One sequence id and what it is bound to. ``follows`` is the id before it, where ids between are passed over."""

    sequence_id: int
    topic: str
    offset: int
    since: int | None = None
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """How much may be unacknowledged: messages, and bytes of their frames."""

    count: int = 1000
    size: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Stream:
    """``next`` is the id to give next; ``runs`` bind the ids from acked + 1 to next - 1, ``posted`` of them sent.

    ``cursors`` hold the last offset taken of each topic. ``full`` says that more waits than the window lets through.
    """

    next: int = 1
    acked: int = 0
    posted: int = 0
    runs: tuple[Run, ...] = ()
    cursors: Mapping[str, int] = field(default_factory=dict)
    full: bool = False

    def room(self, window: Window) -> int:
        """Messages that may still be assigned; 0 as soon as either limit is reached."""
        if sum(run.size for run in self.runs) >= window.size:
            return 0
        return max(0, window.count - (self.next - 1 - self.acked))

    def assigned(self, session_id: str, entries: Iterable[Entry], *, full: bool = False) -> "Stream":
        """Binds the next ids to ``entries``, which must be new and in each topic's order."""
        taken, cursors, runs = self.next, dict(self.cursors), list(self.runs)
        for entry in entries:
            assert entry.offset > cursors.get(entry.topic, 0)
            cursors[entry.topic] = entry.offset
            if session_id in entry.but:
                continue
            taken += 1
            _extend(runs, entry)
        return replace(self, next=taken, cursors=cursors, runs=tuple(runs), full=full)

    def acknowledged(self, sequence_id: int) -> "Stream":
        """Forgets what the client has. An id that was never given, or is known already, changes nothing."""
        count = sequence_id - self.acked
        if not 0 < count <= self.next - 1 - self.acked:
            return self
        runs = tuple(_without(self.runs, count))
        return replace(self, acked=sequence_id, posted=max(self.posted, sequence_id), runs=runs)

    def rewound(self) -> "Stream":
        """For a new connection: all that was not acknowledged has to be sent again."""
        return replace(self, posted=self.acked)

    def unposted(self) -> Iterator[Slot]:
        """What is still to be sent, in order."""
        sequence_id = self.acked
        for run in self.runs:
            for step in range(run.count):
                sequence_id += 1
                if sequence_id > self.posted:
                    yield Slot(sequence_id, run.topic, run.first + step, run.since)


def _extend(runs: list[Run], entry: Entry) -> None:
    last = runs[-1] if runs else None
    continues = last is not None and last.since is None and entry.since is None and last.topic == entry.topic
    if last is not None and continues and last.first + last.count == entry.offset:
        runs[-1] = replace(last, count=last.count + 1, size=last.size + len(entry.frame))
    else:
        runs.append(Run(entry.topic, entry.offset, 1, len(entry.frame), entry.since))


def _without(runs: Iterable[Run], count: int) -> Iterator[Run]:
    """The runs after their first ``count`` ids. The size of a run that is cut is divided evenly."""
    for run in runs:
        gone = min(count, run.count)
        count -= gone
        left = run.count - gone
        if left:
            yield replace(run, first=run.first + gone, count=left, size=run.size * left // run.count)


def with_losses(after: int, entries: Iterable[Entry]) -> list[Entry]:
    """Offsets are dense, so a gap is what expired unread: it gets a sequence id of its own, and is told."""
    found: list[Entry] = []
    for entry in entries:
        if after and entry.offset != after + 1:
            found.append(Entry(entry.topic, entry.offset - 1, since=after + 1))
        found.append(entry)
        after = entry.offset
    return found
