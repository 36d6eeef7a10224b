"""What happened, for people: a bounded ring of entries that the edges publish and everybody may read.

An entry is shown as a dict: ``seq`` (1, 2, 3, ...), ``at`` (epoch seconds, 3 decimals), ``event`` (the kind),
``connection_id`` ("" when there is none) and what its kind says:

handshake            path, query, headers, source_ip (secret values replaced)
connection_opened    subprotocol, principal_id?, source_ip
connection_refused   status, reason
message_received     payload, size, route_key, why
invocation_started   invocation_id, function, route_key, cold
log                  function, invocation_id, stream, line
invocation_finished  invocation_id, function, route_key, duration_ms, billed_ms, init_ms, max_memory_mb, error,
                     error_type, error_message, stack_trace?
frame_sent           payload, size, cause ("route_response", "post_to_connection", "error", "mock"), invocation_id?
management_request   method, status, size, why?, invocation_id?
http_request         request_id, api, method, path, size
http_response        request_id, api, method, path, status, route_key, function, duration_ms, why
connection_closed    code, reason, by ("client", "gateway", "management", "network", "emulator")
reloaded             functions (that get new environments), files, connections_closed
reload_failed        error_message, files
fault_hit            fault (its id), kind, effect, function?, route?, service?, operation?
faults_changed       faults (all there are, as GET /_longwire/faults tells them)
clock_changed        change ("advanced", "paused", "resumed", "reset"), seconds (of an advance), offset, paused
"""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

__all__ = ["Entry", "Timeline", "shown"]

# seq, at, event, connection_id, data: a plain tuple, because one is made for every step of every message, and the
# publisher's own mapping, which nobody may change.
Entry = tuple[int, float, str, str, Mapping[str, Any]]
Subscriber = Callable[[Entry], None]
NOTHING: Mapping[str, Any] = {}


def shown(entry: Entry) -> dict[str, Any]:
    """The entry as readers get it."""
    seq, at, event, connection_id, data = entry
    return {"seq": seq, "at": round(at, 3), "event": event, "connection_id": connection_id, **data}


class Timeline:
    """The newest entries, for one thread: at most ``capacity``, holding at most ``max_text`` characters of text.

    Publishing stands in every message's way, so it encodes and copies nothing (0.3 us).
    """

    def __init__(self, capacity: int = 10_000, max_text: int = 64 * 1024 * 1024) -> None:
        self.capacity = capacity
        self.max_text = max_text
        self.last = 0
        self.text = 0
        self.ring: deque[Entry] = deque()
        self.sizes: deque[int] = deque()
        self.subscribers: tuple[Subscriber, ...] = ()

    @property
    def first(self) -> int:
        """The seq of the oldest entry that is still held; ``last + 1`` when there is none."""
        return self.last - len(self.ring) + 1

    def publish(self, event: str, connection_id: str, at: float, data: Mapping[str, Any] = NOTHING) -> None:
        """Add an entry and tell the subscribers; the oldest leave when there are too many."""
        self.last += 1
        entry = (self.last, at, event, connection_id, data)
        self.ring.append(entry)
        size = len(data.get("payload") or data.get("line") or "")  # what can be long
        self.sizes.append(size)
        self.text += size
        while len(self.sizes) > self.capacity or self.text > self.max_text:
            self.ring.popleft()
            self.text -= self.sizes.popleft()
        for subscriber in self.subscribers:
            subscriber(entry)

    def since(self, seq: int, limit: int | None = None) -> list[Entry]:
        """The entries after ``seq``, oldest first: all that are held, or the first ``limit`` of them."""
        start = max(0, seq + 1 - self.first)
        count = len(self.ring) - start if limit is None else min(limit, len(self.ring) - start)
        if start < len(self.ring) // 2:
            return list(islice(self.ring, start, start + count))
        # Readers mostly want the newest few: an index from the near end spares the walk over all the others.
        return [self.ring[position] for position in range(start, start + count)]

    def missed(self, seq: int) -> int:
        """How many entries after ``seq`` have left the ring already."""
        return max(0, self.first - seq - 1)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call ``subscriber`` with each new entry, until the function that is returned is called."""
        self.subscribers = (*self.subscribers, subscriber)

        def unsubscribe() -> None:
            self.subscribers = tuple(known for known in self.subscribers if known is not subscriber)

        return unsubscribe
