"""What the state table holds, but for streams: every change is conditional on what it assumes.

DynamoDB removes expired items days later and returns them until then, so every read that decides something
looks at ``exp`` itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app import items
from longwire_app.errors import Duplicate, TooManyConnections
from longwire_app.session import CONNECTION_LIFETIME, DEDUPE_LIFETIME, RETENTION, Peer, Session, lifetime
from longwire_app.table import Table
from longwire_app.topics import EVERYBODY, session_topic, shard_of, slots_of

__all__ = ["Store"]

NEW = "attribute_not_exists(pk)"
SAME_CONNECTION = "connId = :connection"
NEW_OR_SAME_CONNECTION = "attribute_not_exists(pk) OR connId = :connection"
YES = {":yes": {"BOOL": True}, ":one": {"N": "1"}}
ALIVE = "attribute_exists(pk) AND exp > :now"
UNLIMITED = 2**53
"""Slots of a user whose connections are not counted: they still say which sessions are the user's."""
FREE_OR_OURS = "attribute_not_exists(pk) OR exp <= :now OR sid = :session"


class Store:
    """Sessions, subscriptions, user slots and dedupe records. Safe to use from several threads."""

    def __init__(self, table: Table) -> None:
        self._table = table

    # Sessions

    def open_session(self, session: Session, topics: Iterable[str], *, limit: int, now: int) -> None:
        """Records a session and joins it to ``topics``; opening it again for the same connection is harmless.

        Raises TooManyConnections when the user's ``limit`` slots are taken; 0 means no limit.
        """
        slot = self.take_slot(session, limit, now)
        exp = now + lifetime(session.peer)
        self._record_session(session, slot, exp)
        puts = [items.index_item(session.peer, EVERYBODY, exp)]
        for topic in topics:
            puts += items.subscription_items(session.peer, topic, exp)
        self._table.put_all(puts)

    def session(self, session_id: str) -> Session | None:
        """The session as it is now, None when it has ended."""
        item = self._table.get(items.session_key(session_id, "META"))
        return None if item is None else items.session_of(session_id, item)

    def mark_greeted(self, peer: Peer) -> bool:
        """Records that this connection got its greeting; says whether the session still is on it."""
        return self._table.update_if(
            SAME_CONNECTION,
            {":connection": {"S": peer.connection_id}},
            items.session_key(peer.session_id, "META"),
            "SET greeted = :connection",
        )

    def end_session(self, peer: Peer, now: int, *, if_greeted: bool = False, for_good: bool = False) -> bool:
        """The connection of ``peer`` is over: says whether its session was still on it.

        A reliable session waits for the next connection, unless ``for_good``; of any other all is removed. With
        ``if_greeted`` a session that waits for its greeting is left alone. What an interruption leaves is removed by
        the next call for the same peer: the session's own record goes last, and where it is gone already the rest is
        removed all the same.
        """
        found = [item for page in self._table.query(items.session_pk(peer.session_id)) for item in page]
        meta = next((item for item in found if item["sk"]["S"] == "META"), None)
        session = None if meta is None else items.session_of(peer.session_id, meta)
        if session is not None and (session.peer != peer or (if_greeted and not session.greeted)):
            return False
        if session is not None and session.peer.reliable and not for_good:
            return self._detach(session, now)
        self._unsubscribe(peer.session_id, found, [EVERYBODY])
        return session is not None and self._end_record(session)

    def sweep(self, session_id: str, topics: Collection[str], now: int) -> None:
        """Removes what a session left behind, if it has ended or expired. ``topics`` are those whose index had it.

        A slot is there before its session, so a bell for a user may come before there is a session: then the index
        of everybody must be left alone, which may be written at this moment.
        """
        found = [item for page in self._table.query(items.session_pk(session_id)) for item in page]
        meta = next((item for item in found if item["sk"]["S"] == "META"), None)
        if meta is not None and int(meta["exp"]["N"]) > now:
            return
        self._unsubscribe(session_id, found, [EVERYBODY] if meta is not None or EVERYBODY in topics else [])
        if meta is not None:
            self._end_record(items.session_of(session_id, meta))

    def _unsubscribe(self, session_id: str, found: Iterable[items.Item], indexed: Iterable[str]) -> None:
        doomed = [items.index_key(session_id, topic) for topic in indexed]
        for item in found:
            if "topic" in item:
                doomed += items.subscription_keys(session_id, item["topic"]["S"])
        self._table.delete_all(doomed)

    def _detach(self, session: Session, now: int) -> bool:
        """Leaves a session without a connection, for as long as sessions are kept."""
        if session.slot is not None:
            self._free_slot(session, session.slot)
        same = {":connection": {"S": session.peer.connection_id}}
        detached = self._table.update_if(
            f"{SAME_CONNECTION} AND attribute_not_exists(detached)",
            {**same, ":exp": {"N": str(now + RETENTION)}, **YES},
            items.session_key(session.peer.session_id, "META"),
            "SET detached = :yes, exp = :exp, version = version + :one REMOVE slot",
        )
        self._table.delete_if(SAME_CONNECTION, same, items.index_key(session.peer.session_id, EVERYBODY))
        return detached

    # Subscriptions

    def join(
        self, peer: Peer, topic: str, ack_id: int | None, now: int, *, tail: Callable[[], int] | None = None
    ) -> None:
        """Subscribes; raises Duplicate, changing nothing, when this ackId was used before.

        ``tail`` reads where the topic's log ends, for a session that follows it. That it is read after the index
        knows the session, and a publisher reads the index after it committed, leaves no message between the two:
        what commits later than the read is rung for. Joining again does not move the place of the first time.
        """
        subscription, index = items.subscription_items(peer, topic, now + lifetime(peer))
        if tail is None and ack_id is None:
            self._table.put_all([subscription, index])
            return
        effects: list[Any] = [{"Put": {"TableName": self._table.name, "Item": index}}]
        if tail is None:
            effects.append({"Put": {"TableName": self._table.name, "Item": subscription}})
        else:
            self._table.put_all([index])
            effects.append({"Update": self._joined(subscription, tail())})
        if ack_id is None:
            self._table.client.transact_write_items(TransactItems=effects)
        else:
            self._once(peer.session_id, ack_id, now, effects)

    def _joined(self, subscription: items.Item, tail: int) -> dict[str, Any]:
        return {
            "TableName": self._table.name,
            "Key": {"pk": subscription["pk"], "sk": subscription["sk"]},
            "UpdateExpression": "SET joined = if_not_exists(joined, :tail), topic = :topic, exp = :exp",
            "ExpressionAttributeValues": {
                ":tail": {"N": str(tail)},
                ":topic": subscription["topic"],
                ":exp": subscription["exp"],
            },
        }

    def leave(self, peer: Peer, topic: str, ack_id: int | None, now: int) -> None:
        """Unsubscribes, also from what was never joined; raises Duplicate like join."""
        keys = items.subscription_keys(peer.session_id, topic)
        if ack_id is None:
            self._table.delete_all(keys)
        else:
            effects = [{"Delete": {"TableName": self._table.name, "Key": key}} for key in keys]
            self._once(peer.session_id, ack_id, now, effects)

    def addressed(self, session_id: str, now: int) -> Peer | None:
        """The session, when there is one, with the log of its own topic among those that its pump reads."""
        item = self._table.get(items.session_key(session_id, "META"))
        if item is None or int(item["exp"]["N"]) <= now:
            return None
        peer = items.session_of(session_id, item).peer
        if peer.reliable and "direct" not in item:
            values = {":yes": {"BOOL": True}, ":now": {"N": str(now)}}
            key = items.session_key(session_id, "META")
            if not self._table.update_if(ALIVE, values, key, "SET direct = :yes"):
                return None
        return peer

    def audience(self, topic: str, now: int) -> Iterator[list[Peer]]:
        """Everybody who follows a topic through a connection, page by page.

        Whoever subscribed or connected, and was told so, before the call is among them. Not for topics of one session.
        """
        assert not topic.startswith(session_topic(""))
        slots = slots_of(topic)
        return self.subscribers(topic, now) if slots is None else self._holders(slots, now)

    def _holders(self, slots: str, now: int) -> Iterator[list[Peer]]:
        for page in self._table.query(slots):
            yield [items.holder_of(item) for item in page if int(item["exp"]["N"]) > now]

    def subscribers(self, topic: str, now: int) -> Iterator[list[Peer]]:
        """Everybody in a topic's index."""
        for shard in range(items.SHARDS):
            pages = self._table.query(
                items.topic_pk(topic, shard),
                values={":now": {"N": str(now)}},
                FilterExpression="exp > :now",
                ProjectionExpression="sk, connId, reliable",
            )
            for page in pages:
                yield [items.peer_of(item) for item in page]

    # Deduplication

    def claim(self, session_id: str, ack_id: int | str, now: int) -> None:
        """Takes an ackId; raises Duplicate when it is taken."""
        self._once(session_id, ack_id, now, [])

    def release(self, session_id: str, ack_id: int | str) -> None:
        """Gives an ackId back after a failure, so that a retry is not taken for a repetition."""
        self._table.delete_all([items.dedupe_key(session_id, ack_id)])

    def _once(self, session_id: str, ack_id: int | str, now: int, effects: Sequence[Any]) -> None:
        # A transaction even for the record alone: botocore gives it a token, so its own retry after a lost answer
        # succeeds again, where a plain conditional put would find the first try's record and call it a duplicate.
        record = items.dedupe_key(session_id, ack_id) | items.expiry(now + DEDUPE_LIFETIME)
        put: Any = {"Put": {"TableName": self._table.name, "Item": record, "ConditionExpression": NEW}}
        try:
            self._table.client.transact_write_items(TransactItems=[put, *effects])
        except self._table.client.exceptions.TransactionCanceledException as exc:
            if exc.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                raise Duplicate from None
            raise

    # User slots

    def take_slot(self, session: Session, limit: int, now: int) -> int:
        """A free slot, taken by a conditional put: no counter that a lost ``$disconnect`` could leave wrong.

        Without a limit (0) it is one of so many that none needs to be looked for.
        """
        first = shard_of(session.peer.session_id, limit or UNLIMITED)
        if not limit:
            return next(number for number in count(first) if self._try_slot(session, number, now))
        taken: dict[int, str] = {}
        for page in self._table.query(items.slot_pk(session.tenant, session.user_id)):
            held = [item for item in page if int(item["exp"]["N"]) > now]
            taken |= {items.slot_number(item): item["sid"]["S"] for item in held}
        for number, holder in taken.items():
            if holder == session.peer.session_id and self._try_slot(session, number, now):
                return number
        # Each session begins its search somewhere else, or a crowd would race for one slot after another.
        for number in ((first + step) % limit for step in range(limit)):
            if number not in taken and len(taken) < limit and self._try_slot(session, number, now):
                return number
        raise TooManyConnections

    def _try_slot(self, session: Session, number: int, now: int) -> bool:
        values = {":now": {"N": str(now)}, ":session": {"S": session.peer.session_id}}
        item = items.slot_item(session, number, now + CONNECTION_LIFETIME)
        return self._table.put_if(FREE_OR_OURS, values, item)

    def _free_slot(self, session: Session, number: int) -> bool:
        key = items.slot_key(session.tenant, session.user_id, number)
        return self._table.delete_if(SAME_CONNECTION, {":connection": {"S": session.peer.connection_id}}, key)

    # Session records

    def _record_session(self, session: Session, slot: int | None, exp: int) -> None:
        try:
            self._table.client.put_item(
                TableName=self._table.name,
                Item=items.session_item(session, slot, exp),
                ConditionExpression=NEW_OR_SAME_CONNECTION,
                ExpressionAttributeValues={":connection": {"S": session.peer.connection_id}},
            )
        except (ClientError, BotoCoreError):
            if slot is not None:
                self._free_slot(session, slot)
            raise

    def _end_record(self, session: Session) -> bool:
        if session.slot is not None:
            self._free_slot(session, session.slot)
        key = items.session_key(session.peer.session_id, "META")
        return self._table.delete_if(SAME_CONNECTION, {":connection": {"S": session.peer.connection_id}}, key)
