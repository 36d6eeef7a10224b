"""Registering event handlers."""

import re
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longwire_app.errors import BadRequest, NotFound
from longwire_app.events import Application, EventCall, Reply
from longwire_app.rules import TopicRule
from longwire_app.session import Identity


def call(event: str, data: Any = None) -> EventCall:
    def publish(group: str, data: Any, data_type: str = "json") -> None:
        """Nobody listens."""

    return EventCall(event, data, "json", "alice", "", "s=", publish)


def test_a_handler_is_called_by_its_events_name() -> None:
    app = Application()

    @app.event("double")
    def double(call: EventCall) -> Reply:
        assert isinstance(call.data, int)
        return Reply(call.data * 2)

    assert app.answer(call("double", 2)) == Reply(4)
    assert double(call("double", 3)) == Reply(6)


@pytest.mark.parametrize("name", ["other", "Double", "double ", "__init__"])
def test_an_event_that_nobody_handles_is_not_found(name: str) -> None:
    app = Application()
    app.event("double")(lambda _: None)
    with pytest.raises(NotFound, match="no handler"):
        app.answer(call(name))


def test_two_handlers_for_one_event_are_a_mistake() -> None:
    app = Application()
    app.event("x")(lambda _: None)
    with pytest.raises(ValueError, match="two handlers for the event 'x'"):
        app.event("x")(lambda _: None)


def test_the_readmes_example_does_what_it_says(tmp_path: Path) -> None:
    readme = Path(__file__).parents[2] / "functions" / "README.md"
    rules, example = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "example.py").write_text(example + rules)
    app = runpy.run_path(str(tmp_path / "example.py"))["app"]
    published = []
    asked = replace(call("rename", "Al"), data_type="text", publish=lambda *message: published.append(message))
    assert app.answer(asked) == Reply({"renamed": True})
    assert published == [("announcements", {"user": "alice", "name": "Al"})]
    with pytest.raises(BadRequest, match="takes a text"):
        app.answer(replace(asked, data=""))
    assert not app.rule("cursors.alice").reliable
    assert app.rule("lobby.1").may_join(Identity("eve"), "lobby.1")


def test_two_rules_for_one_prefix_are_a_mistake() -> None:
    app = Application()
    app.topics(TopicRule("x."))
    with pytest.raises(ValueError, match=r"begin with 'x\.'"):
        app.topics(TopicRule("x.", reliable=False))
