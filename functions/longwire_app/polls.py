"""Sessions whose client polls, because its network stops WebSockets: the same stream, the same ids, the same fences.

A *link* is in the place of a connection. Its client holds a secret, and each poll of it is a connection of its own, so
that a later poll, another link or a WebSocket supersedes it as connections do each other. The worker binds what is new
to sequence ids, as for everybody, and posts nothing; a poll posts into its own answer.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from longwire_app import items
from longwire_app.dispatch import Dispatcher
from longwire_app.doorbell import Bell
from longwire_app.errors import HttpRefused
from longwire_app.pump_runner import PumpRunner
from longwire_app.resume import hashed
from longwire_app.session import POLLS, RELIABLE, Caller, Identity, Peer
from longwire_app.turn import Turn

__all__ = ["Link", "Marks", "Polls"]

EVERY = 0.25
"""Seconds between two looks at a session whose poll waits: a read each."""

RESERVE = 6.0
"""Seconds before the deadline at which no poll waits any more: what it calls then may take five."""

LINK_LIFETIME = 2 * 3600
"""Seconds, as API Gateway gives a connection. Then the client resumes, which renews what would expire."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a session is that is polled for with this ``secret``, of which the hash is stored alone."""

    session_id: str
    secret: str

    @property
    def prefix(self) -> str:
        return f"{POLLS}{hashed(self.secret)[:32]}:"

    def peer(self, number: str = "") -> Peer:
        """``number`` tells one poll from another."""
        return Peer(self.session_id, f"{self.prefix}{number}", reliable=True)


class Polls:
    """One for all sessions."""

    def __init__(
        self,
        runner: PumpRunner,
        dispatcher: Dispatcher,
        *,
        sleep: Callable[[float], None] = time.sleep,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._runner = runner
        self._parts = runner.parts
        self._dispatcher = dispatcher
        self._sleep = sleep
        self._steady = steady

    def wait(self, link: Link, identity: Identity, marks: "Marks", seconds: float, turn: Turn) -> list[bytes]:
        """Frames after ``marks.after``; none when nothing came in time. Raises HttpRefused (410) when it is over."""
        until = min(self._steady() + seconds, turn.deadline - RESERVE)
        peer = link.peer(secrets.token_urlsafe(8))
        self._begin(link, peer, identity, marks, turn)
        with self._parts.delivery.box(peer.connection_id) as frames:
            # The first look is at everything: what a lost bell was for, and what waited for room in the window.
            bells = [Bell(peer.session_id, peer.connection_id)]
            while True:
                self._runner.run(peer.session_id, bells, turn, peer.connection_id)
                if frames or not self._has_news(peer, until, turn):
                    return list(frames)
                bells = []

    def receive(self, link: Link, identity: Identity, body: str, turn: Turn) -> list[bytes]:
        """Takes one frame of the client, and answers what is posted to it meanwhile. Raises HttpRefused (410)."""
        peer = self._current(link, identity, turn)
        with self._parts.delivery.box(peer.connection_id) as frames:
            self._dispatcher.receive(Caller(peer, identity, RELIABLE), body, turn)
            return list(frames)

    def leave(self, link: Link, identity: Identity, turn: Turn) -> None:
        """The session waits for its next link or connection. Raises HttpRefused (410)."""
        self._parts.store.end_session(self._current(link, identity, turn), turn.now)

    def _begin(self, link: Link, peer: Peer, identity: Identity, marks: "Marks", turn: Turn) -> None:
        owner = (identity.user_id, identity.tenant)
        meta = self._parts.sessions.poll(peer, link.prefix, owner, marks.after)
        if meta is None or int(meta["exp"]["N"]) <= turn.now:
            raise _over("the session is not on this link")
        session = items.session_of(peer.session_id, meta)
        if turn.now - session.connected_at / 1000 > LINK_LIFETIME or not self._parts.store.slots.keep(
            session, turn.now
        ):
            raise _over("this link has ended: resume the session")
        if marks.ack > int(meta["acked"]["N"]):
            self._parts.sessions.acknowledge(peer, marks.ack)

    def _has_news(self, peer: Peer, until: float, turn: Turn) -> bool:
        """Waits until something is bound that was not posted; False when the time is up."""
        while self._steady() + EVERY < until:
            self._sleep(EVERY)
            meta = self._parts.sessions.head(peer.session_id, turn.now)
            if meta is None or "detached" in meta or meta["connId"]["S"] != peer.connection_id:
                raise _over("another poll or connection has taken its place")
            if int(meta["next"]["N"]) - 1 > int(meta["posted"]["N"]):
                return True
        return False

    def _current(self, link: Link, identity: Identity, turn: Turn) -> Peer:
        """The session's poll under way, or the last one."""
        meta = self._parts.sessions.head(link.session_id, turn.now)
        if meta is None or "detached" in meta or not meta["connId"]["S"].startswith(link.prefix):
            raise _over("the session is not on this link")
        session = items.session_of(link.session_id, meta)
        if (session.user_id, session.tenant) != (identity.user_id, identity.tenant):
            raise _over("the session is not on this link")
        return replace(session.peer, reliable=True)


@dataclass(frozen=True, slots=True)
class Marks:
    """``after`` is the last sequence id that the client received, ``ack`` the last that it is done with."""

    after: int = 0
    ack: int = 0


def _over(why: str) -> HttpRefused:
    return HttpRefused(410, "Gone", why)
