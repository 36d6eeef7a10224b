"""How sessions begin and go on. Handshakes are in test_connect.py, links in test_fallback.py."""

from typing import Any

from backend_device import Stage
from longwire_app.admission import Refusal, admit
from longwire_app.polls import Link
from longwire_app.resume import Claim, hashed
from longwire_app.session import RELIABLE, Caller, Identity, Peer


def caller(connection: str, session: str = "s1") -> Caller:
    return Caller(Peer(session, connection, reliable=True), Identity("ada"), RELIABLE)


def test_the_token_is_good_for_the_next_connection(stage: Stage, turn: Any) -> None:
    token = admit(caller("s1"), RELIABLE, None, stage.now * 1000, turn)
    assert isinstance(token, str)
    claim = Claim("s1", hashed(token))
    assert isinstance(admit(caller("c2"), RELIABLE, claim, stage.now * 1000, turn), str)
    assert stage.connections.closed == ["s1"]
    stage.interrupted = True


def test_a_link_rings_no_bell_and_is_not_closed(stage: Stage, turn: Any, calls: Any) -> None:
    link = Link("s1", "secret")
    token = admit(Caller(link.peer(), Identity("ada"), RELIABLE), RELIABLE, None, stage.now * 1000, turn)
    assert isinstance(token, str)
    assert [call for call in calls if call.startswith("sqs:")] == []
    assert isinstance(admit(caller("c2"), RELIABLE, Claim("s1", hashed(token)), stage.now * 1000, turn), str)
    assert stage.connections.closed == []
    assert calls["sqs:SendMessage"] == 1
    stage.interrupted = True


def test_refusals_are_told(stage: Stage, turn: Any) -> None:
    assert admit(caller("c2"), RELIABLE, Claim("s1", "x"), stage.now * 1000, turn) == Refusal(404, "Resume", "gone")
    for number in range(3):
        admit(caller(f"c{number}", f"c{number}"), RELIABLE, None, stage.now * 1000, turn)
    assert admit(caller("c4", "c4"), RELIABLE, None, stage.now * 1000, turn) == Refusal(429, "Limit")
    assert admit(caller("c5", "c1"), RELIABLE, Claim("c1", "x"), stage.now * 1000, turn) == Refusal(
        404, "Resume", "token"
    )
