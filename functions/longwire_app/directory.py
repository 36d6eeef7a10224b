"""What the administration looks up: sessions by their id, a group's members page by page, a session's groups."""

from longwire_app import items
from longwire_app.session import Session
from longwire_app.table import Table

__all__ = ["Directory"]


class Directory:
    """Reads only, consistently. Safe to use from several threads."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def session(self, session_id: str, now: int) -> Session | None:
        """None when there is none, or its time is over."""
        item = self._table.get(items.session_key(session_id, "META"))
        if item is None or int(item["exp"]["N"]) <= now:
            return None
        return items.session_of(session_id, item)

    def members(self, topic: str, after: str, limit: int, now: int) -> list[str]:
        """Session ids in a topic's index that come after ``after``, in the order of the ids."""
        assert items.SHARDS == 1
        found: list[str] = []
        pages = self._table.query(
            items.topic_pk(topic, 0),
            {":now": {"N": str(now)}} | ({":after": {"S": after}} if after else {}),
            KeyConditionExpression="pk = :pk AND sk > :after" if after else "pk = :pk",
            FilterExpression="exp > :now",
            ProjectionExpression="sk",
        )
        for page in pages:
            found += [item["sk"]["S"] for item in page]
            if len(found) >= limit:
                break
        return found[:limit]

    def topics(self, session_id: str) -> list[str]:
        """Those that a session has joined."""
        pages = self._table.query(items.session_pk(session_id), ProjectionExpression="topic")
        return [item["topic"]["S"] for page in pages for item in page if "topic" in item]
