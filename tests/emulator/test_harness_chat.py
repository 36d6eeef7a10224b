"""The test that the README shows, as it stands there, on a small chat."""

import re
from pathlib import Path
from typing import Any

import pytest

from longwire.harness import Longwire

README = Path(__file__).parents[2] / "README.md"
pytestmark = pytest.mark.longwire(template="chat_app/template.yaml")


def test_the_readmes_test_passes(longwire: Longwire) -> None:
    (source,) = re.findall(r"```python\n(def test_two_users_chat.*?)```", README.read_text(), re.DOTALL)
    shown: dict[str, Any] = {}
    exec(compile(source, str(README), "exec"), shown)  # noqa: S102 - our own README
    shown["test_two_users_chat_and_survive_idle_timeout"](longwire)
    assert [fault.hits for fault in longwire.faults] == [1]


def test_the_next_test_finds_the_app_as_it_was(longwire: Longwire) -> None:
    assert longwire.table("Connections").items() == []
    alice = longwire.connect(token="alice")
    (row,) = longwire.table("Connections").items()
    assert (row["id"], row["name"]) == (alice.connection_id, "alice")
    assert longwire.clock.now - longwire.timeline[0]["at"] < 60
