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
from recorded_outlet import RecordedOutlet


def call(event: str, data: Any = None) -> EventCall:
    return EventCall(event, data, "json", "alice", "", "s=", RecordedOutlet())


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
    rules, example, *_ = re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "example.py").write_text(example + rules)
    app = runpy.run_path(str(tmp_path / "example.py"))["app"]
    outlet = RecordedOutlet()
    asked = replace(call("rename", "Al"), data_type="text", outlet=outlet)
    assert app.answer(asked) == Reply({"renamed": True})
    assert outlet.sent == [("group announcements", {"user": "alice", "name": "Al"}, "json")]
    with pytest.raises(BadRequest, match="takes a text"):
        app.answer(replace(asked, data=""))
    assert not app.rule("cursors.alice").reliable
    assert app.rule("prices.x").recovery == "cache"
    assert app.rule("lobby.1").may_join(Identity("eve"), "lobby.1")


def test_a_handler_publishes_to_the_callers_tenant_unless_it_names_another() -> None:
    asked = replace(call("tell", "hi"), tenant="acme", outlet=(outlet := RecordedOutlet()))
    asked.publish_to_user("bob", 1)
    asked.publish_to_user("bob", 2, tenant="other")
    asked.publish_to_all("x", "text")
    assert asked.publish_to_session("s=", 3)
    assert outlet.sent == [
        ("user acme/bob", 1, "json"),
        ("user other/bob", 2, "json"),
        ("all", "x", "text"),
        ("session s=", 3, "json"),
    ]


def test_two_rules_for_one_prefix_are_a_mistake() -> None:
    app = Application()
    app.topics(TopicRule("x."))
    with pytest.raises(ValueError, match=r"begin with 'x\.'"):
        app.topics(TopicRule("x.", reliable=False))
