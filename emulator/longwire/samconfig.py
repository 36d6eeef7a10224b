"""SAM's own settings of a project, samconfig.toml: what `sam deploy` is told, so that nobody has to say it twice."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longwire.errors import UsageError
from longwire.template.parameter_overrides import parse
from longwire.template.places import did_you_mean

__all__ = ["DEFAULT_ENV", "SamConfig", "sam_config"]

NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
DEFAULT_ENV = "default"
# Commands whose parameters are looked at, the later ones before the earlier; ``global`` is for all of them.
COMMANDS = ("global", "build", "validate", "deploy")


@dataclass(frozen=True, slots=True)
class SamConfig:
    """What is not set is empty. ``template`` is absolute; ``packaged`` is the one that only `sam deploy` would take."""

    file: Path | None = None
    template: Path | None = None
    packaged: Path | None = None
    stack_name: str = ""
    region: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def sam_config(folder: Path, env: str | None = None, file: Path | None = None) -> SamConfig:
    """Of a folder, where there is one; ``env`` and ``file`` are what the user asked for. Raises UsageError."""
    path = file or next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if path is None:
        if env is not None:
            raise UsageError(f"--config-env {env}: there is no {NAMES[0]} in {folder}")
        return SamConfig()
    environments = read(path)
    name = env or DEFAULT_ENV
    if name not in environments:
        if env is not None:
            known = [key for key in environments if key != "version"]
            hint = did_you_mean(name, known) or f"It has: {', '.join(known) or 'none'}"
            raise UsageError(f"--config-env {name}: {path} has no such environment. {hint}")
        return SamConfig(path)
    return settings(path, name, environments[name])


def read(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = tomllib.loads(text) if path.suffix == ".toml" else from_yaml(text)
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}") from exc
    except (ValueError, RecursionError) as exc:  # both libraries' errors, and what is no UTF-8
        raise UsageError(f"{path}: {exc}") from exc
    if not isinstance(found, dict):
        raise UsageError(f"{path}: takes a table for each environment: [default.deploy.parameters]")
    return found


def from_yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise ValueError(" ".join(str(exc).split())) from exc


def settings(path: Path, env: str, commands: Any) -> SamConfig:
    found: dict[str, dict[str, Any]] = {name: parameters(path, env, name, commands) for name in COMMANDS}
    merged = {key: value for name in COMMANDS for key, value in found[name].items()}
    own = template(path, (found["global"], found["build"], found["validate"]))
    return SamConfig(
        path,
        own,
        template(path, (found["deploy"],)) if own is None else None,
        text(path, merged, "stack_name"),
        text(path, merged, "region"),
        overrides(path, merged.get("parameter_overrides", ())),
    )


def parameters(path: Path, env: str, command: str, commands: Any) -> dict[str, Any]:
    section = commands.get(command, {}) if isinstance(commands, dict) else None
    found = section.get("parameters", {}) if isinstance(section, dict) else None
    if not isinstance(found, dict):
        raise UsageError(f"{path}: [{env}.{command}.parameters] takes a table")
    return {key.replace("-", "_"): value for key, value in found.items()}


def template(path: Path, sections: Iterable[Mapping[str, Any]]) -> Path | None:
    for section in sections:
        for key in ("template_file", "template"):
            if key in section:
                return (path.parent / text(path, section, key)).absolute()
    return None


def text(path: Path, section: Mapping[str, Any], key: str) -> str:
    found = section.get(key, "")
    if not isinstance(found, str):
        raise UsageError(f"{path}: {key} takes text, not {found!r}")
    return found


def overrides(path: Path, value: Any) -> dict[str, str]:
    """A text as on the command line, a list of such, or a table."""
    if isinstance(value, dict):
        return {str(name): as_text(item) for name, item in value.items()}
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        raise UsageError(f'{path}: parameter_overrides takes "NAME=VALUE ...", a list of such, or a table')
    try:
        return parse(items)
    except UsageError as exc:
        raise UsageError(f"{path}: {exc}") from exc


def as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
