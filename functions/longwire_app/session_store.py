"""The streams of reliable sessions in the state table: what the pump, the acks and the handshakes do to them.

Attributes of a session's META item: ``version`` (+1 with every change), ``next``, ``acked``, ``posted``, ``full``,
``runs`` and ``cursors`` (JSON) are its Stream. ``epoch`` (+1 with every connection) fences handshakes. ``used`` is the
hash of the reconnection token that opened this connection, good until the client acknowledges ``usedUntil``: the first
id that can only come on this connection, behind the greeting with a newer token. ``granted`` are the hashes of those
newer ones. ``userFrom`` and ``allFrom`` are the offsets from which it follows its user's topic and everybody's;
``direct`` says that something was sent to the session itself. ``authExp`` is when the connection's token expires, and
``renewed`` (JSON) what that token gives, if it came after the handshake.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from longwire_app import items
from longwire_app.items import Item
from longwire_app.pump import Snapshot
from longwire_app.session import CONNECTION_LIFETIME, RETENTION, SUBSCRIPTION_LIFETIME, Identity, Peer, Session, expired
from longwire_app.stream import Run, Stream
from longwire_app.table import Table
from longwire_app.topics import EVERYBODY, session_topic, user_topic

__all__ = ["Found", "SessionStore"]

SAME_VERSION = "version = :version AND attribute_exists(pk)"
EXISTS = "attribute_exists(pk)"
SAME_CONNECTION = "connId = :connection"
SAME_EPOCH = "epoch = :epoch AND attribute_exists(pk)"
NOT_FURTHER = "connId = :connection AND posted < :posted"
GIVEN_AND_NEW = "connId = :connection AND acked < :acked AND #next > :acked"
THIS_LINK = (
    "begins_with(connId, :link) AND userId = :user AND tenant = :tenant AND #next > :after"
    " AND attribute_not_exists(detached)"
)
ONE = {":one": {"N": "1"}}
NEXT = {"#next": "next"}


class Found:
    """A session with its subscriptions, as one consistent read gave them."""

    def __init__(self, session_id: str, meta: Item, subscriptions: list[Item]) -> None:
        self.meta = meta
        self.session: Session = items.session_of(session_id, meta)
        self.subscriptions = subscriptions

    def snapshot(self, now: int = 0) -> Snapshot:
        reliable = self.session.peer.reliable
        return Snapshot(
            session_id=self.session.peer.session_id,
            version=int(self.meta["version"]["N"]) if reliable else 0,
            connection_id=None if self.session.detached else self.session.peer.connection_id,
            # A link's greeting is the answer to the request that made it.
            greeted=self.session.greeted or self.session.peer.polls,
            reliable=reliable,
            stream=_stream_of(self.meta) if reliable else Stream(),
            joined=self._joined(),
            expired=expired(self.session.expires, now),
            polls=self.session.peer.polls,
        )

    def _joined(self) -> dict[str, int]:
        joined = {item["topic"]["S"]: int(item["joined"]["N"]) for item in self.subscriptions if "joined" in item}
        if "direct" in self.meta:
            joined[session_topic(self.session.peer.session_id)] = 0
        followed = {user_topic(self.session.tenant, self.session.user_id): "userFrom", EVERYBODY: "allFrom"}
        return joined | {topic: int(self.meta[name]["N"]) for topic, name in followed.items() if name in self.meta}

    def tokens(self) -> set[str]:
        """Hashes of the reconnection tokens that are good for the next connection."""
        doubtful = int(self.meta["acked"]["N"]) < int(self.meta.get("usedUntil", {}).get("N", "0"))
        used = {self.meta["used"]["S"]} if doubtful else set()
        return used | set(self.meta["granted"]["SS"] if "granted" in self.meta else [])


class SessionStore:
    """Each method is one request, but for ``renew``."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, session_id: str, now: int) -> Found | None:
        """None when it has ended or expired."""
        found = [item for page in self._table.query(items.session_pk(session_id)) for item in page]
        meta = next((item for item in found if item["sk"]["S"] == "META"), None)
        if meta is None or int(meta["exp"]["N"]) <= now:
            return None
        return Found(session_id, meta, [item for item in found if "topic" in item])

    def assign(self, session_id: str, stream: Stream, version: int) -> bool:
        """Stores the stream, if nothing changed the session since this version."""
        return self._table.update_if(
            SAME_VERSION,
            _attributes(stream) | {":version": {"N": str(version)}} | ONE,
            items.session_key(session_id, "META"),
            "SET #next = :next, acked = :acked, posted = :posted, #full = :full, runs = :runs, cursors = :cursors,"
            " version = version + :one",
            ExpressionAttributeNames=NEXT | {"#full": "full"},
        )

    def mark(self, peer: Peer, posted: int) -> bool:
        """Moves ``posted`` forward; of an earlier connection it would be a claim about frames it never got."""
        return self._table.update_if(
            NOT_FURTHER,
            {":connection": {"S": peer.connection_id}, ":posted": {"N": str(posted)}} | ONE,
            items.session_key(peer.session_id, "META"),
            "SET posted = :posted, version = version + :one",
        )

    def grant(self, peer: Peer, token_hash: str) -> bool:
        """Adds a token for the next connection, if the session still is on this one."""
        return self._table.update_if(
            SAME_CONNECTION,
            {":connection": {"S": peer.connection_id}, ":hash": {"SS": [token_hash]}},
            items.session_key(peer.session_id, "META"),
            "ADD granted :hash",
        )

    def authorize(self, peer: Peer, identity: Identity) -> bool:
        """Records what a new token gives, if the session still is on this connection."""
        renewed = json.dumps({"roles": sorted(identity.roles), "expires": identity.expires})
        return self._table.update_if(
            SAME_CONNECTION,
            {
                ":connection": {"S": peer.connection_id},
                ":renewed": {"S": renewed},
                ":expires": {"N": str(identity.expires)},
            },
            items.session_key(peer.session_id, "META"),
            "SET renewed = :renewed, authExp = :expires",
        )

    def authorization(self, peer: Peer, identity: Identity) -> Identity | None:
        """``identity`` with what ``authorize`` recorded for this connection; None when nothing was."""
        meta = self._table.get(items.session_key(peer.session_id, "META"))
        if meta is None or "renewed" not in meta or meta["connId"]["S"] != peer.connection_id:
            return None
        renewed = json.loads(meta["renewed"]["S"])
        return replace(identity, roles=frozenset(renewed["roles"]), expires=renewed["expires"])

    def acknowledge(self, peer: Peer, sequence_id: int) -> bool:
        """Records what the client has; says whether the session waits for room in its window.

        Ids that were never given, or are known already, change nothing. The ids' runs are trimmed by the next assign.
        """
        meta = self._table.updated_if(
            GIVEN_AND_NEW,
            {":connection": {"S": peer.connection_id}, ":acked": {"N": str(sequence_id)}} | ONE,
            items.session_key(peer.session_id, "META"),
            "SET acked = :acked, version = version + :one",
            ExpressionAttributeNames=NEXT,
        )
        return bool((meta or {}).get("full", {}).get("BOOL"))

    def poll(self, peer: Peer, link: str, owner: tuple[str, str], after: int) -> Item | None:
        """Puts the session from one poll of a link to the next, which has the messages after ``after`` yet to get.

        Each poll is a connection of its own, with all fences of connections. None when the session is on no poll of
        this link, is not ``owner``'s (user and tenant), or never had such a message.
        """
        values = {":link": link, ":connection": peer.connection_id, ":user": owner[0], ":tenant": owner[1]}
        return self._table.updated_if(
            THIS_LINK,
            {name: {"S": value} for name, value in values.items()} | {":after": {"N": str(after)}} | ONE,
            items.session_key(peer.session_id, "META"),
            "SET connId = :connection, posted = :after, version = version + :one",
            ExpressionAttributeNames=NEXT,
        )

    def head(self, session_id: str, now: int) -> Item | None:
        """The session's own item; None when it has ended or expired."""
        meta = self._table.get(items.session_key(session_id, "META"))
        return None if meta is None or int(meta["exp"]["N"]) <= now else meta

    def resume(self, found: Found, session: Session, used: str, granted: str, now: int) -> bool:
        """Puts the session on another connection; False when another handshake did, or it ended.

        ``used`` is the hash of the token that was shown, ``granted`` of the one that the greeting will bring. What
        pumps and acks change meanwhile is not in the way: theirs is fenced by ``version``, which moves here too.
        """
        values: dict[str, Any] = {
            ":connection": {"S": session.peer.connection_id},
            ":began": {"N": str(session.connected_at)},
            ":expires": {"N": str(session.expires)},
            ":epoch": {"N": str(found.session.epoch)},
            ":next": {"N": str(session.epoch)},
            ":used": {"S": used},
            ":granted": {"SS": [granted]},
            ":exp": {"N": str(now + CONNECTION_LIFETIME + RETENTION)},
            **ONE,
        }
        update = (
            "SET connId = :connection, connectedAt = :began, authExp = :expires, epoch = :next, used = :used,"
            " usedUntil = #next, granted = :granted, posted = acked, version = version + :one, exp = :exp"
        )
        if session.slot is not None:
            values[":slot"] = {"N": str(session.slot)}
            update += ", slot = :slot"
        key = items.session_key(session.peer.session_id, "META")
        return self._table.update_if(
            SAME_EPOCH, values, key, f"{update} REMOVE detached, renewed", ExpressionAttributeNames=NEXT
        )

    def renew(self, found: Found, peer: Peer, now: int) -> None:
        """Moves what posts go to at once to the new connection, and the expiry of what could end while it waits.

        Followed topics ring for the session, whichever connection it has, so most need nothing. What was left stays so.
        """
        everybody = items.index_item(peer, EVERYBODY, now + SUBSCRIPTION_LIFETIME)
        self._table.client.put_item(TableName=self._table.name, Item=everybody)
        exp, connection = {":exp": {"N": str(now + SUBSCRIPTION_LIFETIME)}}, {":connection": {"S": peer.place}}
        for item in found.subscriptions:
            subscription, index = items.subscription_keys(peer.session_id, item["topic"]["S"])
            ends = int(item["exp"]["N"]) < now + CONNECTION_LIFETIME + RETENTION
            if ends:
                self._table.update_if(EXISTS, exp, subscription, "SET exp = :exp")
            if "joined" not in item:
                self._table.update_if(EXISTS, exp | connection, index, "SET connId = :connection, exp = :exp")
            elif ends:
                self._table.update_if(EXISTS, exp, index, "SET exp = :exp")


