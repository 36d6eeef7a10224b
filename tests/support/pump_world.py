"""Every schedule of the real pump: publishers, bells, pumps, a client and a network, of which any may fail at any step.

A running pump is what it was answered so far: the generator is run again from its beginning to find its next effect.
Faults are budgets; a *wrong* world breaks one rule that the pump relies on, and must be caught.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from longwire_app import pump as core
from longwire_app.stream import Entry, Run, Stream, Window

__all__ = ["Rules", "State", "Step", "start", "steps", "wrong"]

SESSION = "s"
TOPICS = ("A", "B")


@dataclass(frozen=True)
class Rules:
    """The wrong ones, each a shortcut that tempts."""

    window: int = 8
    zombie: bool = False
    late_assign: bool = False
    unfenced_mark: bool = False
    parallel_posts: bool = False
    bell_may_be_lost: bool = False
    cached: bool = False


@dataclass(frozen=True)
class Stored:
    """The session's record: a Stream of hashable parts, and what fences it."""

    next: int = 1
    acked: int = 0
    posted: int = 0
    runs: tuple[Run, ...] = ()
    cursors: tuple[tuple[str, int], ...] = ()
    full: bool = False
    version: int = 0
    connection: int | None = 1
    greeted: bool = True

    def stream(self) -> Stream:
        return Stream(self.next, self.acked, self.posted, self.runs, dict(self.cursors), self.full)

    def holding(self, stream: Stream) -> "Stored":
        cursors = tuple(sorted(stream.cursors.items()))
        parts = (stream.next, stream.acked, stream.posted, stream.runs, cursors, stream.full)
        return Stored(*parts, version=self.version + 1, connection=self.connection, greeted=self.greeted)


@dataclass(frozen=True)
class Running:
    """One pump: the bells that it will delete, and its answers. ``unstored`` is an assign that was put off."""

    bells: frozenset[int]
    answers: tuple[Any, ...] = ()
    unstored: core.Assign | None = field(default=None, hash=False, compare=False)


@dataclass(frozen=True)
class State:
    log: tuple[int, int] = (0, 0)
    publishers: tuple[tuple[str, int], ...] = ()
    bells: frozenset[int] = frozenset()
    pumps: tuple[Running, ...] = ()
    stored: Stored = Stored()
    connection: int | None = 1
    connections: int = 1
    channel: tuple[tuple[int, str, int], ...] = ()
    seen: int = 0
    shown: tuple[tuple[int, str, int], ...] = ()
    cuts: int = 0
    pump_crashes: int = 0
    publisher_crashes: int = 0


Step = tuple[str, State]


def start(topics: str, *, cuts: int = 0, pump_crashes: int = 0, publisher_crashes: int = 0) -> State:
    publishers = tuple((topic, 0) for topic in topics)
    return State(publishers=publishers, cuts=cuts, pump_crashes=pump_crashes, publisher_crashes=publisher_crashes)


# -- what must hold


def wrong(state: State, rules: Rules) -> str | None:
    last = dict.fromkeys(TOPICS, 0)
    for _, topic, offset in state.shown:
        if offset <= last[topic] if rules.cached else offset != last[topic] + 1:
            return f"topic {topic}: {offset} after {last[topic]}"
        last[topic] = offset
    if _quiet(state) and tuple(last.values()) != state.log:
        return f"at rest with {last} of {state.log}"
    return None


def _quiet(state: State) -> bool:
    at_work = state.pumps or state.bells or state.channel or any(stage != 2 for _, stage in state.publishers)
    return not at_work and state.connection is not None and state.seen <= state.stored.acked


# -- what may happen next


def steps(state: State, rules: Rules) -> Iterator[Step]:
    yield from _publishing(state, rules)
    if state.bells and len(state.pumps) <= rules.zombie:
        yield "start", replace(state, pumps=(*state.pumps, Running(state.bells)))
    for number in range(len(state.pumps)):
        yield from _pumping(state, number, rules)
    yield from _receiving(state)
    yield from _connecting(state)


def _publishing(state: State, rules: Rules) -> Iterator[Step]:
    for number, (topic, stage) in enumerate(state.publishers):
        if stage == 0:
            log = (state.log[0] + (topic == "A"), state.log[1] + (topic == "B"))
            yield f"commit{number}", replace(_published(state, number, 1), log=log)
        elif stage == 1:
            yield f"ring{number}", _rung(_published(state, number, 2))
            # A publisher that dies here was not acknowledged: its client sends again, is told Duplicate, and rings.
            if state.publisher_crashes and rules.bell_may_be_lost:
                lost = _published(state, number, 2)
                yield f"lost{number}", replace(lost, publisher_crashes=state.publisher_crashes - 1)


def _published(state: State, number: int, stage: int) -> State:
    publishers = list(state.publishers)
    publishers[number] = (publishers[number][0], stage)
    return replace(state, publishers=tuple(publishers))


def _rung(state: State) -> State:
    held = state.bells.union(*(running.bells for running in state.pumps))
    return replace(state, bells=state.bells | {next(number for number in range(99) if number not in held)})


