"""The emulators of one pytest session: that of the default template, and one for each other that a marker names."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from longwire import pytest_options

if TYPE_CHECKING:
    from longwire.core.api import Stack
    from longwire.emulator_thread import LongwireServer
    from longwire.recording.recorder import Recorder

__all__ = ["Marked", "Servers", "marked"]

FIELDS = ("template", "stage", "parameters")


class Marked:
    """What ``@pytest.mark.longwire`` says of a test."""

    def __init__(self, template: Path | None, stage: str | None, parameters: Mapping[str, str]) -> None:
        self.template = template
        self.stage = stage
        self.parameters = parameters

    @property
    def is_other(self) -> bool:
        return self.template is not None or bool(self.parameters)


def marked(node: pytest.Item) -> Marked:
    """Fails a test whose marker is wrong."""
    mark = node.get_closest_marker("longwire")
    if mark is None:
        return Marked(None, None, {})
    wrong = [repr(each) for each in mark.args] + [name for name in mark.kwargs if name not in FIELDS]
    if wrong:
        told = f"takes {', '.join(FIELDS)} by name, not {', '.join(wrong)}"
        pytest.fail(f"@pytest.mark.longwire {told}", pytrace=False)
    template = mark.kwargs.get("template")
    parameters = {name: str(value) for name, value in (mark.kwargs.get("parameters") or {}).items()}
    found = None if template is None else template_of(node, Path(template))
    return Marked(found, mark.kwargs.get("stage"), parameters)


def template_of(node: pytest.Item, given: Path) -> Path:
    places = (node.path.parent / given, node.config.rootpath / given)
    found = next((place for place in places if place.exists()), None)
    if found is None:
        told = f"there is no template {given} in {places[0].parent} or {node.config.rootpath}"
        pytest.fail(f"@pytest.mark.longwire: {told}", pytrace=False)
    return found


class Servers:
    """``start`` makes an emulator; all end with ``close``. ``settings`` are the fixture's."""

    def __init__(self, config: pytest.Config, settings: Mapping[str, object]) -> None:
        self.config = config
        self.settings = settings
        self.running: list[tuple[LongwireServer, Recorder | None]] = []
        self.by_template: dict[tuple[str, ...], LongwireServer] = {}

    def start(self, stack: "Stack") -> "LongwireServer":
        from longwire.core.settings import changed
        from longwire.emulator import Options
        from longwire.emulator_thread import LongwireServer
        from longwire.services.service_endpoints import service_endpoints
        from longwire.settings_file import project_settings

        config = self.config
        options = Options(
            port=0,
            quotas=changed(project_settings(config.rootpath), self.settings, "longwire_settings"),
            verify_sigv4=pytest_options.says(config, "verify-sigv4"),
            endpoints=service_endpoints(pytest_options.endpoints(config)),
            allow_hosts=pytest_options.allowed_hosts(config),
        )
        server = LongwireServer(stack, options)
        self.running.append((server, self.recorder(server)))
        return server

    def of(self, asked: Marked, load: Callable[[Path | None, Mapping[str, str]], "Stack"]) -> "LongwireServer":
        """That of a marker: started when it is first asked for."""
        key = (str(asked.template), *(f"{name}={value}" for name, value in sorted(asked.parameters.items())))
        if key not in self.by_template:
            self.by_template[key] = self.start(load(asked.template, asked.parameters))
        return self.by_template[key]

    def recorder(self, server: "LongwireServer") -> "Recorder | None":
        given = self.config.getoption("--longwire-record")
        if not given:
            return None
        from longwire.errors import UsageError
        from longwire.recording.recorder import Recorder, check_folder

        folder = self.config.invocation_params.dir / str(given)
        try:
            check_folder(folder)
        except UsageError:
            server.close()
            raise
        return server.run(lambda: Recorder.of(server.emulator, folder))

    def begin(self, server: "LongwireServer", test: str) -> None:
        """A test is about to use it."""
        recorder = next((recorder for known, recorder in self.running if known is server), None)
        if recorder is not None:
            recorder.begin(test)

    def close(self) -> Decimal | None:
        """What all of it would have cost, where there is a budget."""
        priced = pytest_options.budget(self.config) is not None
        spent = sum((server.cost().total for server, _ in self.running), Decimal(0)) if priced else None
        for server, recorder in self.running:
            server.close()
            if recorder is not None:
                recorder.close()
        return spent
