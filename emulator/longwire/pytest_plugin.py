"""The pytest plugin. Fixtures, all without an import:

``longwire``            one test's view: connect clients, look at the timeline; cleared after the test
``longwire_async``      the same for async tests
``longwire_server``     the emulator behind both, started once a session on a free port
``longwire_servers``    all emulators of the session: a test with ``@pytest.mark.longwire(template=...)`` has another

Override these in a conftest.py: ``longwire_template`` (Path), ``longwire_parameters`` (name -> value),
``longwire_env`` (function -> name -> value), ``longwire_settings`` (quota or default -> value), ``longwire_functions``
(function -> command or URL), ``longwire_layers`` (ARN -> path).
"""

import warnings
from collections.abc import Generator, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from longwire import pytest_options
from longwire.errors import LongwireError, UsageError
from longwire.pytest_report import ConnectionLeftOpen, problems, sections

if TYPE_CHECKING:
    from longwire.core.api import Stack
    from longwire.emulator_thread import LongwireServer
    from longwire.harness import Longwire
    from longwire.harness_async import AsyncLongwire
    from longwire.pytest_servers import Marked, Servers

SESSION_COST = pytest.StashKey[Decimal]()
VIEW: "pytest.StashKey[Longwire]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    pytest_options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """A budget that is no amount is found before a test runs."""
    config.addinivalue_line("markers", pytest_options.MARKER)
    if config.getoption("--longwire-max-cost") is not None:
        pytest_options.amount(config.getoption("--longwire-max-cost"))


@pytest.fixture(scope="session")
def longwire_template(pytestconfig: pytest.Config) -> Path:
    """The template to run."""
    from longwire.project import chosen

    try:
        return chosen(pytest_options.given_template(pytestconfig), pytestconfig.rootpath).file
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
    from longwire.emulator_thread import with_variables

    try:
        stack = loaded(pytestconfig, longwire_template, longwire_parameters, longwire_functions, longwire_layers)
        return with_variables(stack, longwire_env)
    except LongwireError as exc:
        pytest.fail(str(exc), pytrace=False)


def loaded(
    config: pytest.Config,
    template: Path,
    parameters: Mapping[str, str],
    functions: Mapping[str, str],
    layers: Mapping[str, str | Path],
) -> "Stack":
    from longwire.template.layers import given_layers
    from longwire.template.load import load
    from longwire.template.programs import programs

    return load(
        template,
        parameters=parameters,
        allow_unsupported=pytest_options.says(config, "allow-unsupported"),
        programs=programs(f"{name}={program}" for name, program in functions.items()),
        layers=given_layers(f"{arn}={path}" for arn, path in layers.items()),
        allow_hosts=pytest_options.allowed_hosts(config),
    )


@pytest.fixture(scope="session")
def longwire_servers(pytestconfig: pytest.Config, longwire_settings: Mapping[str, object]) -> "Iterator[Servers]":
    """The session's emulators: that of ``longwire_server``, and those of tests with a marker."""
    from longwire.pytest_servers import Servers

    servers = Servers(pytestconfig, longwire_settings)
    yield servers
    pytestconfig.stash[SESSION_COST] = servers.close() or Decimal(0)


@pytest.fixture(scope="session")
def longwire_server(longwire_stack: "Stack", longwire_servers: "Servers") -> "LongwireServer":
    """The emulator, for the whole session."""
    try:
        return longwire_servers.start(longwire_stack)
    except LongwireError as exc:
        pytest.fail(str(exc), pytrace=False)


# --- the budget, which under xdist is that of all workers together


def over_budget(config: pytest.Config) -> str | None:
    spent = config.stash.get(SESSION_COST, None)
    most = None if spent is None or hasattr(config, "workerinput") else pytest_options.budget(config)
    if spent is None or most is None or spent <= most:
        return None
    return f"longwire: the session would cost ${spent:f} on AWS, more than --longwire-max-cost {most:f}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["longwire_cost"] = str(session.config.stash.get(SESSION_COST, Decimal(0)))
    if over_budget(session.config) is not None and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist's has ended."""
    spent = Decimal(getattr(node, "workeroutput", {}).get("longwire_cost", 0))
    node.config.stash[SESSION_COST] = node.config.stash.get(SESSION_COST, Decimal(0)) + spent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    text = over_budget(config)
    if text is not None:
        terminalreporter.write_line(text, red=True)


# --- one test


@pytest.fixture
def longwire(longwire_servers: "Servers", request: pytest.FixtureRequest) -> "Iterator[Longwire]":
    """Connections, tables and the timeline of one test."""
    from longwire.harness import Longwire
    from longwire.pytest_servers import marked

    asked = marked(request.node)
    server = other_server(longwire_servers, asked, request) if asked.is_other else None
    server = server or request.getfixturevalue("longwire_server")
    longwire_servers.begin(server, request.node.name)
    made = request.node.stash[VIEW] = Longwire(server, asked.stage)
    try:
        made.url_of()
    except UsageError as exc:
        pytest.fail(f"@pytest.mark.longwire: {exc}", pytrace=False)
    yield made
    left_open = made.left_open()
    wrong = problems(made, left_open) if pytest_options.is_strict(request.config) else []
    made.close()
    for each in left_open:
        warnings.warn(f"the connection {each} was left open by the test", ConnectionLeftOpen, stacklevel=1)
    if wrong:
        pytest.fail("\n".join(["--longwire-strict:", *wrong]), pytrace=False)


def other_server(servers: "Servers", asked: "Marked", request: pytest.FixtureRequest) -> "LongwireServer":
    def load(template: Path | None, parameters: Mapping[str, str]) -> "Stack":
        functions, layers = ({}, {}) if template else (value("longwire_functions"), value("longwire_layers"))
        return loaded(request.config, template or value("longwire_template"), parameters, functions, layers)

    value = request.getfixturevalue
    try:
        return servers.of(asked, load)
    except LongwireError as exc:
        pytest.fail(f"@pytest.mark.longwire: {exc}", pytrace=False)


@pytest.fixture
def longwire_async(longwire: "Longwire") -> "AsyncLongwire":
    """The same, for tests that are coroutines."""
    from longwire.harness_async import AsyncLongwire

    return AsyncLongwire(longwire)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows what its connections and functions did."""
    report = yield
    made = item.stash.get(VIEW, None)
    if report.failed and made is not None:
        report.sections.extend(sections(made))
    return report
