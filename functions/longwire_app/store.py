"""The one module that talks to DynamoDB: one table, no index, every change conditional on what it assumes.

DynamoDB removes expired items days later and returns them until then, so every read that decides something
looks at ``exp`` itself.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app import items
from longwire_app.errors import Duplicate, StoreUnavailable, TooManyConnections
from longwire_app.items import Item
from longwire_app.session import CONNECTION_LIFETIME, Peer, Session
from longwire_app.topics import shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["Store"]

BATCH = 25
"""Items that BatchWriteItem takes."""

TRIES = 5
"""Times that a batch is sent, with what DynamoDB left of it."""

NEW = "attribute_not_exists(pk)"
NEW_OR_SAME_CONNECTION = "attribute_not_exists(pk) OR connId = :connection"
FREE_OR_OURS = "attribute_not_exists(pk) OR exp <= :now OR sid = :session"


class Store:
    """Sessions, subscriptions, user slots and dedupe records. Safe to use from several threads."""

    def __init__(self, client: "DynamoDBClient", table: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    # Sessions

    def open_session(self, session: Session, topics: Iterable[str], *, limit: int, now: int) -> None:
        """Records a session and joins it to ``topics``; opening it again for the same connection is harmless.

        Raises TooManyConnections when the user's ``limit`` slots are taken; 0 means no limit.
        """
        slot = self._take_slot(session, limit, now) if limit else None
        exp = now + CONNECTION_LIFETIME
        self._record_session(session, slot, exp)
        puts = [items.connection_item(session.peer, exp)]
        for topic in topics:
            puts += items.subscription_items(session.peer, topic, exp)
        self._put(puts)

    def session(self, session_id: str) -> Session | None:
        """The session as it is now, None when it has ended."""
        answer = self._client.get_item(
            TableName=self._table, Key=items.session_key(session_id, "META"), ConsistentRead=True
        )
        item = answer.get("Item")
        return None if item is None else items.session_of(session_id, item)

    def mark_greeted(self, peer: Peer) -> bool:
        """Records that this connection got its greeting; says whether the session still is on it."""
        return self._conditionally(
            self._client.update_item,
            "connId = :connection",
            {":connection": {"S": peer.connection_id}},
            Key=items.session_key(peer.session_id, "META"),
            UpdateExpression="SET greeted = :connection",
        )

    def end_session(self, peer: Peer, *, if_greeted: bool = False) -> bool:
        """Removes all that belongs to the session, if it still lives on this connection; says whether it did.

        With ``if_greeted`` a session that waits for its greeting is left alone. What an interruption leaves is
        removed by the next call for the same peer: the session's own record goes last, and where it is gone
        already the rest is removed all the same.
        """
        found = [item for page in self._query(items.session_pk(peer.session_id)) for item in page]
        meta = next((item for item in found if item["sk"]["S"] == "META"), None)
        session = None if meta is None else items.session_of(peer.session_id, meta)
        doomed = [items.connection_key(peer.connection_id)]
        if session is not None and session.peer != peer:
            self._delete(doomed)
            return False
        if session is not None and if_greeted and not session.greeted:
            return False
        for item in found:
            if "topic" in item:
                doomed += items.subscription_keys(peer.session_id, item["topic"]["S"])
        self._delete(doomed)
        return session is not None and self._end_record(session)

    # Subscriptions

    def join(self, peer: Peer, topic: str, ack_id: int | None, now: int) -> None:
        """Subscribes; raises Duplicate, changing nothing, when this ackId was used before."""
        puts = items.subscription_items(peer, topic, now + CONNECTION_LIFETIME)
        if ack_id is None:
            self._put(puts)
        else:
            effects = [{"Put": {"TableName": self._table, "Item": item}} for item in puts]
            self._once(peer.session_id, ack_id, now, effects)

    def leave(self, peer: Peer, topic: str, ack_id: int | None, now: int) -> None:
        """Unsubscribes, also from what was never joined; raises Duplicate like join."""
        keys = items.subscription_keys(peer.session_id, topic)
        if ack_id is None:
            self._delete(keys)
        else:
            effects = [{"Delete": {"TableName": self._table, "Key": key}} for key in keys]
            self._once(peer.session_id, ack_id, now, effects)

    def subscribers(self, topic: str, now: int) -> Iterator[list[Peer]]:
        """Everybody subscribed, page by page, with everybody whose subscription was acknowledged before."""
        for shard in range(items.SHARDS):
            pages = self._query(
                items.topic_pk(topic, shard),
                values={":now": {"N": str(now)}},
                FilterExpression="exp > :now",
                ProjectionExpression="sk, connId",
            )
            for page in pages:
                yield [items.peer_of(item) for item in page]

    # Deduplication

    def claim(self, session_id: str, ack_id: int, now: int) -> None:
        """Takes an ackId; raises Duplicate when it is taken."""
        self._once(session_id, ack_id, now, [])

    def release(self, session_id: str, ack_id: int) -> None:
        """Gives an ackId back after a failure, so that a retry is not taken for a repetition."""
        self._client.delete_item(TableName=self._table, Key=items.dedupe_key(session_id, ack_id))

    def _once(self, session_id: str, ack_id: int, now: int, effects: Sequence[Any]) -> None:
        # A transaction even for the record alone: botocore gives it a token, so its own retry after a lost answer
        # succeeds again, where a plain conditional put would find the first try's record and call it a duplicate.
        record = items.dedupe_key(session_id, ack_id) | items.expiry(now + CONNECTION_LIFETIME)
        put: Any = {"Put": {"TableName": self._table, "Item": record, "ConditionExpression": NEW}}
        try:
            self._client.transact_write_items(TransactItems=[put, *effects])
        except self._client.exceptions.TransactionCanceledException as exc:
            if exc.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                raise Duplicate from None
            raise

    # User slots

    def _take_slot(self, session: Session, limit: int, now: int) -> int:
        """A free slot, taken by a conditional put: no counter that a lost ``$disconnect`` could leave wrong."""
        taken: dict[int, str] = {}
        for page in self._query(items.slot_pk(session.tenant, session.user_id)):
            held = [item for item in page if int(item["exp"]["N"]) > now]
            taken |= {items.slot_number(item): item["sid"]["S"] for item in held}
        for number, holder in taken.items():
            if holder == session.peer.session_id:
                return number
        # Each session begins its search somewhere else, or a crowd would race for one slot after another.
        first = shard_of(session.peer.session_id, limit)
        for number in ((first + step) % limit for step in range(limit)):
            if number not in taken and len(taken) < limit and self._try_slot(session, number, now):
                return number
        raise TooManyConnections

    def _try_slot(self, session: Session, number: int, now: int) -> bool:
        return self._conditionally(
            self._client.put_item,
            FREE_OR_OURS,
            {":now": {"N": str(now)}, ":session": {"S": session.peer.session_id}},
            Item=items.slot_item(session, number, now + CONNECTION_LIFETIME),
        )

    def _free_slot(self, session: Session, number: int) -> bool:
        return self._conditionally(
            self._client.delete_item,
            "sid = :session",
            {":session": {"S": session.peer.session_id}},
            Key=items.slot_key(session.tenant, session.user_id, number),
        )

    # Session records

    def _record_session(self, session: Session, slot: int | None, exp: int) -> None:
        try:
            self._client.put_item(
                TableName=self._table,
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
        return self._conditionally(
            self._client.delete_item,
            "connId = :connection",
            {":connection": {"S": session.peer.connection_id}},
            Key=items.session_key(session.peer.session_id, "META"),
        )

    # Requests

    def _query(self, pk: str, values: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Sequence[Item]]:
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}, **(values or {})},
            "ConsistentRead": True,
            **options,
        }
        while True:
            answer = self._client.query(**request)
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _conditionally(self, call: Callable[..., Any], condition: str, values: Item, **request: Any) -> bool:
        """Whether the condition held."""
        try:
            call(
                TableName=self._table,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                **request,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _put(self, puts: Sequence[Item]) -> None:
        self._write([{"PutRequest": {"Item": item}} for item in puts])

    def _delete(self, keys: Sequence[Item]) -> None:
        self._write([{"DeleteRequest": {"Key": key}} for key in keys])

    def _write(self, requests: Sequence[Any]) -> None:
        for start in range(0, len(requests), BATCH):
            self._write_batch(requests[start : start + BATCH])

    def _write_batch(self, requests: Sequence[Any]) -> None:
        waiting: Any = {self._table: requests}
        for attempt in range(TRIES):
            waiting = self._client.batch_write_item(RequestItems=waiting).get("UnprocessedItems")
            if not waiting:
                return
            self._sleep(0.05 * 2**attempt)
        raise StoreUnavailable("DynamoDB left items of a batch unprocessed")
