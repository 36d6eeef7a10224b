"""What the command line says, and where it is silent [tool.longwire] of the project's pyproject.toml."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from longwire.project_options import ProjectOptions

__all__ = [
    "MARKER",
    "add_options",
    "allowed_hosts",
    "amount",
    "budget",
    "endpoints",
    "given_template",
    "is_strict",
    "says",
]

PROJECT: "pytest.StashKey[ProjectOptions]" = pytest.StashKey()
MARKER = (
    "longwire(template=None, stage=None, parameters=None): run the longwire fixtures of a test on another template (a "
    "path from the test's file or the root folder), on the Stage with that StageName, with those template parameters"
)


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("longwire", "a local API Gateway for WebSocket APIs; [tool.longwire] has the same")
    group.addoption(
        "--longwire-template", metavar="PATH", help="SAM template; default: template.yaml in the root folder"
    )
    group.addoption(
        "--longwire-strict",
        action="store_true",
        help="fail a test in which a function fails while there is no fault, a fault never strikes, or a connection is "
        "left open",
    )
    group.addoption(
        "--longwire-allow-unsupported", action="store_true", help="warn of resource types that are not emulated"
    )
    group.addoption(
        "--longwire-verify-sigv4", action="store_true", help="refuse @connections requests that are not signed"
    )
    group.addoption(
        "--longwire-allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="a host beside this machine that functions and HTTP integrations may call; may be repeated",
    )
    group.addoption("--longwire-max-cost", metavar="USD", help="fail a session that would cost more than this on AWS")
    group.addoption("--longwire-record", metavar="DIR", help="keep what goes over each test's connections in DIR")
    group.addoption(
        "--longwire-endpoint",
        action="append",
        default=[],
        metavar="SERVICE=URL",
        help="send a service's calls elsewhere, such as dynamodb=http://127.0.0.1:8000",
    )


def project(config: pytest.Config) -> "ProjectOptions":
    """Read when it is first needed: most sessions of most projects have no test of ours. Raises pytest.UsageError."""
    found = config.stash.get(PROJECT, None)
    if found is None:
        from longwire.errors import UsageError
        from longwire.project_options import project_options

        try:
            found = project_options(config.rootpath)
        except UsageError as exc:
            raise pytest.UsageError(str(exc)) from exc
        config.stash[PROJECT] = found
    return found


def option(config: pytest.Config, name: str) -> Any:
    return config.getoption(f"--longwire-{name}")


def given_template(config: pytest.Config) -> Path | None:
    given = option(config, "template")
    return config.invocation_params.dir / str(given) if given else project(config).template


def is_strict(config: pytest.Config) -> bool:
    return bool(option(config, "strict")) or project(config).strict


def says(config: pytest.Config, name: str) -> bool:
    """``allow-unsupported`` or ``verify-sigv4``."""
    return bool(option(config, name) or getattr(project(config), name.replace("-", "_")))


def allowed_hosts(config: pytest.Config) -> tuple[str, ...]:
    return (*project(config).allow_hosts, *option(config, "allow-host"))


def endpoints(config: pytest.Config) -> tuple[str, ...]:
    return (*project(config).endpoints, *option(config, "endpoint"))


def budget(config: pytest.Config) -> Decimal | None:
    """USD; None where there is none. Raises pytest.UsageError."""
    given = option(config, "max-cost") or project(config).max_cost
    return None if given is None else amount(str(given))


def amount(given: str) -> Decimal:
    """Raises pytest.UsageError."""
    try:
        found = Decimal(given)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise pytest.UsageError(f"--longwire-max-cost {given}: give an amount in USD, such as 0.05")
    return found