def _stream_of(meta: Item) -> Stream:
    acked = int(meta["acked"]["N"])
    topics = json.loads(meta["cursors"]["S"])
    runs = tuple(Run(topics[number][0], *rest) for number, *rest in json.loads(meta["runs"]["S"]))
    # An ack moves ``acked`` alone; the runs still begin where the last assign saw it.
    given = int(meta["next"]["N"])
    stored = Stream(
        next=given,
        acked=given - 1 - sum(run.count for run in runs),
        posted=max(acked, int(meta["posted"]["N"])),
        runs=runs,
        cursors=dict(topics),
        full=bool(meta.get("full", {}).get("BOOL")),
    )
    return stored.acknowledged(acked)


def _attributes(stream: Stream) -> dict[str, Any]:
    needed = {run.topic for run in stream.runs} | set(stream.cursors)
    topics = [(topic, stream.cursors.get(topic, 0)) for topic in sorted(needed)]
    numbers = {topic: number for number, (topic, _) in enumerate(topics)}
    return {
        ":next": {"N": str(stream.next)},
        ":acked": {"N": str(stream.acked)},
        ":posted": {"N": str(stream.posted)},
        ":full": {"BOOL": stream.full},
        ":runs": {"S": json.dumps(list(_rows(stream, numbers)), separators=(",", ":"))},
        ":cursors": {"S": json.dumps(topics, separators=(",", ":"))},
    }


def _rows(stream: Stream, numbers: dict[str, int]) -> Iterator[list[Any]]:
    for run in stream.runs:
        row: list[Any] = [numbers[run.topic], run.first, run.count, run.size]
        yield row if run.since is None else [*row, run.since]
