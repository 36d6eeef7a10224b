"""How the topics of a group's name behave: rules by prefix, of which the longest decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from longwire_app.session import RETENTION, Identity
from longwire_app.topics import MAX_NAME, group_of

__all__ = ["MAX_REWIND", "TopicRule", "rule_of", "rule_of_topic"]

MAX_REWIND = 1000
"""Messages of the past that a join may ask for."""

LONGEST = 365 * 86_400
"""Seconds of retention: what is to stay longer belongs into a table of its own."""


@dataclass(frozen=True, slots=True)
class TopicRule:
    """For groups whose names begin with ``prefix``.

    ``reliable`` topics keep each message for ``retention`` seconds, in order, for sessions that come back. Messages of
    others are posted once to whoever is there. With ``open_to_join`` or ``open_to_send`` no role is asked for.

    Of reliable topics alone: ``history`` is how many messages are kept at most for who is behind, 0 for all of the
    retention. With ``recovery="cache"`` who is behind gets the latest message only, and is not told of the others.
    ``rewind`` is how many messages of the past a join gets that does not ask for a number.

    Raises ValueError for a rule that contradicts itself.
    """

    prefix: str
    reliable: bool = True
    retention: int = RETENTION
    open_to_join: bool = False
    open_to_send: bool = False
    history: int = 0
    recovery: Literal["stream", "cache"] = "stream"
    rewind: int = 0

    def __post_init__(self) -> None:
        for wrong in (*self._out_of_range(), *self._contradictions()):
            raise ValueError(f"the rule for topics that begin with {self.prefix!r}: {wrong}")

    def _out_of_range(self) -> Iterable[str]:
        if len(self.prefix) > MAX_NAME:
            yield f"no group's name is longer than {MAX_NAME} characters"
        if not 0 < self.retention <= LONGEST:
            yield f"retention is {self.retention}; it takes 1 to {LONGEST} seconds"
        if self.history < 0:
            yield f"history is {self.history}; it takes a number of messages, or 0 for all of the retention"
        if self.recovery not in {"stream", "cache"}:
            yield f"recovery is {self.recovery!r}; it takes 'stream' or 'cache'"
        if not 0 <= self.rewind <= MAX_REWIND:
            yield f"rewind is {self.rewind}; it takes 0 to {MAX_REWIND} messages"

    def _contradictions(self) -> Iterable[str]:
        if 0 < self.history < self.rewind:
            yield f"rewind is {self.rewind}, of a history of {self.history}"
        if self.recovery == "cache" and self.rewind > 1:
            yield f"rewind is {self.rewind}, but with recovery='cache' only the latest message is delivered"
        if not self.reliable and (self.retention, self.history, self.recovery, self.rewind) != KEEPS_NOTHING:
            yield "with reliable=False nothing is kept: no retention, history, recovery or rewind"

    def may_join(self, identity: Identity, group: str) -> bool:
        return self.open_to_join or identity.may_join(group)

    def may_send(self, identity: Identity, group: str) -> bool:
        return self.open_to_send or identity.may_send(group)


KEEPS_NOTHING = (RETENTION, 0, "stream", 0)
DEFAULT = TopicRule("")


def rule_of(rules: Iterable[TopicRule], group: str) -> TopicRule:
    """The rule with the longest prefix of ``group``; reliable, with the roles of the token, where there is none."""
    fitting = [rule for rule in rules if group.startswith(rule.prefix)]
    return max(fitting, key=lambda rule: len(rule.prefix), default=DEFAULT)


def rule_of_topic(rules: Iterable[TopicRule], topic: str) -> TopicRule:
    """Topics of users, sessions and everybody are reliable."""
    group = group_of(topic)
    return DEFAULT if group is None else rule_of(rules, group)
