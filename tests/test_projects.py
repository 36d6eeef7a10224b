"""Projects as they are found, run by the command, each with the conversation that must happen."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from longwire.testing import Client, Refused, Target
from longwire_command import run, running_dev
from node import required_node
from sample_templates import sample

PATIENCE = 20.0  # seconds for an answer; the first one waits for a cold start
LANGUAGES = {"java": "Java", "dotnet": "Dotnet", "ruby": "Ruby", "go": "Go"}

Ready = dict[str, Any]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}


@contextmanager
def project(name: str, tmp_path: Path, env: dict[str, str], *options: str) -> Iterator[Ready]:
    """The ready line of ``longwire dev`` for a copy of the project."""
    template = sample(name, tmp_path).file
    with running_dev(tmp_path, env, "--template", str(template), "--port", "0", *options) as running:
        yield running.ready


def url_of(ready: Ready, stage: str) -> str:
    (found,) = [api["websocket_url"] for api in ready["apis"] if api["websocket_url"].endswith(f"/{stage}")]
    return str(found)


def refusal(target: Target) -> int:
    with pytest.raises(Refused) as caught:
        Client(target)
    return caught.value.status


def everybody_hears_what_one_says(ready: Ready) -> None:
    url = ready["websocket_url"]
    with Client(Target(url)) as ann, Client(Target(url)) as bob:
        Client(Target(url)).close()
        ann.send_json({"message": "sendmessage", "data": "hello"})
        assert [ann.receive(timeout=PATIENCE), bob.receive(timeout=PATIENCE)] == ["hello", "hello"]
        bob.send_json({"message": "unknown"})
        assert bob.receive_json(timeout=PATIENCE)["message"] == "Forbidden"


def only_the_good_token_gets_in(ready: Ready) -> None:
    header, query = url_of(ready, "header"), url_of(ready, "query")
    assert refusal(Target(header)) == refusal(Target(query)) == 401
    assert refusal(Target(header, headers={"Authorization": "Bearer who"})) == 401
    assert refusal(Target(query, query={"token": "banned"})) == 403
    targets = Target(header, headers={"Authorization": "Bearer good"}), Target(query, query={"token": "good"})
    for target in targets:
        with Client(target) as client:
            client.send("who am I?")
            assert client.receive(timeout=PATIENCE) == "ann free"


def who_connects_is_greeted_by_a_second_function(ready: Ready) -> None:
    with Client(Target(ready["websocket_url"])) as one, Client(Target(ready["websocket_url"])) as two:
        ids = {client.receive_json(timeout=PATIENCE)["you"] for client in (one, two)}
        assert len(ids) == 2


def an_answer_comes_word_by_word(ready: Ready) -> None:
    with Client(Target(ready["websocket_url"])) as client:
        client.send_json({"action": "ask", "words": 200})
        for number in range(200):
            assert client.receive_json(timeout=PATIENCE) == {"word": f"word {number}"}
        assert client.receive_json(timeout=PATIENCE) == {"done": True}


def layers_are_found(ready: Ready) -> None:
    with Client(Target(ready["websocket_url"])) as client:
        client.send_json({"action": "talk"})
        assert client.receive(timeout=PATIENCE) == "hello world on top spoken"


def a_runtime_of_its_own_answers(ready: Ready) -> None:
    with Client(Target(ready["websocket_url"])) as client:
        for text in ("one", "two"):
            client.send(text)
            assert client.receive(timeout=PATIENCE) == text.upper()


CONVERSATIONS: dict[str, Callable[[Ready], None]] = {
    "acknowledged": who_connects_is_greeted_by_a_second_function,
    "authorizers": only_the_good_token_gets_in,
    "bootstrap": a_runtime_of_its_own_answers,
    "chat_python": everybody_hears_what_one_says,
    "layers": layers_are_found,
    "streamed": an_answer_comes_word_by_word,
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_conversation_happens(name: str, tmp_path: Path, env: dict[str, str]) -> None:
    with project(name, tmp_path, env) as ready:
        CONVERSATIONS[name](ready)


@pytest.mark.node
@pytest.mark.npm
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm, which Debian packs apart from Node.js")
def test_a_chat_in_node_with_the_sdk_that_it_has_installed(tmp_path: Path, env: dict[str, str]) -> None:
    required_node()
    template = sample("chat_node", tmp_path).file
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(install, cwd=template.parent / "src", check=True, timeout=50)
    with running_dev(tmp_path, env, "--template", str(template), "--port", "0") as running:
        url = running.ready["websocket_url"]
        with Client(Target(url)) as ann, Client(Target(url)) as bob:
            Client(Target(url)).close()
            ann.send_json({"action": "say", "text": "hello"})
            for client in (ann, bob):
                assert client.receive_json(timeout=PATIENCE) == {"said": "hello"}


def given(tmp_path: Path, *names: str) -> list[str]:
    """``--function`` for these: a program that speaks the Runtime API, as every language's client does."""
    source = Path(__file__).parent / "templates" / "bootstrap" / "src" / "bootstrap"
    program = tmp_path / "program.py"
    program.write_text(source.read_text().replace('os.environ["_HANDLER"]', '"upper"'))
    command = shlex.join([sys.executable, str(program)])
    return [word for name in names for word in ("--function", f"{name}={command}")]


def test_functions_in_other_languages_run_by_their_programs(tmp_path: Path, env: dict[str, str]) -> None:
    with (
        project("languages", tmp_path, env, *given(tmp_path, *LANGUAGES.values())) as ready,
        Client(Target(ready["websocket_url"])) as client,
    ):
        for route in LANGUAGES:
            client.send_json({"action": route})
            assert client.receive(timeout=PATIENCE) == {"ACTION": route.upper()}


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("Java", "Java.Runtime: the runtime java21 is not emulated"),
        ("Dotnet", "Dotnet.Runtime: the runtime dotnet8 is not emulated"),
        ("Ruby", "Ruby.Runtime: the runtime ruby3.3 is not emulated"),
        ("Go", "Go.Runtime: CodeUri go has no file bootstrap, which provided runtimes start"),
    ],
)
def test_without_one_the_function_is_named_with_its_line(
    missing: str, message: str, tmp_path: Path, env: dict[str, str]
) -> None:
    made = sample("languages", tmp_path)
    others = given(tmp_path, *(name for name in LANGUAGES.values() if name != missing))
    ended = run(tmp_path, env, "dev", "--template", str(made.file), "--port", "0", *others)
    assert ended.returncode == 1
    runtime = {"Java": "java21", "Dotnet": "dotnet8", "Ruby": "ruby3.3", "Go": "provided.al2023"}[missing]
    assert f"template.yaml:{made.line_of(runtime)}:" in ended.stderr
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
    assert f"--function {missing}=COMMAND" in ended.stderr
