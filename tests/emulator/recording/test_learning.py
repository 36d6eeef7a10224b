"""What a run says in place of the recording's ids and credentials."""

import pytest

from longwire.errors import UsageError
from longwire.recording.learning import Learning, given_secrets
from longwire.recording.transformers import transformers

THEN, NOW = 1_700_000_000.0, 1_764_000_000.0


@pytest.fixture
def learning() -> Learning:
    return Learning(
        transformers(), given_secrets(["token=all", "2:token=second=2", "Authorization=Bearer x"]), THEN, NOW
    )


def test_an_id_that_was_received_stands_for_the_recorded_one(learning: Learning) -> None:
    learning.learn('{"you": ["GHuZpRN0BmECups="], "n": 1}', '{"you": ["XXuZpRN0BmECups="], "n": 1}')
    assert learning.payload('{"to":"GHuZpRN0BmECups="}', 1) == '{"to":"XXuZpRN0BmECups="}'
    assert learning.pairs([("id", "GHuZpRN0BmECups=")], 1) == [("id", "XXuZpRN0BmECups=")]


def test_so_does_a_time(learning: Learning) -> None:
    learning.learn('{"offset": 1700000000123}', '{"offset": 1764000000999}')
    assert learning.payload('{"since":1700000000123}', 1) == '{"since":1764000000999}'


def test_a_credential_is_the_connections_own_or_everybodys(learning: Learning) -> None:
    assert learning.pairs([("token", "***"), ("a", "b")], 1) == [("token", "all"), ("a", "b")]
    assert learning.pairs([("Token", "***")], 2) == [("Token", "second=2")]
    assert learning.payload('{"authorization":"***"}', 1) == '{"authorization":"Bearer x"}'


def test_one_that_was_received_is_learned_under_the_end_of_its_name(learning: Learning) -> None:
    learning.learn('{"reconnectionToken": "***"}', '{"reconnectionToken": "r-1"}')
    assert learning.pairs([("awps_reconnection_token", "***")], 1) == [("awps_reconnection_token", "r-1")]


def test_one_that_nobody_knows_is_asked_for(learning: Learning) -> None:
    with pytest.raises(UsageError, match="--secret x-api-key="):
        learning.pairs([("x-api-key", "***")], 1)


def test_text_that_is_no_json_stays_but_for_its_ids(learning: Learning) -> None:
    learning.learn("GHuZpRN0BmECups=", "XXuZpRN0BmECups=")
    assert learning.payload("bye GHuZpRN0BmECups= ***", 1) == "bye XXuZpRN0BmECups= ***"


@pytest.mark.parametrize("given", ["token", "=x", "1:=x", ""])
def test_what_is_no_secret_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="--secret takes NAME=VALUE"):
        given_secrets([given])
