"""The pytest plugin. Fixtures, all without an import:

``longwire``            one test's view: connect clients, look at the timeline; cleared after the test
``longwire_async``      the same for async tests
``longwire_server``     the emulator behind both, started once a session on a free port

Override these in a conftest.py: ``longwire_template`` (Path), ``longwire_parameters`` (name -> value),
``longwire_env`` (function -> name -> value), ``longwire_settings`` (quota or default -> value), ``longwire_functions``
(function -> command or URL), ``longwire_layers`` (ARN -> path).
"""

from collections.abc import Generator, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from longwire.core.api import Stack
    from longwire.harness import Longwire, LongwireServer
    from longwire.harness_async import AsyncLongwire
    from longwire.recording.recorder import Recorder

SESSION_COST = pytest.StashKey[Decimal]()
RECORDER: "pytest.StashKey[Recorder | None]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("longwire", "a local API Gateway for WebSocket APIs")
    group.addoption(
        "--longwire-template", metavar="PATH", help="SAM template; default: template.yaml in the root folder"
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
    group.addoption("--longwire-record", metavar="DIR", help="keep a recording of each test, for longwire replay")
    group.addoption(
        "--longwire-endpoint",
        action="append",
        default=[],
        metavar="SERVICE=URL",
        help="send a service's calls elsewhere, such as dynamodb=http://127.0.0.1:8000",
    )


@pytest.fixture(scope="session")
def longwire_template(pytestconfig: pytest.Config) -> Path:
    """The template to run."""
    from longwire.errors import UsageError
    from longwire.project import chosen

    given = pytestconfig.getoption("--longwire-template")
    try:
        return chosen(pytestconfig.invocation_params.dir / str(given) if given else None, pytestconfig.rootpath).file
    except UsageError as exc:
        pytest.fail(str(exc), pytrace=False)


@pytest.fixture(scope="session")
def longwire_parameters() -> Mapping[str, str]:
    """Template parameters that differ from their defaults."""
    return {}


@pytest.fixture(scope="session")
def longwire_env() -> Mapping[str, Mapping[str, str]]:
    """Environment variables by function's logical id, as in SAM's --env-vars file."""
    return {}


@pytest.fixture(scope="session")
def longwire_settings() -> Mapping[str, object]:
    """Quotas and defaults that differ from AWS's and the project's; `longwire settings` lists the names."""
    return {}


@pytest.fixture(scope="session")
def longwire_functions() -> Mapping[str, str]:
    """Programs or containers that run functions, as `longwire dev --function`: name or logical id -> command or URL."""
    return {}


@pytest.fixture(scope="session")
def longwire_layers() -> Mapping[str, str | Path]:
    """The content of layers that are not in the template, as `longwire dev --layer`: ARN -> folder or zip file."""
    return {}


@pytest.fixture(scope="session")
def longwire_stack(
    pytestconfig: pytest.Config,
    longwire_template: Path,
    longwire_parameters: Mapping[str, str],
    longwire_env: Mapping[str, Mapping[str, str]],
    longwire_functions: Mapping[str, str],
    longwire_layers: Mapping[str, str | Path],
) -> "Stack":
    """What the template says, with all that is overridden."""
    from longwire.errors import LongwireError
    from longwire.harness import with_variables
    from longwire.template.layers import given_layers
    from longwire.template.load import load
    from longwire.template.programs import programs

    try:
        stack = load(
            longwire_template,
            parameters=longwire_parameters,
            allow_unsupported=bool(pytestconfig.getoption("--longwire-allow-unsupported")),
            programs=programs(f"{name}={program}" for name, program in longwire_functions.items()),
            layers=given_layers(f"{arn}={path}" for arn, path in longwire_layers.items()),
            allow_hosts=pytestconfig.getoption("--longwire-allow-host"),
        )
        return with_variables(stack, longwire_env)
    except LongwireError as exc:
        pytest.fail(str(exc), pytrace=False)


@pytest.fixture(scope="session")
def longwire_server(
    pytestconfig: pytest.Config, longwire_stack: "Stack", longwire_settings: Mapping[str, object]
) -> "Iterator[LongwireServer]":
    """The emulator, for the whole session."""
    from longwire.core.settings import changed
    from longwire.emulator import Options
    from longwire.errors import LongwireError
    from longwire.harness import LongwireServer
    from longwire.services.service_endpoints import service_endpoints
    from longwire.settings_file import project_settings

    try:
        quotas = changed(project_settings(pytestconfig.rootpath), longwire_settings, "longwire_settings")
        signed = bool(pytestconfig.getoption("--longwire-verify-sigv4"))
        endpoints = service_endpoints(pytestconfig.getoption("--longwire-endpoint"))
        hosts = tuple(pytestconfig.getoption("--longwire-allow-host"))
        options = Options(port=0, quotas=quotas, verify_sigv4=signed, endpoints=endpoints, allow_hosts=hosts)
        server = LongwireServer(longwire_stack, options)
    except LongwireError as exc:
        pytest.fail(str(exc), pytrace=False)
    given = pytestconfig.getoption("--longwire-record")
    recorder = recorder_of(server, pytestconfig.invocation_params.dir / given) if given else None
    pytestconfig.stash[RECORDER] = recorder
    yield server
    if pytestconfig.getoption("--longwire-max-cost") is not None:
        pytestconfig.stash[SESSION_COST] = server.cost().total
    server.close()
    if recorder is not None:
        recorder.close()


def pytest_configure(config: pytest.Config) -> None:
    """A budget that is no amount is found before a test runs."""
    if config.getoption("--longwire-max-cost") is not None:
        budget(config)


def budget(config: pytest.Config) -> Decimal:
    text = str(config.getoption("--longwire-max-cost"))
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        raise pytest.UsageError(f"--longwire-max-cost {text}: give an amount in USD, such as 0.05")
    return found


def over_budget(config: pytest.Config) -> str | None:
    spent = config.stash.get(SESSION_COST, None)
    if spent is None or spent <= budget(config):
        return None
    return f"longwire: the session would cost ${spent:f} on AWS, more than --longwire-max-cost {budget(config):f}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    if over_budget(session.config) is not None and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    text = over_budget(config)
    if text is not None:
        terminalreporter.write_line(text, red=True)


def recorder_of(server: "LongwireServer", folder: Path) -> "Recorder":
    from longwire.errors import UsageError
    from longwire.recording.recorder import Recorder, check_folder

    try:
        check_folder(folder)
    except UsageError as exc:
        server.close()
        pytest.fail(str(exc), pytrace=False)
    return server.run(lambda: Recorder.of(server.emulator, folder))


@pytest.fixture
def longwire(longwire_server: "LongwireServer", request: pytest.FixtureRequest) -> "Iterator[Longwire]":
    """Connections, tables and the timeline of one test."""
    from longwire.harness import Longwire

    recorder = request.config.stash[RECORDER]
    if recorder is not None:
        recorder.begin(request.node.name)
    made = Longwire(longwire_server)
    yield made
    made.close()


@pytest.fixture
def longwire_async(longwire: "Longwire") -> "AsyncLongwire":
    """The same, for tests that are coroutines."""
    from longwire.harness_async import AsyncLongwire

    return AsyncLongwire(longwire)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows what its connections and functions did."""
    report = yield
    made = getattr(item, "funcargs", {}).get("longwire")
    if report.failed and report.when == "call" and made is not None:
        from click import unstyle

        from longwire.screen import line

        lines = [line(entry) for entry in made.timeline]
        text = "\n".join(text for text in lines if text is not None)
        report.sections.append(("longwire timeline", unstyle(text)))
    return report
