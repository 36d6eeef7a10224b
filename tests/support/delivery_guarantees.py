"""What functions/README.md promises about reliable topics, as claims about a world and its clients.

Members remember what they were told; ``broken_promises`` compares that with the logs, which are the truth.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from longwire_app.session import RETENTION
from table_invariants import scanned
from world_client import Client

__all__ = ["Member", "Published", "broken_promises", "logs_of"]

Logs = dict[str, dict[Any, int]]
"""By group: the offset of each message's data. Data is never published twice."""


@dataclass
class Published:
    """One publish, with all its repetitions; ``before`` are those that its sender had accepted when it began."""

    group: str
    data: str
    ack_id: int
    session_id: str
    echo: bool
    before: list[str]
    accepted: bool = False


@dataclass
class Member(Client):
    """``groups`` holds the first offset that must arrive of each group whose join was acknowledged."""

    groups: dict[str, int] = field(default_factory=dict)
    published: list[Published] = field(default_factory=list)
    last_contact: float = 0.0
    bound: dict[tuple[str, int], Any] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def come(self) -> int:
        """Connects; a session may be refused as gone only after it waited for as long as sessions are kept."""
        had, now = self.session_id, self.world.clock.time()
        status = self.connect()
        if status == 404:
            self.groups.clear()
            if now - self.last_contact < RETENTION:
                self.broken.append(f"{had} refused after {now - self.last_contact:.0f} s")
        if status == 200:
            self.last_contact = now
            if not had:  # the greeting of the one before was never read: this is another session
                self.groups.clear()
                self.seen = 0
        return status

    def join(self, group: str) -> None:
        ack_id = self.ask(type="joinGroup", group=group)
        if self.accepted(ack_id) and group not in self.groups:
            self.groups[group] = max(logs_of(self.world).get(group, {}).values(), default=0) + 1

    def leave(self, group: str) -> None:
        self.groups.pop(group, None)  # whether it is done or not, nothing is promised any more
        self.ask(type="leaveGroup", group=group)

    def publish(self, group: str, *, echo: bool) -> None:
        data = f"{self.user} {len(self.published)}"
        before = [each.data for each in self.published if each.accepted and each.group == group]
        made = Published(group, data, self.sent + 1, self.session_id, echo, before)
        self.published.append(made)
        self.accepted_now(made, self.ask(type="sendToGroup", group=group, data=data, noEcho=not echo))

    def retry(self) -> None:
        """The last one that was not acknowledged, with its ackId; in another session it would be another message."""
        waiting = [each for each in self.published if not each.accepted and each.session_id == self.session_id]
        if waiting:
            made = waiting[-1]
            self.send(type="sendToGroup", group=made.group, data=made.data, noEcho=not made.echo, ackId=made.ack_id)
            self.accepted_now(made, made.ack_id)

    def accepted_now(self, made: Published, ack_id: int) -> None:
        self.receive()
        made.accepted = self.accepted(ack_id)

    def receive(self) -> None:
        if self.socket is not None:
            for frame in self.socket.frames[self.read :]:
                self._bind(frame)
        super().receive()

    def _bind(self, frame: dict[str, Any]) -> None:
        """An id never changes its message; that it is lost may be told in its place."""
        if "sequenceId" in frame:
            key, data = (self.session_id, frame["sequenceId"]), json.dumps(frame["data"])
            if self.bound.setdefault(key, data) != data and "$rt" not in data:
                self.broken.append(f"{key} was {self.bound[key]} and is {data}")


def logs_of(world: Any) -> Logs:
    rate, world.cloud.faults.rate = world.cloud.faults.rate, 0.0
    script, world.cloud.script = world.cloud.script, None
    found: Logs = {}
    for item in scanned("log"):
        if "frame" in item:
            frame = json.loads(item["frame"]["S"])
            group = found.setdefault(frame["group"], {})
            assert frame["data"] not in group, f"{frame} is in its log twice"
            group[frame["data"]] = int(item["sk"]["N"])
    world.cloud.faults.rate, world.cloud.script = rate, script
    return found


def broken_promises(members: list[Member], logs: Logs, *, accepted_only: bool | None = None) -> Iterator[str]:
    """Those that hold at every moment; with ``accepted_only`` also that nothing is missing, for members at rest.

    True: of what was acknowledged to its sender. False: of all that was committed.
    """
    for member in members:
        yield from member.broken
        yield from _committed_once(member, logs)
        yield from _in_order(member, logs)
        if accepted_only is not None:
            yield from _complete(member, members, logs, accepted_only=accepted_only)


def _committed_once(member: Member, logs: Logs) -> Iterator[str]:
    """G1 and G6; that it is there once is seen when the logs are read."""
    for made in member.published:
        log = logs.get(made.group, {})
        if made.accepted and made.data not in log:
            yield f"{made.data} was acknowledged and is not in the log of {made.group}"
        for earlier in made.before:
            if made.data in log and log[earlier] > log[made.data]:
                yield f"{made.data} is before {earlier}, which was acknowledged before it began"


def _in_order(member: Member, logs: Logs) -> Iterator[str]:
    """G3: the offsets of each group only grow, so nothing comes twice either, and nothing that was not committed."""
    last: dict[str, int] = {}
    for group, data in member.shown:
        offset = logs.get(group, {}).get(data)
        if offset is None:
            yield f"{member.user} got {data}, which is in no log"
        elif offset <= last.get(group, 0):
            yield f"{member.user} got {offset} of {group} after {last[group]}"
        last[group] = max(last.get(group, 0), offset or 0)


def _complete(member: Member, members: list[Member], logs: Logs, *, accepted_only: bool) -> Iterator[str]:
    """G7 and G8: from the join on everything, or it is told."""
    senders = {made.data: (other, made) for other in members for made in other.published}
    for group, first in member.groups.items():
        got = {data for where, data in member.shown if where == group}
        for data, offset in logs.get(group, {}).items():
            sender, made = senders[data]
            mine = sender is member and not made.echo
            told = any(each["group"] == group and each["from"] <= offset <= each["to"] for each in member.lost)
            wanted = offset >= first and not mine and (made.accepted or not accepted_only)
            if wanted and data not in got and not told:
                yield f"{member.user} lacks {data}, {offset} of {group}, promised from {first} on"
