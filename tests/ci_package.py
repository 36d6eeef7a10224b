"""What is shipped, away from the checkout: the wheel in an empty environment, the backend as ``sam build`` packs it.

And what README.md tells a stranger to type first.

``.ci/run`` builds both, says in the environment where they are, and runs this file by name; ``./dev test`` does not
collect it, because the build needs the SAM command line.

LONGWIRE_WHEEL     the wheel
LONGWIRE_BIN       the programs of an environment that holds nothing but the wheel and what it requires
LONGWIRE_BUILT     the template that ``sam build`` wrote
LONGWIRE_OVERRIDES the parameters that it was built with, as SAM writes them
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from longwire.core.api import Function
from longwire.template.load import load
from longwire.template.parameter_overrides import parse
from longwire.template.source import read

WHEEL, BIN, TEMPLATE = (Path(os.environ[name]) for name in ("LONGWIRE_WHEEL", "LONGWIRE_BIN", "LONGWIRE_BUILT"))
OVERRIDES = os.environ["LONGWIRE_OVERRIDES"].split()
CHECKOUT = Path(__file__).parents[1]
NAMES = ("Admin", "Authorizer", "Broadcast", "Connect", "Disconnect", "Fallback", "Message", "Publish", "Worker")
# The Python runtimes of Lambda have these installed, and nothing else beyond the standard library.
IN_LAMBDA = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
MAX_IMPORT = 0.15
"""Seconds that a cold start may spend on a handler's imports, without boto3's."""
MAX_PACKAGE = 15_000_000
"""Bytes of the unpacked package: it is loaded with each cold start."""
# Lambda's Pythons before 3.12 run on Amazon Linux 2, which takes manylinux2014 and older.
NEWER_LINUX = ("manylinux_2_28", "manylinux_2_34")


def printed(*command: str | Path, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# -- the wheel


def test_the_wheel_holds_the_packages_with_their_types_and_the_inspectors_page() -> None:
    names = set(zipfile.ZipFile(WHEEL).namelist())

    assert {
        "longwire/py.typed",
        "longwire_client/py.typed",
        "longwire_infra/py.typed",
        "longwire_infra/usage.py",
    } <= names
    page = CHECKOUT / "emulator" / "longwire" / "inspector" / "page"
    assert {f"longwire/inspector/page/{file.name}" for file in page.iterdir() if file.is_file()} <= names


def test_the_wheel_holds_nothing_but_the_packages() -> None:
    names = zipfile.ZipFile(WHEEL).namelist()

    packages = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert packages == {"longwire", "longwire_client", "longwire_infra"}


@pytest.mark.parametrize("options", [["--version"], ["--help"], ["dev", "--help"]], ids=" ".join)
def test_an_installed_longwire_answers(tmp_path: Path, options: list[str]) -> None:
    assert "longwire" in printed(BIN / "longwire", *options, folder=tmp_path)


def test_the_installed_packages_are_not_the_checkouts(tmp_path: Path) -> None:
    places = printed(BIN / "python", "-c", "import longwire as a, longwire_infra as b; print(a, b)", folder=tmp_path)

    assert str(CHECKOUT) not in places


# -- the backend's package


@pytest.fixture(scope="session")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Function]:
    return load(TEMPLATE, parameters=parse(OVERRIDES), region="us-east-1", cache=tmp_path_factory.mktemp("c")).functions


@pytest.fixture(scope="session")
def lambda_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what Lambda has installed."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in IN_LAMBDA:
        spec = find_spec(name)
        assert spec is not None
        source = Path((spec.submodule_search_locations or [str(spec.origin)])[0])
        (folder / source.name).symlink_to(source)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_handler_finds_all_it_imports_in_its_package_or_in_lambda(
    functions: Mapping[str, Function], lambda_runtime: Path, name: str
) -> None:
    function = functions[f"{name}Function"]
    module, _, attribute = function.handler.rpartition(".")
    code = f"import sys; sys.path += {[function.code, str(lambda_runtime)]}; from {module} import {attribute}"
    variables = {**function.environment, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}

    assert printed(sys.executable, "-I", "-S", "-c", code, folder=lambda_runtime, environment=variables) == ""


def test_every_function_of_the_template_was_tried(functions: Mapping[str, Function]) -> None:
    assert sorted(functions) == [f"{name}Function" for name in NAMES]


def test_the_package_is_small_and_holds_nothing_of_lambdas_own(functions: Mapping[str, Function]) -> None:
    files = [file for file in Path(functions["MessageFunction"].code).rglob("*") if file.is_file()]

    assert sum(file.stat().st_size for file in files) < MAX_PACKAGE
    packages = {file.relative_to(functions["MessageFunction"].code).parts[0] for file in files}
    assert packages.isdisjoint({"boto3", "botocore", "cryptography"})


@pytest.mark.parametrize("name", NAMES)
def test_a_handler_is_imported_in_a_moment(functions: Mapping[str, Function], lambda_runtime: Path, name: str) -> None:
    """Processor time and the best of several, so that a busy machine does not matter. boto3 is not ours to speed up."""
    function = functions[f"{name}Function"]
    module = function.handler.rpartition(".")[0]
    took = f"import boto3, time; began = time.process_time(); import {module}; print(time.process_time() - began)"
    code = f"import sys; sys.path += {[function.code, str(lambda_runtime)]}; {took}"
    variables = {**function.environment, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}

    tries = [
        printed(sys.executable, "-I", "-S", "-c", code, folder=lambda_runtime, environment=variables) for _ in range(7)
    ]
    assert min(float(seconds) for seconds in tries) < MAX_IMPORT


def allowed(parameter: str) -> list[str]:
    values: list[str] = read(CHECKOUT / "template.yaml").data["Parameters"][parameter]["AllowedValues"]
    return values


@pytest.mark.parametrize("architecture", allowed("Architecture"))
@pytest.mark.parametrize("runtime", allowed("PythonRuntime"))
def test_every_runtime_that_the_template_allows_has_wheels_for_its_requirements(
    tmp_path: Path, runtime: str, architecture: str
) -> None:
    version = runtime.removeprefix("python")
    processor = {"arm64": "aarch64"}.get(architecture, architecture)
    systems = ("manylinux2014", *(NEWER_LINUX if int(version.split(".")[1]) >= 12 else ()))
    command = [str(BIN / "pip"), "install", "-qq", "--dry-run", "--target", "here", "--only-binary", ":all:"]
    command += ["--python-version", version, "--implementation", "cp"]
    command += [f"--platform={system}_{processor}" for system in systems]
    command += ["-r", str(CHECKOUT / "functions" / "requirements.txt")]

    assert printed(*command, folder=tmp_path) == ""


@contextmanager
def running(*command: str, folder: Path) -> Iterator[dict[str, str]]:
    """The line with which an emulator says that it runs; afterwards it has to stop when it is told to."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        try:
            yield json.loads(emulator.stdout.readline())
        finally:
            emulator.terminate()
            emulator.stdout.read()
    assert emulator.returncode == 0