def _receiving(state: State) -> Iterator[Step]:
    if state.connection is not None and state.channel:
        (sequence_id, topic, offset), rest = state.channel[0], state.channel[1:]
        if sequence_id > state.seen:
            shown = (*state.shown, (sequence_id, topic, offset))
            yield "receive", replace(state, channel=rest, seen=sequence_id, shown=shown)
        else:
            yield "repeated", replace(state, channel=rest)
    stored = state.stored
    if state.connection is not None and stored.acked < state.seen < stored.next:
        acked = stored.holding(stored.stream().acknowledged(state.seen))
        changed = replace(state, stored=acked)
        yield "ack", _rung(changed) if stored.full else changed


def _connecting(state: State) -> Iterator[Step]:
    if state.connection is not None and state.cuts:
        yield "cut", replace(state, connection=None, channel=(), cuts=state.cuts - 1)
    if state.connection is None:
        number = state.connections + 1
        stored = replace(state.stored.holding(state.stored.stream().rewound()), connection=number, greeted=False)
        yield "resume", _rung(replace(state, connection=number, connections=number, stored=stored))


# -- pumps


def _pumping(state: State, number: int, rules: Rules) -> Iterator[Step]:
    running = state.pumps[number]
    if state.pump_crashes:
        yield "crash", replace(_without(state, number), pump_crashes=state.pump_crashes - 1)
    effect, verdict = _next(running, rules)
    if effect is None:
        done = _without(state, number)
        yield "end", done if verdict == "AGAIN" else replace(done, bells=state.bells - running.bells)
        return
    for name, after, answer in _performed(state, running, effect, rules):
        unstored = effect if isinstance(effect, core.Assign) and rules.late_assign else running.unstored
        again = replace(running, answers=(*running.answers, answer), unstored=unstored)
        yield f"{name}", replace(after, pumps=(*state.pumps[:number], again, *state.pumps[number + 1 :]))


def _without(state: State, number: int) -> State:
    return replace(state, pumps=state.pumps[:number] + state.pumps[number + 1 :])


def _next(running: Running, rules: Rules) -> tuple[core.Effect | None, str]:
    steps = core.pump(core.Call(), Window(rules.window))
    try:
        effect = next(steps)
        for answer in running.answers:
            effect = steps.send(_thawed(answer, rules))
    except StopIteration as stop:
        return None, stop.value.name
    return effect, ""


def _thawed(answer: Any, rules: Rules) -> Any:
    if isinstance(answer, Stored):
        connection = None if answer.connection is None else str(answer.connection)
        joined = dict.fromkeys(TOPICS, 0)
        read = (SESSION, answer.version, connection, answer.greeted, True, answer.stream(), joined)
        return core.Snapshot(*read, frozenset(TOPICS if rules.cached else ()))
    return answer


def _performed(state: State, running: Running, effect: core.Effect, rules: Rules) -> Iterator[tuple[str, State, Any]]:
    stored = state.stored
    match effect:
        case core.Read():
            yield "read", state, stored
        case core.ReadLog():
            yield "log", state, _entries(state, effect, rules)
        case core.Assign():
            if rules.late_assign:
                yield "put-off", state, True
            elif stored.version != effect.version:
                yield "conflict", state, False
            else:
                yield "assign", replace(state, stored=stored.holding(effect.stream)), True
        case core.Post():
            yield from _posted(state, effect, rules)
        case core.Mark():
            yield "mark", _marked(state, running, effect, rules), True
        case _:
            yield from _greeted(state, effect)


def _entries(state: State, effect: core.ReadLog, rules: Rules) -> tuple[Entry, ...]:
    offsets = range(effect.after + 1, state.log[TOPICS.index(effect.topic)] + 1)
    wanted = offsets[-1:] if rules.cached and effect.news else offsets[: effect.limit]
    return tuple(Entry(effect.topic, offset) for offset in wanted)


def _posted(state: State, effect: core.Post, rules: Rules) -> Iterator[tuple[str, State, Any]]:
    if effect.connection_id != str(state.connection):
        yield "gone", state, core.Posted.GONE
        return
    frame = (effect.slot.sequence_id, effect.slot.topic, effect.slot.offset)
    yield "post", replace(state, channel=(*state.channel, frame)), core.Posted.DELIVERED
    if rules.parallel_posts and state.channel:
        yield "overtake", replace(state, channel=(*state.channel[:-1], frame, state.channel[-1])), core.Posted.DELIVERED


def _marked(state: State, running: Running, effect: core.Mark, rules: Rules) -> State:
    stored = state.stored
    if running.unstored is not None and stored.version == running.unstored.version:
        stored = stored.holding(running.unstored.stream)
    fits = rules.unfenced_mark or effect.connection_id == str(stored.connection)
    if fits and effect.posted > stored.posted:
        stored = replace(stored, posted=effect.posted, version=stored.version + 1)
    return replace(state, stored=stored)


def _greeted(
    state: State, effect: core.Grant | core.Greet | core.Greeted | core.Detach
) -> Iterator[tuple[str, State, Any]]:
    current = effect.connection_id == str(state.stored.connection)
    match effect:
        case core.Grant():
            yield "grant", state, current
        case core.Greet():
            posted = core.Posted.DELIVERED if effect.connection_id == str(state.connection) else core.Posted.GONE
            yield "greet", state, posted
        case core.Greeted():
            yield "greeted", replace(state, stored=replace(state.stored, greeted=current or state.stored.greeted)), None
        case core.Detach():
            detached = replace(state.stored, connection=None, version=state.stored.version + 1)
            yield "detach", replace(state, stored=detached if current else state.stored), None
