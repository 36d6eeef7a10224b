"""The items of the state table: how each is keyed and what it holds.

| item         | pk                  | sk          | attributes                                                       |
|--------------|---------------------|-------------|------------------------------------------------------------------|
| session      | S#<session>         | META        | connId, epoch, greeted, userId, tenant, subprotocol,             |
|              |                     |             | connectedAt, authExp, renewed, slot, exp; if reliable: detached, |
|              |                     |             | version, next, acked, posted, full, runs, cursors, used,         |
|              |                     |             | usedUntil, granted, userFrom, allFrom, direct                    |
| subscription | S#<session>         | G#<topic>   | topic, joined, exp                                               |
| topic index  | T#<topic>#<shard>   | <session>   | connId, reliable, exp                                            |
| user slot    | U#<tenant>#<user>   | SLOT#<k>    | sid, epoch, reliable, exp                                        |
| dedupe       | D#<session>         | A#<ackId>   | exp                                                              |
| rate limit   | R#<session>         | BUCKET      | fullAt, exp                                                      |
| gauge        | GAUGE               | SESSIONS    | exp                                                              |

The topic index holds each session that has a connection under the topic ``a:``, without a subscription. It has a
``connId`` where posts go there at once, and not where the session follows the topic's log. ``epoch`` counts the
connections of a session, and a slot has that of the connection which holds it. ``greeted`` is the connection that got
its greeting, ``joined`` the offset at which a topic was joined. The attributes of reliable sessions are explained in
session_store.py. ``exp`` is the TTL attribute, epoch seconds. Items are in DynamoDB's own notation, ``{"S": text}``.
"""

from typing import Any

from longwire_app.session import RELIABLE, Peer, Session
from longwire_app.table import Item
from longwire_app.topics import key_part, shard_of, slots_of, user_topic

__all__ = [
    "SHARDS",
    "Item",
    "Sender",
    "bucket_key",
    "dedupe_key",
    "expiry",
    "gauge_key",
    "holder_of",
    "index_item",
    "index_key",
    "peer_of",
    "session_item",
    "session_key",
    "session_of",
    "session_pk",
    "slot_item",
    "slot_key",
    "slot_number",
    "slot_pk",
    "subscription_items",
    "subscription_keys",
    "topic_pk",
]

Sender = tuple[str, int | str]
"""Who may repeat itself: a session's id and an ackId. Who is no session has a name that begins with ``@``."""

FRESH = {"version": "1", "next": "1", "acked": "0", "posted": "0"}
"""Of a stream in which nothing was sent."""

SHARDS = 1
"""Shards of each topic's index. The shard is in the key, so a topic can get more without new keys."""


def key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def expiry(exp: int) -> dict[str, Any]:
    return {"exp": {"N": str(exp)}}


def session_pk(session_id: str) -> str:
    return f"S#{key_part(session_id)}"


def session_key(session_id: str, sk: str) -> dict[str, Any]:
    return key(session_pk(session_id), sk)


def topic_pk(topic: str, shard: int) -> str:
    return f"T#{key_part(topic)}#{shard}"


def slot_pk(tenant: str, user_id: str) -> str:
    pk = slots_of(user_topic(tenant, user_id))
    assert pk is not None
    return pk


def dedupe_key(session_id: str, ack_id: int | str) -> dict[str, Any]:
    return key(f"D#{key_part(session_id)}", f"A#{key_part(str(ack_id))}")


def bucket_key(session_id: str) -> dict[str, Any]:
    return key(f"R#{key_part(session_id)}", "BUCKET")


def gauge_key() -> dict[str, Any]:
    return key("GAUGE", "SESSIONS")


def slot_key(tenant: str, user_id: str, number: int) -> dict[str, Any]:
    return key(slot_pk(tenant, user_id), f"SLOT#{number}")


def slot_number(item: Item) -> int:
    return int(item["sk"]["S"].removeprefix("SLOT#"))


def slot_item(session: Session, number: int, exp: int) -> dict[str, Any]:
    owner: dict[str, Any] = {"sid": {"S": session.peer.session_id}, "epoch": {"N": str(session.epoch)}}
    return slot_key(session.tenant, session.user_id, number) | owner | _reliable(session.peer) | expiry(exp)


def _reliable(peer: Peer) -> dict[str, Any]:
    return {"reliable": {"BOOL": True}} if peer.reliable else {}


def index_key(session_id: str, topic: str) -> dict[str, Any]:
    return key(topic_pk(topic, shard_of(session_id, SHARDS)), session_id)


def index_item(peer: Peer, topic: str, exp: int) -> dict[str, Any]:
    reached = {"connId": {"S": peer.place}} | _reliable(peer)
    return index_key(peer.session_id, topic) | reached | expiry(exp)


def subscription_keys(session_id: str, topic: str) -> list[dict[str, Any]]:
    return [session_key(session_id, f"G#{key_part(topic)}"), index_key(session_id, topic)]


def subscription_items(peer: Peer, topic: str, exp: int, *, follows: bool = False) -> list[dict[str, Any]]:
    """``follows``: by the topic's log. Then it is rung for, and the index need not know its connection."""
    subscription, _ = subscription_keys(peer.session_id, topic)
    index = index_item(peer, topic, exp)
    if follows:
        del index["connId"]
    return [subscription | {"topic": {"S": topic}} | expiry(exp), index]


def session_item(session: Session, slot: int | None, exp: int) -> dict[str, Any]:
    item = session_key(session.peer.session_id, "META") | {
        "connId": {"S": session.peer.connection_id},
        "epoch": {"N": str(session.epoch)},
        "userId": {"S": session.user_id},
        "tenant": {"S": session.tenant},
        "subprotocol": {"S": session.subprotocol},
        "connectedAt": {"N": str(session.connected_at)},
        "authExp": {"N": str(session.expires)},
        **expiry(exp),
    }
    if session.peer.reliable:
        item |= {name: {"N": number} for name, number in FRESH.items()} | {"runs": {"S": "[]"}, "cursors": {"S": "[]"}}
    return item if slot is None else item | {"slot": {"N": str(slot)}}


def session_of(session_id: str, item: Item) -> Session:
    return Session(
        peer=Peer(session_id, item["connId"]["S"], item["subprotocol"]["S"] == RELIABLE),
        user_id=item["userId"]["S"],
        tenant=item["tenant"]["S"],
        subprotocol=item["subprotocol"]["S"],
        connected_at=int(item["connectedAt"]["N"]),
        epoch=int(item["epoch"]["N"]),
        expires=int(item["authExp"]["N"]),
        slot=int(item["slot"]["N"]) if "slot" in item else None,
        greeted=item.get("greeted") == item["connId"],
        detached="detached" in item,
    )


def peer_of(item: Item) -> Peer:
    """The subscriber in an item of the topic index."""
    session_id = item["sk"]["S"]
    return Peer(session_id, item["connId"]["S"] if "connId" in item else session_id, "reliable" in item)


def holder_of(item: Item) -> Peer:
    """The session that holds a user's slot. A reliable one may have another connection by now: it is rung for."""
    return Peer(item["sid"]["S"], item["sid"]["S"], "reliable" in item)
