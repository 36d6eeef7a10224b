"""How names become parts of DynamoDB keys.

A *group* is what clients name on the wire. A *topic* is what the store knows: ``g:`` and a group, ``u:`` and a user,
``s:`` and a session, or ``a:``, everybody. The prefix keeps client-made names out of the other families, whatever they
contain. Nobody joins the last three: users' slots, the session's record and the index of ``a:`` know who follows them.
"""

import hashlib

__all__ = [
    "EVERYBODY",
    "MAX_NAME",
    "group_of",
    "group_topic",
    "key_part",
    "scope_of",
    "session_topic",
    "shard_of",
    "slots_of",
    "user_topic",
]

MAX_NAME = 1024
"""Characters. The service SDK of the protocol refuses 1025."""

MAX_PART = 512
"""Bytes. A sort key holds 1,024 bytes and a partition key 2,048; two parts and their labels fit in either."""


EVERYBODY = "a:"


def group_topic(group: str) -> str:
    return f"g:{group}"


def group_of(topic: str) -> str | None:
    """The group whose topic it is, None for any other topic."""
    return topic[2:] if topic.startswith("g:") else None


def user_topic(tenant: str, user_id: str) -> str:
    return f"u:{key_part(tenant)}#{key_part(user_id)}"


def session_topic(session_id: str) -> str:
    return f"s:{session_id}"


def slots_of(topic: str) -> str | None:
    """The partition of the slots of a user's topic, None for any other topic."""
    return f"U#{topic[2:]}" if topic.startswith("u:") else None


def scope_of(topic: str) -> dict[str, str]:
    """How a topic is told to clients: its group, or for whom it was."""
    group = group_of(topic)
    return {"scope": {"u": "user", "s": "session", "a": "all"}[topic[0]]} if group is None else {"group": group}


def key_part(name: str) -> str:
    """One field of a key in which ``#`` separates fields; different names never give the same part.

    ``%`` and ``#`` are written ``%25`` and ``%23``, so a name cannot reach into the next field. What is longer
    than 512 bytes becomes ``%h`` and its SHA-256: ``%h`` cannot come from a short name.
    """
    escaped = name.replace("%", "%25").replace("#", "%23")
    if len(escaped.encode()) <= MAX_PART:
        return escaped
    return "%h" + hashlib.sha256(name.encode()).hexdigest()


def shard_of(session_id: str, shards: int) -> int:
    """The shard of a topic's index that holds this session: stable, even, the same in every process."""
    digest = hashlib.sha256(session_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") % shards
