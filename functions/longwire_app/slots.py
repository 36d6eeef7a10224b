"""User slots: how many connections a user may hold at once, exactly, without a counter that lost calls leave wrong.

A slot is an item, taken by a conditional put. It belongs to a session, for the connection of one ``epoch``: a late
release of an earlier one fails, and of two handshakes that resume a session at the same time both write the same.
"""

from itertools import count

from longwire_app import items
from longwire_app.errors import TooManyConnections
from longwire_app.session import CONNECTION_LIFETIME, Session
from longwire_app.table import Table
from longwire_app.topics import shard_of

__all__ = ["UserSlots"]

UNLIMITED = 2**53
"""Slots of a user whose connections are not counted: they still say which sessions are the user's."""

POLL_LIFETIME = 120
"""Seconds that a slot outlives a poll. Nobody tells when a client that polls is gone."""

FREE_OR_OURS = "attribute_not_exists(pk) OR exp <= :now OR (sid = :session AND epoch <= :epoch)"
STILL_OURS = "sid = :session AND epoch = :epoch"


class UserSlots:
    """Safe to use from several threads."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, session: Session, limit: int, now: int) -> int:
        """A slot for the session's connection; its own again, if it holds one. Raises TooManyConnections.

        The first try is a guess, without looking what is free: most users hold few of their slots. Without a ``limit``
        (0) there are so many that none needs to be looked for.
        """
        # Each session begins its search somewhere else, or a crowd would race for one slot after another.
        first = shard_of(session.peer.session_id, limit or UNLIMITED) if session.slot is None else session.slot
        if not limit:
            return next(number for number in count(first) if self._try(session, number, now))
        if first < limit and self._try(session, first, now):
            return first
        taken: dict[int, str] = {}
        for page in self._table.query(items.slot_pk(session.tenant, session.user_id)):
            held = [item for item in page if int(item["exp"]["N"]) > now]
            taken |= {items.slot_number(item): item["sid"]["S"] for item in held}
        for number, holder in taken.items():
            if holder == session.peer.session_id and self._try(session, number, now):
                return number
        for number in ((first + step) % limit for step in range(limit)):
            if number not in taken and len(taken) < limit and self._try(session, number, now):
                return number
        raise TooManyConnections

    def keep(self, session: Session, now: int) -> bool:
        """Holds the slot of a session that polls a while longer; False when it was lost."""
        if session.slot is None:
            return True
        key = items.slot_key(session.tenant, session.user_id, session.slot)
        values = _owner(session) | {":exp": {"N": str(now + POLL_LIFETIME)}}
        return self._table.update_if(STILL_OURS, values, key, "SET exp = :exp")

    def free(self, session: Session, number: int) -> bool:
        """Whether the slot was the session's, for this connection."""
        key = items.slot_key(session.tenant, session.user_id, number)
        return self._table.delete_if(STILL_OURS, _owner(session), key)

    def _try(self, session: Session, number: int, now: int) -> bool:
        values = _owner(session) | {":now": {"N": str(now)}}
        item = items.slot_item(session, number, now + (POLL_LIFETIME if session.peer.polls else CONNECTION_LIFETIME))
        return self._table.put_if(FREE_OR_OURS, values, item)


def _owner(session: Session) -> dict[str, dict[str, str]]:
    return {":session": {"S": session.peer.session_id}, ":epoch": {"N": str(session.epoch)}}
