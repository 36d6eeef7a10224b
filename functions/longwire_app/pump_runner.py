"""Does what the pump asks for: the effects of pump.py on DynamoDB and @connections."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from longwire_app.delivery import Delivery, Outcome
from longwire_app.doorbell import Bell, Greeting
from longwire_app.events import Application
from longwire_app.log import logger
from longwire_app.protocol import Connected, Disconnected, resync
from longwire_app.pump import (
    Assign,
    Call,
    Detach,
    Effect,
    Grant,
    Greet,
    Greeted,
    Mark,
    Post,
    Posted,
    Read,
    ReadLog,
    Snapshot,
    Verdict,
    pump,
)
from longwire_app.reauth import EXPIRED
from longwire_app.resume import hashed, new_token
from longwire_app.session import Peer
from longwire_app.session_store import Found, SessionStore
from longwire_app.store import Store
from longwire_app.stream import Entry, Window
from longwire_app.topic_log import TopicLog
from longwire_app.topics import group_of
from longwire_app.turn import Turn

__all__ = ["PumpRunner"]

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0)
"""Seconds between the tries to greet a handshake that is still under way; 5.17 in all. Until it has ended,
PostToConnection answers 410."""

POSTED = {Outcome.DELIVERED: Posted.DELIVERED, Outcome.GONE: Posted.GONE, Outcome.UNPOSTABLE: Posted.REFUSED}


class PumpRunner:
    """One for all sessions: ``run`` may be called from several threads."""

    def __init__(
        self,
        parts: "Parts",
        window: Window,
        *,
        sleep: Callable[[float], None] = time.sleep,
        wall: Callable[[], float] = time.time,
        token: Callable[[], str] = new_token,
    ) -> None:
        self.parts = parts
        self.window = window
        self.sleep = sleep
        self.wall = wall
        self.token = token

    def run(self, session_id: str, bells: Sequence[Bell], turn: Turn, link: str | None = None) -> Verdict:
        """Looks at one session. Raises what DynamoDB raises; then, too, another run takes up where this one ended.

        ``link`` is that of the poll that looks.
        """
        # The latest handshake's: of an earlier connection there is nothing to greet.
        greeting = next((bell.greeting for bell in reversed(bells) if bell.greeting is not None), None)
        one = _One(self, session_id, turn, greeting)
        topics = frozenset(bell.topic for bell in bells if bell.topic is not None)
        everything = any(bell.topic is None and not (bell.greeting and bell.greeting.first) for bell in bells)
        hints = None if everything else topics
        granted = None if greeting is None else greeting.connection_id
        steps = pump(Call(hints, len(bells), granted, link), self.window)
        effect = next(steps)
        while True:
            try:
                effect = steps.send(one.perform(effect))
            except StopIteration as stop:
                verdict: Verdict = stop.value
                return verdict


class Parts:
    """What a pump reaches."""

    def __init__(
        self, rules: Application, store: Store, sessions: SessionStore, log: TopicLog, delivery: Delivery
    ) -> None:
        self.rules = rules
        self.store = store
        self.sessions = sessions
        self.log = log
        self.delivery = delivery


class _One:
    """One run: the session as it was read last, and the token of its greeting.

    It may meet another connection than the one that the bell's greeting is for, and has a token for that one too.
    """

    def __init__(self, runner: PumpRunner, session_id: str, turn: Turn, greeting: Greeting | None) -> None:
        self._runner = runner
        self._parts = runner.parts
        self._session_id = session_id
        self._turn = turn
        self._token = runner.token()
        self._greeting = greeting
        self._found: Found | None = None

    def perform(self, effect: Effect) -> object:
        match effect:
            case Read():
                self._found = self._parts.sessions.find(self._session_id, self._turn.now)
                return self._found and self._snapshot(self._found)
            case ReadLog():
                return self._read(effect)
            case Assign():
                return self._assign(effect)
            case Post():
                return self._post(effect)
            case Mark():
                return self._parts.sessions.mark(self._peer(effect.connection_id), effect.posted)
            case _:
                return self._welcome(effect)

    def _snapshot(self, found: Found) -> Snapshot:
        snapshot = found.snapshot(self._turn.now)
        cached = (topic for topic in snapshot.joined if self._parts.rules.rule_of_topic(topic).recovery == "cache")
        return replace(snapshot, cached=frozenset(cached))

    def _read(self, effect: ReadLog) -> Sequence[Entry]:
        log, now = self._parts.log, self._turn.now
        rule = self._parts.rules.rule_of_topic(effect.topic)
        if effect.news and rule.recovery == "cache":
            return log.latest(effect.topic, effect.after, now)
        return log.read(effect.topic, effect.after, effect.limit, now, newest=rule.history if effect.news else 0)

    def _welcome(self, effect: Grant | Greet | Greeted | Detach) -> object:
        peer = self._peer(effect.connection_id)
        match effect:
            case Grant():
                return not peer.reliable or self._parts.sessions.grant(peer, hashed(self._token))
            case Greet():
                return self._greet(peer)
            case Greeted():
                return self._parts.store.mark_greeted(peer)
            case Detach():
                return self._dismiss(peer) if effect.expired else self._detach(peer)

    def _assign(self, effect: Assign) -> bool:
        assigned = self._parts.sessions.assign(self._session_id, effect.stream, effect.version)
        if assigned and effect.stream.full:
            self._turn.counts["WindowFull"] += 1
        return assigned

    def _peer(self, connection_id: str) -> Peer:
        reliable = self._found is not None and self._found.session.peer.reliable
        return Peer(self._session_id, connection_id, reliable)

    def _greet(self, peer: Peer) -> Posted:
        assert self._found is not None
        brought = self._greeting is not None and self._greeting.connection_id == peer.connection_id
        token = self._greeting.token if self._greeting and brought else self._token
        user_id = self._found.session.user_id
        greeting = Connected(user_id=user_id, connection_id=peer.session_id)
        if peer.reliable:
            greeting = greeting.model_copy(update={"reconnection_token": token})
        frame = greeting.encoded()
        outcome = self._parts.delivery.post(peer, frame, self._turn.deadline)
        for pause in PAUSES:
            if outcome is not Outcome.GONE:
                break
            self._runner.sleep(pause)
            outcome = self._parts.delivery.post(peer, frame, self._turn.deadline)
        return self._counted(outcome)

    def _post(self, effect: Post) -> Posted:
        slot = effect.slot
        if effect.entry is None:
            frame = resync(slot)
            self._turn.counts["Resyncs"] += 1
        else:
            frame = effect.entry.frame
        offset = f',"offset":{slot.offset}' if effect.entry is not None and group_of(slot.topic) is not None else ""
        follows = f',"follows":{slot.follows}' if slot.follows is not None else ""
        numbered = f'{frame[:-1]}{offset},"sequenceId":{slot.sequence_id}{follows}}}'
        peer = self._peer(effect.connection_id)
        outcome = self._parts.delivery.post(peer, numbered.encode(), self._turn.deadline)
        if outcome is Outcome.DELIVERED and effect.entry is not None and effect.entry.committed is not None:
            self._turn.latencies.append(max(0, int(self._runner.wall() * 1000) - effect.entry.committed))
        return self._counted(outcome)

    def _counted(self, outcome: Outcome) -> Posted:
        self._turn.counts[outcome.value] += 1
        return POSTED.get(outcome, Posted.LATER)

    def _dismiss(self, peer: Peer) -> bool:
        self._turn.counts["Expired"] += 1
        self._counted(self._parts.delivery.post(peer, Disconnected(message=EXPIRED).encoded(), self._turn.deadline))
        self._parts.delivery.close(peer.connection_id)
        return self._parts.store.end_session(peer, self._turn.now)

    def _detach(self, peer: Peer) -> bool:
        ended = self._parts.store.end_session(peer, self._turn.now)
        established = self._found is not None and self._found.session.greeted
        self._turn.counts["SessionsEnded" if established else "NeverEstablished"] += ended
        who: dict[str, Any] = {"session": peer.session_id, "connection": peer.connection_id}
        logger.info("connection gone", ended=ended, established=established, **who)
        return ended