def issue_token(endpoint: str, functions: Mapping[str, Function]) -> str:
    """By the program in the package, as its own documentation says."""
    authorizer = functions["AuthorizerFunction"]
    options = ["--user", "alice", "--endpoint-url", endpoint]
    command = [str(BIN / "python"), "-m", "longwire_app.issue_token", *options]
    variables = {**os.environ, **authorizer.environment, "PYTHONPATH": authorizer.code}
    return printed(*command, folder=TEMPLATE.parent, environment=variables).strip()


def receive(client: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(client.recv(timeout=20))
    return frame


def answers(websocket_url: str, token: str) -> list[dict[str, Any]]:
    """What a client gets that connects, pings and joins a group."""
    url, protocol = f"{websocket_url}?access_token={token}", Subprotocol("json.webpubsub.azure.v1")
    with connect(url, subprotocols=[protocol], open_timeout=20) as client:
        assert client.subprotocol == protocol
        got = [receive(client)]
        for message in ({"type": "ping"}, {"type": "joinGroup", "group": "room", "ackId": 1}):
            client.send(json.dumps(message))
            got.append(receive(client))
    return got


def test_the_built_backend_greets_a_client_and_answers_it(tmp_path: Path, functions: Mapping[str, Function]) -> None:
    command = [str(BIN / "longwire"), "dev", "--json", "--port", "0", "-t", str(TEMPLATE)]

    with running(*command, "--parameter-overrides", *OVERRIDES, folder=tmp_path) as ready:
        greeting, pong, joined = answers(ready["websocket_url"], issue_token(ready["endpoint_url"], functions))

    assert (greeting["type"], greeting["event"], greeting["userId"]) == ("system", "connected", "alice")
    assert pong == {"type": "pong"}
    assert joined == {"type": "ack", "ackId": 1, "success": True}


# -- the checkout, as README.md shows it


def test_dev_token_prints_a_token_for_the_emulator_that_dev_run_started() -> None:
    dev = str(CHECKOUT / "dev")

    with running(dev, "run", "--json", "--port", "0", folder=CHECKOUT) as ready:
        token = printed(dev, "token", "--user", "alice", "--endpoint-url", ready["endpoint_url"], folder=CHECKOUT)
        greeting, *_ = answers(ready["websocket_url"], token.strip())

    assert (greeting["event"], greeting["userId"]) == ("connected", "alice")


def test_dev_token_says_so_when_no_emulator_runs() -> None:
    command = [str(CHECKOUT / "dev"), "token", "--user", "alice", "--endpoint-url", "http://127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nothing answers at http://127.0.0.1:1")
