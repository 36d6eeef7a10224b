"""The emulators of a conformance run: one for each template with its parameters and settings, started when needed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from deployed_stage import DeployedStage
from longwire.access_keys import read_keys
from longwire.core.quotas import Quotas
from longwire.core.settings import changed
from longwire.emulator import Options
from longwire.harness import LongwireServer
from longwire.template.load import load

__all__ = ["Emulated", "EmulatedStages"]

Items = tuple[tuple[str, object], ...]
CREDENTIALS = {"aws_access_key_id": "AKIDCONFORMANCE", "aws_secret_access_key": "of the conformance suite"}


class Emulated(Protocol):
    """``emulated("template", idle_timeout=1)``: a Stage with other settings, or another template's parameters."""

    def __call__(
        self, template: str, *, parameters: Mapping[str, str] | None = None, **settings: object
    ) -> DeployedStage: ...


class EmulatedStages:
    """``folder`` holds the templates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: dict[tuple[str, Items, Items], LongwireServer] = {}
        self.stages: dict[tuple[str, Items, Items], DeployedStage] = {}

    def stage(
        self, template: str, parameters: Mapping[str, str] | None = None, settings: Mapping[str, object] | None = None
    ) -> DeployedStage:
        """The Stage of ``template``.yaml; the same one for the same parameters and settings."""
        given, wanted = parameters or {}, settings or {}
        key = (template, tuple(sorted(given.items())), tuple(sorted(wanted.items())))
        if key not in self.stages:
            stack = load(self.folder / f"{template}.yaml", parameters=given)
            quotas = changed(Quotas(), wanted, "the test")
            keys = read_keys(self.folder / "access_keys.json", stack.account_id)
            options = Options(port=0, quotas=quotas, verify_sigv4=True, access_keys=keys)
            server = self.servers[key] = LongwireServer(stack, options)
            domains = stack.api.custom_domains
            path = domains[0].local_path if domains else stack.api.path
            url = server.emulator.urls.of(path)["websocket_url"]
            self.stages[key] = DeployedStage(url, stack.region, CREDENTIALS)
        return self.stages[key]

    def close(self) -> None:
        for server in self.servers.values():
            server.close()
