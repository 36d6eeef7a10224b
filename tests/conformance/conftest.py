"""The endpoint under test: the emulator, or with LONGWIRE_CONFORMANCE_URL a Stage that is deployed on AWS.

Each template of this folder is a fixture. Its emulator is started once a session on a free port; its deployed Stage
is the one of LONGWIRE_CONFORMANCE_URL (template.yaml) or LONGWIRE_CONFORMANCE_URL_NAME (NAME.yaml).
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deployed_stage import DeployedStage
from emulated_stages import Emulated, EmulatedStages

FOLDER = Path(__file__).parent
FIXTURES = {"api": "template", "guarded": "authorizer", "selecting": "selection"}
FIXTURES |= {"throttled": "throttled", "keyed": "keys", "signed": "iam", "custom": "domain"}
FIXTURES |= {"mapped": "integrations"}
VARIABLE = "LONGWIRE_CONFORMANCE_URL"
REGION = re.compile(r"\.execute-api\.([a-z0-9-]+)\.")
UNTESTED = pytest.StashKey[list[tuple[str, str]]]()


def variable_of(template: str) -> str:
    return VARIABLE if template == "template" else f"{VARIABLE}_{template.upper()}"


def deployed(template: str) -> DeployedStage | None:
    """The Stage on AWS whose URL the environment has."""
    url = os.environ.get(variable_of(template))
    if not url:
        return None
    region = REGION.search(url)
    name = region[1] if region else os.environ.get("AWS_REGION")  # a custom domain does not say it
    if name is None:
        told = "write wss://ID.execute-api.REGION.amazonaws.com/STAGE, or set AWS_REGION too"
        raise pytest.UsageError(f"{variable_of(template)}={url}: {told}")
    return DeployedStage(url.rstrip("/"), name, {})


def on_aws() -> bool:
    return bool(os.environ.get(VARIABLE))


# --- what runs


def why_not(item: pytest.Item) -> str | None:
    """Why a test cannot run against a deployed Stage; None when it can."""
    marker = item.get_closest_marker("emulator_only")
    if marker is not None:
        return str(marker.kwargs["reason"])
    needed = [FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in FIXTURES]
    return next((f"{variable_of(name)} is not set" for name in needed if deployed(name) is None), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if FOLDER in item.path.parents]
    for item in ours:
        if "emulated" in getattr(item, "fixturenames", ()) and item.get_closest_marker("emulator_only") is None:
            raise pytest.UsageError(f"{item.nodeid} uses `emulated`, so it needs the marker emulator_only(reason=...)")
    if not on_aws():
        return
    check_credentials()
    reasons = {item: reason for item in ours if (reason := why_not(item)) is not None}
    config.stash[UNTESTED] = [(item.nodeid, reason) for item, reason in reasons.items()]
    config.hook.pytest_deselected(items=list(reasons))
    items[:] = [item for item in items if item not in reasons]


def check_credentials() -> None:
    import boto3

    if boto3.Session().get_credentials() is None:
        raise pytest.UsageError(f"{VARIABLE} needs AWS credentials with execute-api:ManageConnections and Invoke")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was not run against the deployed Stage: nothing passes silently."""
    for nodeid, reason in config.stash.get(UNTESTED, []):
        terminalreporter.write_line(f"NOT RUN {nodeid}: {reason}")


# --- endpoints


@pytest.fixture(scope="session")
def stages() -> Iterator[EmulatedStages]:
    made = EmulatedStages(FOLDER)
    yield made
    made.close()


def stage(stages: EmulatedStages, template: str) -> Iterator[DeployedStage]:
    found = deployed(template) if on_aws() else stages.stage(template)
    assert found is not None
    yield found
    found.close()


@pytest.fixture
def api(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """template.yaml: every route, no authorizer."""
    yield from stage(stages, "template")


@pytest.fixture
def guarded(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """authorizer.yaml: a REQUEST authorizer, no $default."""
    yield from stage(stages, "authorizer")


@pytest.fixture
def selecting(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """selection.yaml: routes that answer with their own key, no $connect."""
    yield from stage(stages, "selection")


@pytest.fixture
def throttled(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """throttled.yaml: a burst of one, and one request in 50 seconds, for some routes."""
    yield from stage(stages, "throttled")


@pytest.fixture
def keyed(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """keys.yaml: an API key from the header x-api-key."""
    yield from stage(stages, "keys")


@pytest.fixture
def signed(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """iam.yaml: AWS_IAM on $connect."""
    yield from stage(stages, "iam")


@pytest.fixture
def custom(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """domain.yaml: behind a custom domain, with a mapping key."""
    yield from stage(stages, "domain")


@pytest.fixture
def mapped(stages: EmulatedStages) -> Iterator[DeployedStage]:
    """integrations.yaml: mapping templates, a function without proxy, MOCK."""
    yield from stage(stages, "integrations")


@pytest.fixture
def emulated(stages: EmulatedStages) -> Iterator[Emulated]:
    """The emulator with settings or template parameters of the test's own."""
    used = []

    def start(template: str, *, parameters: Mapping[str, str] | None = None, **settings: object) -> DeployedStage:
        used.append(stages.stage(template, parameters or {}, settings))
        return used[-1]

    yield start
    for found in used:
        found.close()
