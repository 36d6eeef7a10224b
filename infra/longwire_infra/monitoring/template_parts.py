"""Which functions and queues a template has, read without understanding it."""

from pathlib import Path
from typing import Any

import yaml

from longwire_infra.errors import MonitoringError
from longwire_infra.monitoring.cloudwatch import BEGIN, END
from longwire_infra.monitoring.signals import Parts

__all__ = ["parts_of", "with_section"]

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")


class Loader(yaml.SafeLoader):
    """Short forms of intrinsic functions are what they stand before."""


def untagged(loader: Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", untagged)


def parts_of(file: Path) -> Parts:
    """Raises MonitoringError for what is no template of the backend."""
    try:
        resources = yaml.load(file.read_text(encoding="utf-8"), Loader)["Resources"].items()  # noqa: S506 - a SafeLoader
        types = {name: resource["Type"] for name, resource in resources}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as exc:
        raise MonitoringError(f"{file} cannot be read: {exc}") from exc
    except (AttributeError, KeyError, TypeError) as exc:
        raise MonitoringError(f"{file} is no template with Resources") from exc
    queues = [name for name, kind in types.items() if kind == "AWS::SQS::Queue"]
    functions = [name for name, kind in types.items() if kind in FUNCTIONS]
    if "Api" not in types or not functions:
        raise MonitoringError(f"{file} is not the backend's template: it has no Api or no function")
    dead = [name for name in queues if name.endswith("DeadLetters")]
    return Parts(functions, [name for name in queues if name not in dead], dead)


def with_section(file: Path, made: str) -> str:
    """The template's text with another made part. Raises MonitoringError where it has none."""
    text = file.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END + "\n")
    if not begin or not end:
        raise MonitoringError(
            f"{file} has no lines that begin and end what is made: {BEGIN.strip()!r}, {END.strip()!r}"
        )
    return before + made + after
