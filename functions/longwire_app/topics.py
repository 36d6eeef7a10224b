"""How names become parts of DynamoDB keys.

A *group* is what clients name on the wire. A *topic* is what the store knows: ``g:`` and the group. The prefix
keeps client-made names out of any other family of topics (one user, one session, everybody), whatever they contain.
"""

import hashlib

__all__ = ["MAX_NAME", "group_topic", "key_part", "shard_of"]

MAX_NAME = 1024
"""Characters. The service SDK of the protocol refuses 1025."""

MAX_PART = 512
"""Bytes. A sort key holds 1,024 bytes and a partition key 2,048; two parts and their labels fit in either."""


def group_topic(group: str) -> str:
    return f"g:{group}"


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
