"""Which entries belong together."""

import pytest

from inspector_script import ALICE, BOB, Script
from longwire.inspector.calls import NotFound
from longwire.inspector.causes import message, session
from longwire.inspector.timeline import shown

CAROL = "Ab3dTdWzIAkCJhw="


def talk() -> Script:
    """Alice's message reaches Bob; Carol talks to herself, and an outsider posts to her."""
    script = Script()
    for connection_id in (ALICE, BOB, CAROL):
        script.open(connection_id)
    script.message(ALICE, "to bob", "send")
    one = script.start(ALICE, "Send", "send")
    script.message(CAROL, "to myself", "send")
    two = script.start(CAROL, "Send", "send")
    script.frame(BOB, "from alice", invocation_id=one)
    script.frame(CAROL, "from carol", invocation_id=two)
    script.finish(CAROL, "Send", "send", two)
    script.finish(ALICE, "Send", "send", one)
    script.message(ALICE, "last", "send")
    script.run(ALICE, "Send", "send")
    script.frame(CAROL, "from outside")
    return script


def entries(script: Script) -> list[dict[str, object]]:
    return [shown(entry) for entry in script.timeline.since(0)]


def payloads(found: object) -> list[object]:
    return [entry["payload"] for entry in found if "payload" in entry]  # type: ignore[attr-defined]


def test_a_session_has_those_whom_it_talked_with() -> None:
    found = session(entries(talk()), ALICE)
    assert {entry["connection_id"] for entry in found} == {ALICE, BOB}
    assert payloads(found) == ["to bob", "from alice", "last"]
    assert payloads(session(entries(talk()), BOB)) == ["to bob", "from alice", "last"]
    assert payloads(session(entries(talk()), CAROL)) == ["to myself", "from carol", "from outside"]


def test_a_message_has_what_led_to_it_and_what_it_caused() -> None:
    every = entries(talk())
    (seq,) = [entry["seq"] for entry in every if entry.get("payload") == "to bob"]
    assert isinstance(seq, int)
    found = message(every, seq)
    assert payloads(found) == ["to bob", "from alice"]
    assert {entry["connection_id"] for entry in found} == {ALICE, BOB}


def test_what_the_timeline_does_not_have_is_not_found() -> None:
    every = entries(talk())
    with pytest.raises(NotFound, match="nothing of the connection 'nobody'"):
        session(every, "nobody")
    with pytest.raises(NotFound, match="no entry 999 of a connection"):
        message(every, 999)
