"""What is shipped, away from the checkout: the wheel in an empty environment, the backend as ``sam build`` packs it.

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
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from longwire.core.api import Function
from longwire.template.load import load
from longwire.template.parameter_overrides import parse

WHEEL, BIN, TEMPLATE = (Path(os.environ[name]) for name in ("LONGWIRE_WHEEL", "LONGWIRE_BIN", "LONGWIRE_BUILT"))
OVERRIDES = os.environ["LONGWIRE_OVERRIDES"].split()
CHECKOUT = Path(__file__).parents[1]
# The Python runtimes of Lambda have these installed, and nothing else beyond the standard library.
IN_LAMBDA = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")


def printed(*command: str | Path, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# -- the wheel


def test_the_wheel_holds_both_packages_with_their_types_and_the_inspectors_page() -> None:
    names = set(zipfile.ZipFile(WHEEL).namelist())

    assert {"longwire/py.typed", "longwire_infra/py.typed", "longwire_infra/usage.py"} <= names
    page = CHECKOUT / "emulator" / "longwire" / "inspector" / "page"
    assert {f"longwire/inspector/page/{file.name}" for file in page.iterdir() if file.is_file()} <= names


def test_the_wheel_holds_nothing_but_the_packages() -> None:
    names = zipfile.ZipFile(WHEEL).namelist()

    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"longwire", "longwire_infra"}


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


@pytest.mark.parametrize("name", ["Authorizer", "Connect", "Disconnect", "Message", "Worker"])
def test_a_handler_finds_all_it_imports_in_its_package_or_in_lambda(
    functions: Mapping[str, Function], lambda_runtime: Path, name: str
) -> None:
    function = functions[f"{name}Function"]
    module, _, attribute = function.handler.rpartition(".")
    code = f"import sys; sys.path += {[function.code, str(lambda_runtime)]}; from {module} import {attribute}"
    variables = {**function.environment, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}

    assert printed(sys.executable, "-I", "-S", "-c", code, folder=lambda_runtime, environment=variables) == ""


def test_every_function_of_the_template_was_tried(functions: Mapping[str, Function]) -> None:
    assert sorted(functions) == [
        f"{name}Function" for name in ("Authorizer", "Connect", "Disconnect", "Message", "Worker")
    ]


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The line with which the installed emulator says that the built template runs."""
    command = [str(BIN / "longwire"), "dev", "--json", "--port", "0", "-t", str(TEMPLATE)]
    command += ["--parameter-overrides", *OVERRIDES]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as emulator:
        assert emulator.stdout is not None
        yield json.loads(emulator.stdout.readline())
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


def test_the_built_backend_greets_a_client_and_answers_it(
    ready: dict[str, str], functions: Mapping[str, Function]
) -> None:
    token = issue_token(ready["endpoint_url"], functions)
    url = f"{ready['websocket_url']}?access_token={token}"

    with connect(url, subprotocols=[Subprotocol("json.webpubsub.azure.v1")], open_timeout=20) as client:
        assert client.subprotocol == "json.webpubsub.azure.v1"
        greeting = receive(client)
        client.send(json.dumps({"type": "ping"}))
        pong = receive(client)
        client.send(json.dumps({"type": "joinGroup", "group": "room", "ackId": 1}))
        joined = receive(client)

    assert (greeting["type"], greeting["event"], greeting["userId"]) == ("system", "connected", "alice")
    assert pong == {"type": "pong"}
    assert joined == {"type": "ack", "ackId": 1, "success": True}
