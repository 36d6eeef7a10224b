"""A recording as a test: in pytest it is tested with the plugin, here by itself."""

from pathlib import Path

import pytest

from longwire.harness import LongwireServer
from longwire.recording.as_a_test import as_a_test


def test_it_passes_with_its_outcome_or_fails_with_what_differs(recorded: Path, chat: LongwireServer) -> None:
    secrets = {"token": "good", "3:token": "bad"}
    assert as_a_test(recorded, chat.url, secrets=secrets, ignore=["n"], transform={"x": "yy"}).received == 3
    with pytest.raises(AssertionError, match="refused with 403, and now it is let in"):
        as_a_test(recorded, chat.url, secrets={"token": "good"})
