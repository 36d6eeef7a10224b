"""What the state table holds, but for streams: every change is conditional on what it assumes.

DynamoDB removes expired items days later and returns them until then, so every read that decides something
looks at ``exp`` itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from longwire_app import items
from longwire_app.errors import Duplicate
from longwire_app.session import DEDUPE_LIFETIME, RETENTION, Peer, Session, lifetime
from longwire_app.slots import UserSlots
from longwire_app.table import Table
from longwire_app.topics import EVERYBODY, session_topic, slots_of, user_topic

__all__ = ["Opening", "Store"]

NEW = "attribute_not_exists(pk)"
SAME_CONNECTION = "connId = :connection"
NEW_OR_SAME_CONNECTION = "attribute_not_exists(pk) OR connId = :connection"
NOT_UNDER_WAY = "exp < :plain OR (reliable = :yes AND exp < :reliable)"
YES = {":yes": {"BOOL": True}, ":one": {"N": "1"}}
ALIVE = "attribute_exists(pk) AND exp > :now"

UNDER_WAY = 60
"""Seconds that an entry in everybody's index may wait for its session to be recorded."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a reliable session begins with: the hash of its reconnection token, and how to read where a log ends."""

    granted: str
    tail: Callable[[str], int]


class Store:
    """Sessions, subscriptions and dedupe records. Safe to use from several threads."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.slots = UserSlots(table)

    # Sessions

    def open_session(
        self, session: Session, topics: Iterable[str], *, limit: int, now: int, opening: Opening | None = None
    ) -> bool:
        """Records a session and joins it to ``topics``; says whether it was new.

        A session of the same connection stays as it is: its stream may have begun. Raises TooManyConnections when the
        user's ``limit`` slots are taken; 0 means no limit. Whoever sends to the user or to everybody finds the session
        from before the moment on from which it follows them, so nothing falls in between.
        """
        slot = self.slots.take(session, limit, now)
        exp = now + lifetime(session.peer)
        same = {":connection": {"S": session.peer.connection_id}}
        new = False
        try:
            self._table.put_if(NEW_OR_SAME_CONNECTION, same, items.index_item(session.peer, EVERYBODY, exp))
            new = self._record(session, items.session_item(session, slot, exp) | _begun(session, opening))
            self._table.put_all([item for each in topics for item in items.subscription_items(session.peer, each, exp)])
        except Exception:
            if new:
                self.end_session(session.peer, now, for_good=True)
            else:
                self._forget(session, slot)
            raise
        return new

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

    def sweep(self, session_id: str, now: int) -> None:
        """Removes what a session left behind, if it has ended or expired.

        A session is recorded after its entry in everybody's index: one that is written at this moment is left alone.
        """
        found = [item for page in self._table.query(items.session_pk(session_id)) for item in page]
        meta = next((item for item in found if item["sk"]["S"] == "META"), None)
        if meta is not None and int(meta["exp"]["N"]) > now:
            return
        self._unsubscribe(session_id, found, [])
        bounds = {
            f":{name}": {"N": str(now + lifetime(Peer("", "", name == "reliable")) - UNDER_WAY)}
            for name in ("plain", "reliable")
        }
        key = items.index_key(session_id, EVERYBODY)
        self._table.delete_if(NOT_UNDER_WAY, {**bounds, ":yes": {"BOOL": True}}, key)
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
            self.slots.free(session, session.slot)
        same = {":connection": {"S": session.peer.connection_id}}
        detached = self._table.update_if(
            f"{SAME_CONNECTION} AND attribute_not_exists(detached)",
            {**same, ":exp": {"N": str(now + RETENTION)}, **YES},
            items.session_key(session.peer.session_id, "META"),
            "SET detached = :yes, exp = :exp, version = version + :one REMOVE slot",
        )
        there = {":connection": {"S": session.peer.place}}
        self._table.delete_if(SAME_CONNECTION, there, items.index_key(session.peer.session_id, EVERYBODY))
        return detached

    # Subscriptions

    def join(self, peer: Peer, topic: str, now: int, *, tail: Callable[[], int] | None = None) -> None:
        """Subscribes. Joining again changes nothing but the expiry, so it needs no dedupe record.

        ``tail`` reads where the topic's log ends, for a session that follows it. That it is read after the index
        knows the session, and a publisher reads the index after it committed, leaves no message between the two:
        what commits later than the read is rung for. Joining again does not move the place of the first time.
        """
        subscription, index = items.subscription_items(peer, topic, now + lifetime(peer), follows=tail is not None)
        if tail is None:
            self._table.put_all([subscription, index])
            return
        self._table.client.put_item(TableName=self._table.name, Item=index)
        self._table.client.update_item(
            TableName=self._table.name,
            Key={"pk": subscription["pk"], "sk": subscription["sk"]},
            UpdateExpression="SET joined = if_not_exists(joined, :tail), topic = :topic, exp = :exp",
            ExpressionAttributeValues={
                ":tail": {"N": str(tail())},
                ":topic": subscription["topic"],
                ":exp": subscription["exp"],
            },
        )

    def leave(self, peer: Peer, topic: str) -> None:
        """Unsubscribes, also from what was never joined."""
        self._table.delete_all(items.subscription_keys(peer.session_id, topic))

    def reached(self, session_id: str, now: int) -> Peer | None:
        """The session and its connection, or its last one; None when it has ended."""
        item = self._table.get(items.session_key(session_id, "META"))
        if item is None or int(item["exp"]["N"]) <= now:
            return None
        return items.session_of(session_id, item).peer

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
        peers, after = self.followers(topic, now)
        yield peers
        while after is not None:
            peers, after = self.followers(topic, now, after)
            yield peers

    def followers(self, topic: str, now: int, after: str = "") -> tuple[list[Peer], str | None]:
        """A page of a topic's index, which is a megabyte, and the session that the next page begins after."""
        assert items.SHARDS == 1
        page, more = self._table.page(
            items.topic_pk(topic, 0),
            {":now": {"N": str(now)}},
            items.index_key(after, topic) if after else None,
            FilterExpression="exp > :now",
            ProjectionExpression="sk, connId, reliable",
        )
        return [items.peer_of(item) for item in page], None if more is None else str(more["sk"]["S"])

    # Deduplication

    def claim(self, session_id: str, ack_id: int | str, now: int) -> None:
        """Takes an ackId; raises Duplicate when it is taken."""
        # A transaction even for one record: botocore gives it a token, so its own retry after a lost answer
        # succeeds again, where a plain conditional put would find the first try's record and call it a duplicate.
        record = items.dedupe_key(session_id, ack_id) | items.expiry(now + DEDUPE_LIFETIME)
        put: Any = {"Put": {"TableName": self._table.name, "Item": record, "ConditionExpression": NEW}}
        try:
            self._table.client.transact_write_items(TransactItems=[put])
        except self._table.client.exceptions.TransactionCanceledException as exc:
            if exc.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                raise Duplicate from None
            raise

    def release(self, session_id: str, ack_id: int | str) -> None:
        """Gives an ackId back after a failure, so that a retry is not taken for a repetition."""
        self._table.delete_all([items.dedupe_key(session_id, ack_id)])

    # Session records

    def _record(self, session: Session, item: items.Item) -> bool:
        """False when it is there; then what was taken for it is given back, unless it has the same."""
        try:
            self._table.client.put_item(
                TableName=self._table.name,
                Item=item,
                ConditionExpression=NEW,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._table.client.exceptions.ConditionalCheckFailedException as exc:
            response: Any = exc.response
            found, wanted = (items.session_of(session.peer.session_id, each) for each in (response["Item"], item))
            if found.peer != session.peer:
                raise
            if wanted.slot is not None and wanted.slot != found.slot:
                self.slots.free(session, wanted.slot)
            if found.detached:
                self._forget(session, None)
            return False
        return True

    def _forget(self, session: Session, slot: int | None) -> None:
        """Takes back what says that the session has this connection, but for its own record."""
        if slot is not None:
            self.slots.free(session, slot)
        same = {":connection": {"S": session.peer.place}}
        self._table.delete_if(SAME_CONNECTION, same, items.index_key(session.peer.session_id, EVERYBODY))

    def _end_record(self, session: Session) -> bool:
        if session.slot is not None:
            self.slots.free(session, session.slot)
        key = items.session_key(session.peer.session_id, "META")
        return self._table.delete_if(SAME_CONNECTION, {":connection": {"S": session.peer.connection_id}}, key)


def _begun(session: Session, opening: Opening | None) -> dict[str, Any]:
    """It follows what is sent to its user and to everybody from here on."""
    if opening is None:
        return {}
    ends = [opening.tail(topic) for topic in (user_topic(session.tenant, session.user_id), EVERYBODY)]
    froms = {name: {"N": str(end)} for name, end in zip(("userFrom", "allFrom"), ends, strict=True)}
    return {"granted": {"SS": [opening.granted]}, **froms}
