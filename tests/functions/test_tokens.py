"""Tokens: the tables of tokens_table.py, and what a token proves."""

import pytest

from longwire_app.errors import InvalidToken
from longwire_app.session import Identity
from longwire_app.tokens import Rules, issue, verify
from tokens_table import BAD, CLAIMS, GOOD, KEYS, NOW, RULES, SECRET, token


@pytest.mark.parametrize("name", GOOD)
def test_good_tokens_say_who_it_is(name: str) -> None:
    assert verify(GOOD[name], KEYS, RULES, NOW).user_id == "alice"


@pytest.mark.parametrize("name", BAD)
def test_bad_tokens_are_refused_for_what_is_wrong(name: str) -> None:
    bad, reason = BAD[name]
    with pytest.raises(InvalidToken) as caught:
        verify(bad, KEYS, RULES, NOW)
    assert caught.value.reason == reason


def test_what_a_token_proves() -> None:
    claims = {**CLAIMS, "role": ["b", "a"], "webpubsub.group": ["x", "y", "x"], "tenant": "acme"}
    expected = Identity("alice", "acme", frozenset({"a", "b"}), ("x", "y"))
    assert verify(token(claims), KEYS, RULES, NOW) == expected


def test_a_single_role_or_group_may_be_a_text() -> None:
    found = verify(token({**CLAIMS, "role": "a", "webpubsub.group": "x"}), KEYS, RULES, NOW)
    assert (found.roles, found.groups) == (frozenset({"a"}), ("x",))


def test_audience_and_issuer_are_not_asked_for_unless_configured() -> None:
    assert verify(token(aud=None, iss=None), KEYS, Rules(), NOW).user_id == "alice"
    assert verify(token(), KEYS, Rules(), NOW).user_id == "alice"


def test_without_keys_nothing_is_valid() -> None:
    with pytest.raises(InvalidToken, match="key"):
        verify(token(), [], RULES, NOW)


@pytest.mark.parametrize("kid", [None, "v2"])
def test_what_is_issued_is_valid(kid: str | None) -> None:
    identity = Identity("zoë", "acme", frozenset({"a"}), ("x", "y"))
    issued = issue(identity, SECRET, now=NOW, lifetime=60, rules=RULES, kid=kid)
    assert verify(issued, KEYS, RULES, NOW + 89) == identity
    with pytest.raises(InvalidToken, match="expired"):
        verify(issued, KEYS, RULES, NOW + 90)
