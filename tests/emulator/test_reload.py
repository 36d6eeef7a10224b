"""Saved files taken over by a running emulator."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from longwire.emulator import Emulator, Options
from longwire.inspector.timeline import shown
from longwire.reload import Reload
from longwire.template.load import load
from longwire_command import HANDLERS, TEMPLATE
from sample_templates import sample

KEYLESS = """
  T:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: t, KeySchema: [], AttributeDefinitions: []}
"""

pytestmark = pytest.mark.asyncio


class Project:
    """An emulator that runs one, and what its timeline says of reloads."""

    def __init__(self, folder: Path, emulator: Emulator, log: list[str]) -> None:
        self.folder = folder
        self.emulator = emulator
        self.log = log
        self.template = folder / "template.yaml"
        self.reload = Reload(emulator, lambda: load(self.template), [self.template], time.time())

    def save(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return str(self.folder / name)

    def said(self) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in shown(entry).items() if name not in ("seq", "at", "connection_id")}
            for entry in self.emulator.timeline.since(0)
            if entry[2].startswith("reload")
        ]


@pytest_asyncio.fixture
async def app(project: Path) -> AsyncIterator[Project]:
    (project / "template.yaml").write_text(TEMPLATE.replace("CodeUri: .,", "CodeUri: bye,"))
    (project / "bye").mkdir()
    (project / "bye" / "app.py").write_text(HANDLERS)
    log: list[str] = []
    emulator = await Emulator.start(load(project / "template.yaml"), Options(port=0, log=log.append))
    yield Project(project, emulator, log)
    await emulator.close()


async def test_code_is_that_of_the_functions_in_whose_folder_it_is(
    app: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(app.folder)
    await app.reload.apply({app.save("bye/app.py", HANDLERS)})
    await app.reload.apply({app.save("app.py", HANDLERS)})
    assert app.said() == [
        {"event": "reloaded", "functions": ("Bye", "Echo"), "files": ["bye/app.py"], "connections_closed": False},
        {"event": "reloaded", "functions": ("Echo",), "files": ["app.py"], "connections_closed": False},
    ]


async def test_an_edit_of_the_template_alone_replaces_only_what_it_changes(app: Project) -> None:
    text = app.template.read_text()
    await app.reload.apply({app.save("template.yaml", f"# a comment\n{text}")})
    await app.reload.apply({app.save("template.yaml", text.replace("Default: hello", "Default: salve"))})
    assert [entry["functions"] for entry in app.said()] == [(), ("Echo",)]
    assert app.emulator.stack.functions["Echo"].environment["GREETING"] == "salve"


async def test_a_wrong_template_changes_nothing_and_is_told_again_until_it_is_right(app: Project) -> None:
    text, before = app.template.read_text(), app.emulator.stack
    await app.reload.apply({app.save("template.yaml", "Resources: []")})
    await app.reload.apply({app.save("app.py", HANDLERS)})
    assert app.emulator.stack is before
    await app.reload.apply({app.save("template.yaml", text)})
    assert [entry["event"] for entry in app.said()] == ["reload_failed", "reload_failed", "reloaded", "reloaded"]
    assert "template.yaml:1:" in app.said()[0]["error_message"]


async def test_while_the_template_is_wrong_who_calls_is_told_what_answers_once_a_second(app: Project) -> None:
    text, timeline = app.template.read_text(), app.emulator.timeline
    await app.reload.apply({app.save("template.yaml", "Resources: []")})
    for at in (100.0, 100.5, 101.0):
        timeline.publish("message_received", "c", at)
        timeline.publish("frame_sent", "c", at)
    reminders = list(app.log)
    await app.reload.apply({app.save("template.yaml", text)})
    timeline.publish("message_received", "c", 200.0)
    assert len(reminders) == 2
    assert reminders[0].startswith(f"what ran before answers, because of {app.template}:1:")
    assert app.log == reminders


async def test_files_that_are_saved_in_a_row_are_taken_over_together(app: Project) -> None:
    await app.reload.watcher.look()
    second = app.save("app.py", HANDLERS.replace("heard", "listened to"))
    assert await app.reload.settled({"first"}) == {"first", second}


async def test_a_template_that_misses_a_file_is_right_once_the_file_is_there(app: Project) -> None:
    text = app.template.read_text().replace("Handler: app.echo", "Handler: later.echo")
    await app.reload.apply({app.save("template.yaml", text)})
    await app.reload.apply({app.save("later.py", HANDLERS)})
    assert [entry["event"] for entry in app.said()] == ["reload_failed", "reloaded"]
    assert app.emulator.stack.functions["Echo"].handler == "later.echo"


async def test_the_folders_of_new_functions_are_watched(app: Project) -> None:
    (app.folder / "new").mkdir()
    app.save("new/app.py", HANDLERS)
    text = app.template.read_text().replace("CodeUri: bye,", "CodeUri: new,")
    await app.reload.apply({app.save("template.yaml", text)})
    assert str(app.folder / "new") in app.reload.watcher.roots
    assert str(app.folder / "bye") not in app.reload.watcher.roots


async def test_a_table_that_is_impossible_leaves_everything_as_it_is(app: Project) -> None:
    before, services = app.emulator.stack, app.emulator.services
    await app.reload.apply({app.save("template.yaml", app.template.read_text() + KEYLESS)})
    (failed,) = app.said()
    assert failed["event"] == "reload_failed"
    assert "T" in failed["error_message"]
    assert (app.emulator.stack, app.emulator.services) == (before, services)


async def test_a_code_folder_that_is_too_big_is_named_once(app: Project) -> None:
    app.reload.watcher.unwatched.add("/huge")
    app.reload.tell_unwatched()
    app.reload.tell_unwatched()
    (failed,) = app.said()
    assert failed["error_message"].startswith("/huge holds more than 50000 files and folders")


async def test_a_route_that_is_not_deployed_is_told_and_not_served(tmp_path: Path) -> None:
    template = sample("plain", tmp_path)
    log: list[str] = []
    emulator = await Emulator.start(template.load(), Options(port=0, log=log.append))
    try:
        reload = Reload(emulator, template.load, [template.file], time.time())
        template.replace("RouteKey: staged", "RouteKey: renamed")
        await reload.apply({str(template.file)})
        assert "staged" in emulator.gateways[0].api.routes
        (message,) = log
        assert message.startswith("stage live of Api serves what Deployment Deployment was made with, as on AWS: the")
        template.file.write_text(
            template.file.read_text().replace(" Deployment:", " Next:").replace("!Ref Dep", "!Ref Next # Dep")
        )
        await reload.apply({str(template.file)})
        assert "renamed" in emulator.gateways[0].api.routes
        assert len(log) == 1
    finally:
        await emulator.close()
