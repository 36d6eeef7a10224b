"""How the topics of a group's name behave: rules by prefix, of which the longest decides."""

from collections.abc import Iterable
from dataclasses import dataclass

from longwire_app.session import RETENTION, Identity

__all__ = ["TopicRule", "rule_of"]


@dataclass(frozen=True, slots=True)
class TopicRule:
    """For groups whose names begin with ``prefix``.

    ``reliable`` topics keep each message for ``retention`` seconds, in order, for sessions that come back. Messages of
    others are posted once to whoever is there. With ``open_to_join`` or ``open_to_send`` no role is asked for.
    """

    prefix: str
    reliable: bool = True
    retention: int = RETENTION
    open_to_join: bool = False
    open_to_send: bool = False

    def may_join(self, identity: Identity, group: str) -> bool:
        return self.open_to_join or identity.may_join(group)

    def may_send(self, identity: Identity, group: str) -> bool:
        return self.open_to_send or identity.may_send(group)


DEFAULT = TopicRule("")


def rule_of(rules: Iterable[TopicRule], group: str) -> TopicRule:
    """The rule with the longest prefix of ``group``; reliable, with the roles of the token, where there is none."""
    fitting = [rule for rule in rules if group.startswith(rule.prefix)]
    return max(fitting, key=lambda rule: len(rule.prefix), default=DEFAULT)
