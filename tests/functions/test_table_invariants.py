"""The checker of the tables: silent about sound ones, and each of its rules notices what it is for."""

from collections.abc import Callable
from typing import Any

import pytest

from longwire_app import items
from longwire_app.session import RELIABLE, Peer, Session
from table_invariants import inconsistencies, read_tables

NOW = 1_700_000_000
LATER = NOW + 8_000
PEER = Peer("s1=", "c2=", reliable=True)
ROOM = "g:room"

Broken = Callable[[dict[str, Any]], None]


def message(offset: int) -> dict[str, Any]:
    return {
        "pk": {"S": f"L#{ROOM}"}, "sk": {"N": str(offset)}, "frame": {"S": '{"type":"message"}'},
        "until": {"N": str(LATER)}, "exp": {"N": str(LATER)},
    }  # fmt: skip


def sound() -> dict[str, Any]:
    """A session that has messages 5 and 6 of a room, of which it has acknowledged none."""
    session = items.session_item(Session(PEER, "alice", "", RELIABLE, NOW), 0, LATER)
    runs, cursors = "[[0,5,2,40]]", '[["g:room",6]]'
    session |= {
        "greeted": session["connId"],
        "next": {"N": "3"},
        "posted": {"N": "1"},
        "runs": {"S": runs},
        "cursors": {"S": cursors},
    }
    subscription, index = items.subscription_items(PEER, ROOM, LATER, follows=True)
    return {
        "session": session,
        "subscription": subscription | {"joined": {"N": "4"}},
        "index": index,
        "everybody": items.index_item(PEER, "a:", LATER),
        "slot": items.slot_item(Session(PEER, "alice", "", RELIABLE, NOW), 0, LATER),
        "dedupe": items.dedupe_key("s1=", 1) | items.expiry(LATER),
        "origin": {"pk": {"S": f"L#{ROOM}"}, "sk": {"N": "0"}, "origin": {"N": "4"}, "exp": {"N": str(LATER)}},
        "first": message(4),
        "second": message(5),
        "third": message(6),
    }  # fmt: skip


def found(tables: dict[str, Any], *, interrupted: bool = False) -> list[str]:
    return inconsistencies(read_tables(list(tables.values()), [], NOW, limit=1), interrupted=interrupted)


def without(*names: str) -> Broken:
    def remove(tables: dict[str, Any]) -> None:
        for name in names:
            del tables[name]

    return remove


def changed(name: str, **attributes: dict[str, Any]) -> Broken:
    return lambda tables: tables[name].update(attributes)


def added(name: str, **attributes: dict[str, Any]) -> Broken:
    def add(tables: dict[str, Any]) -> None:
        tables["added"] = tables[name] | attributes

    return add


def test_sound_tables_are_sound() -> None:
    assert found(sound()) == []


ALWAYS = {
    "no family": (added("session", pk={"S": "X#1"}), "of no family"),
    "no expiry": (added("session", pk={"S": "S#2"}, exp={"S": "never"}), "has no expiry"),
    "a session for ever": (changed("session", exp={"N": str(NOW * 2)}), "longer than any session"),
    "a slot for a day": (changed("slot", exp={"N": str(NOW + 86_400)}), "longer than any connection"),
    "posted beyond what was given": (changed("session", posted={"N": "3"}), "posted 3, next 3"),
    "acked beyond what was given": (changed("session", acked={"N": "3"}), "acked"),
    "an id without a message": (changed("session", next={"N": "4"}, acked={"N": "0"}), "unacknowledged"),
    "a topic that goes back": (changed("session", runs={"S": "[[0,6,1,9],[0,5,1,9]]"}), "goes back to 5"),
    "a cursor behind": (changed("session", cursors={"S": '[["g:room",5]]'}), "behind what is bound"),
    "a cursor beyond the tail": (changed("session", cursors={"S": '[["g:room",7]]'}), "is 7, beyond 6"),
    "joined beyond the tail": (changed("subscription", joined={"N": "7"}), "joined is 7, beyond 6"),
    "a hole": (without("second"), "6 follows 4"),
    "no message": (changed("third", frame={"S": "{}"}), "no message"),
    "before the origin": (changed("origin", origin={"N": "5"}), "before its origin"),
    "too many slots": (added("slot", sk={"S": "SLOT#1"}), "2 slots of 1"),
    "nobody rings": (without("index"), "no index entry"),
}
SETTLED = {
    "a slot of nobody": (without("session", "subscription", "index", "everybody"), "is not connected"),
    "a slot of somebody away": (changed("session", detached={"BOOL": True}), "is not connected"),
    "a slot of an earlier connection": (changed("slot", epoch={"N": "9"}), "its session is in epoch 1"),
    "no slot": (without("slot"), "is not there"),
    "a subscription of nobody": (without("session", "slot"), "its session is gone"),
    "an index entry alone": (without("subscription"), "no subscription"),
    "an index entry that moved": (changed("index", connId={"S": "c1="}), "but the session is on c2="),
    "followed and posted to": (changed("index", connId={"S": "c2="}), "it is followed and posted to, or neither"),
    "plain in the index": (lambda tables: tables["index"].pop("reliable"), "reliable in one place alone"),
    "over before its session": (changed("index", exp={"N": str(NOW + 1)}), "expires before its session"),
    "a connection of nobody": (without("session", "slot", "subscription", "index"), "its session is not connected"),
    "a session that everybody forgot": (without("everybody"), "s1=: not in the index of everybody"),
}


@pytest.mark.parametrize("name", [*ALWAYS, *SETTLED])
def test_each_rule_notices(name: str) -> None:
    tables = sound()
    breaking, line = (ALWAYS | SETTLED)[name]
    breaking(tables)
    assert any(line in each for each in found(tables))


@pytest.mark.parametrize("name", SETTLED)
def test_what_an_interruption_may_leave_is_allowed_then(name: str) -> None:
    tables = sound()
    SETTLED[name][0](tables)
    assert found(tables, interrupted=True) == []


def test_what_has_expired_is_not_there() -> None:
    tables = sound()
    for item in tables.values():
        item["exp"] = {"N": str(NOW)}
    assert found(tables) == []
