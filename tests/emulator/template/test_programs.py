"""What ``--function`` takes."""

import shutil
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.template.programs import Program, programs
from sample_templates import RUNNING, Sample, sample


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_a_command_is_split_as_a_shell_would_and_its_program_is_found_on_path() -> None:
    found = programs(["Echo=sh -c 'exec x=1 y'", "Other=http://127.0.0.1:9000"])

    assert found["Echo"] == Program((shutil.which("sh") or "", "-c", "exec x=1 y"))
    assert found["Other"] == Program(url="http://127.0.0.1:9000")


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("Echo", "--function Echo: is not NAME=COMMAND"),
        ("=sh", "is not NAME=COMMAND"),
        ("Echo= ", "is not NAME=COMMAND"),
        ("Echo=sh 'a", "no closing quotation"),
        ("Echo=no-such-program x", "there is no program no-such-program on PATH. Install it, or give its path."),
        ("Echo=https://127.0.0.1:9000", "is no http://127.0.0.1:PORT"),
        ("Echo=http://", "is no http://127.0.0.1:PORT"),
        ("Echo=http://127.0.0.1:x", "is no http://127.0.0.1:PORT"),
        ("Echo=http://example.com:9000", "nothing leaves this machine. Publish the container's port on 127.0.0.1."),
    ],
)
def test_what_is_neither_a_program_nor_a_container_here_is_refused(item: str, message: str) -> None:
    with pytest.raises(UsageError, match=r".") as caught:
        programs([item])

    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["ConnectFunction", "plain-connect"])
def test_a_function_is_named_by_its_logical_id_or_its_name(plain: Sample, name: str) -> None:
    stack = plain.load(programs={name: Program(("/bin/sh",))})

    assert stack.functions["ConnectFunction"].command == ("/bin/sh",)
    assert stack.functions["MessageFunction"].command == ()


def test_a_function_that_is_not_there_is_named_with_what_was_meant(plain: Sample) -> None:
    with pytest.raises(UsageError, match=r"--function ConectFunction: .* Did you mean ConnectFunction\?"):
        plain.load(programs={"ConectFunction": Program(("/bin/sh",))})


@pytest.mark.parametrize(
    ("code", "runtime"),
    [
        ("Code: src", "Runtime: java21"),
        ("Code: {S3Bucket: b, S3Key: k}", "Runtime: dotnet8"),
        ("Code: {ImageUri: x}\n      PackageType: Image", "MemorySize: 128"),
    ],
)
def test_with_a_program_any_runtime_any_code_and_any_handler_load(plain: Sample, code: str, runtime: str) -> None:
    plain.replace("Handler: chat/connection.handler\n", "Handler: com.example.Chat::handle\n")
    program = Program(url="http://127.0.0.1:9000")
    plain.replace(f"Runtime: {RUNNING}\n      Code: src", f"{runtime}\n      {code}")
    function = plain.load(programs={"ConnectFunction": program}).functions["ConnectFunction"]

    assert function.invocation_url == "http://127.0.0.1:9000"
    assert Path(function.code).is_relative_to(plain.file.parent)
