"""Reaches sessions: by their bell, by a post, by jobs when they are too many for one invocation. Ends those that are
gone.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app.delivery import Delivery, Outcome, each
from longwire_app.doorbell import Doorbell
from longwire_app.errors import AppError, JobNotDone
from longwire_app.log import logger
from longwire_app.session import Peer
from longwire_app.spread import Cast, Job, JobQueue, burials, jobs_for
from longwire_app.store import Store
from longwire_app.topics import slots_of
from longwire_app.turn import Turn

__all__ = ["Caster"]

PAUSES = (1, 4, 15)
"""Seconds before those of a job who were throttled are tried again: the account's quota is by the second."""

NEEDED = 6.0
"""Seconds that ending a session may need."""

UNSETTLED = frozenset({Outcome.THROTTLED, Outcome.LATE})


class Caster:
    """Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        doorbell: Doorbell,
        jobs: JobQueue,
        *,
        direct: int = 200,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Up to ``direct`` sessions are posted to by the publisher itself; more are left to ``jobs``."""
        self.store = store
        self.delivery = delivery
        self._doorbell = doorbell
        self._jobs = jobs
        self._direct = direct
        self._steady = steady

    def reach(self, cast: Cast, turn: Turn, audience: Sequence[Peer] | None = None) -> None:
        """All who follow the topic, or ``audience``. Who cannot be posted to does not disturb the others."""
        if audience is not None:
            self._deliver_now(cast, audience, turn)
        elif slots_of(cast.topic) is not None:
            for peers in self.store.audience(cast.topic, turn.now):
                self._deliver_now(cast, peers, turn)
        else:
            self._spread(cast, turn)

    def _spread(self, cast: Cast, turn: Turn) -> None:
        peers, after = self.store.followers(cast.topic, turn.now)
        if len(peers) <= self._direct and after is None:
            self._deliver_now(cast, peers, turn)
            return
        self._cut(cast, peers, after)
        turn.counts["Broadcasts"] += 1

    def work(self, job: Job, turn: Turn) -> None:
        """Does a job of a broadcast: posts to its peers, ends them, or cuts the rest of an index into such jobs."""
        if job.peers:
            (self._bury_job if job.gone else self._post_job)(job, turn)
            return
        peers, after = self.store.followers(job.cast.topic, turn.now, job.after)
        self._cut(job.cast, peers, after)

    def _cut(self, cast: Cast, peers: Sequence[Peer], after: str | None) -> None:
        rest = [] if after is None else [Job(cast, after=after)]
        self._jobs.put((*rest, *jobs_for(cast, peers)))

    def _post_job(self, job: Job, turn: Turn) -> None:
        """Who was throttled is tried again later, a few times; who there was no time for in the next invocation."""
        outcomes = self._deliver(job.cast, job.peers, turn, unsettled=UNSETTLED)
        gone = [peer for peer, outcome in outcomes if outcome is Outcome.GONE]
        late = [peer for peer, outcome in outcomes if outcome is Outcome.LATE]
        throttled = [peer for peer, outcome in outcomes if outcome is Outcome.THROTTLED]
        self._jobs.put(burials(job.cast, gone))
        if late:
            self._jobs.put([replace(job, peers=tuple(late))])
        if throttled and job.tries < len(PAUSES):
            retry = replace(job, peers=tuple(throttled), tries=job.tries + 1)
            self._jobs.put([retry], delay=PAUSES[job.tries])
        elif throttled:
            turn.counts[Outcome.THROTTLED.value] += len(throttled)

    def _deliver_now(self, cast: Cast, peers: Sequence[Peer], turn: Turn) -> None:
        outcomes = self._deliver(cast, peers, turn)
        self._bury([peer for peer, outcome in outcomes if outcome is Outcome.GONE], turn)

    def _deliver(
        self, cast: Cast, peers: Sequence[Peer], turn: Turn, *, unsettled: frozenset[Outcome] = frozenset()
    ) -> list[tuple[Peer, Outcome]]:
        """Rings for who follows the log, posts to the others. ``unsettled`` outcomes are not counted."""
        wanted = [peer for peer in peers if peer.session_id not in cast.but]
        if cast.kept:
            self._doorbell.ring_all([peer for peer in wanted if peer.reliable], cast.topic)
        at_once = [peer for peer in wanted if not (cast.bells_only or (cast.kept and peer.reliable))]
        outcomes = self.delivery.post_all(at_once, cast.frame, turn.deadline)
        turn.counts.update(outcome.value for outcome in outcomes if outcome not in unsettled)
        return list(zip(at_once, outcomes, strict=True))

    def _bury_job(self, job: Job, turn: Turn) -> None:
        """Whom there is no time for is left to the next invocation. Raises JobNotDone when nobody could be ended."""
        left = [peer for peer, ended in self._bury(job.peers, turn) if ended is None]
        if len(left) == len(job.peers):
            raise JobNotDone("no session of a job could be ended")
        if left:
            self._jobs.put([replace(job, peers=tuple(left))])

    def post(self, peer: Peer, frame: bytes, turn: Turn) -> None:
        """Posts to one session."""
        outcome = self.delivery.post(peer, frame, turn.deadline)
        turn.counts[outcome.value] += 1
        if outcome is Outcome.GONE:
            self._bury([peer], turn)

    def _bury(self, gone: Sequence[Peer], turn: Turn) -> list[tuple[Peer, bool | None]]:
        """Ends these sessions, each only if it is still on the connection that answered 410; None if it is left.

        Before the greeting, 410 may only mean that the handshake is under way: those are left to the pump. Whom a
        publisher leaves over is found gone again by the next message.
        """

        def end(peer: Peer) -> tuple[Peer, bool | None]:
            if self._steady() + NEEDED > turn.deadline:
                return peer, None
            try:
                return peer, self.store.end_session(peer, turn.now, if_greeted=True)
            except (ClientError, BotoCoreError, AppError):
                logger.exception("a session that is gone could not be ended", session=peer.session_id)
                return peer, None

        answers = each(self.delivery.width, end, gone)
        if gone:
            ended = sum(bool(answer) for _, answer in answers)
            turn.counts["SessionsEnded"] += ended
            logger.info("connections gone", gone=len(gone), ended=ended)
        return answers
