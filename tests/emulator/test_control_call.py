"""Calls to a running emulator."""

import pytest

from faulty_app import FaultyApp
from longwire.control_call import call
from longwire.errors import UsageError


def test_a_get_and_a_post_are_answered(app: FaultyApp) -> None:
    assert call(app.endpoint_url, "", "/_longwire/faults")["faults"] == []
    added = call(app.endpoint_url, "", "/_longwire/faults", {"kind": "frame", "latency": 1})
    assert added["faults"][0]["latency"] == 1
    assert call(app.endpoint_url, "", "/_longwire/faults", method="DELETE") == {"faults": []}


def test_what_the_emulator_says_of_a_mistake_is_the_message(app: FaultyApp) -> None:
    with pytest.raises(UsageError, match=r"^kind: it needs a kind; there are: handshake"):
        call(app.endpoint_url, "", "/_longwire/faults", {})


def test_who_does_not_answer_is_named() -> None:
    with pytest.raises(UsageError, match=r"no emulator answers at http://127\.0\.0\.1:9"):
        call("http://127.0.0.1:9", "", "/_longwire/faults")
