"""SAM templates become CloudFormation, offline, and only once."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from longwire.template.cache import TemplateCache
from longwire.template.expansion import expanded
from longwire.template.places import Places
from longwire.template.source import read
from sample_templates import Sample, sample, written


def expand(template: Sample, cache: Path, region: str = "us-east-1") -> dict[str, Any]:
    source = read(template.file)
    return expanded(source, Places(source), {"Stage": "dev"}, region, TemplateCache(cache))


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


def test_serverless_types_are_replaced_and_the_source_stays_as_it_was(sam: Sample, tmp_path: Path) -> None:
    source = read(sam.file)
    before = repr(source.data)
    found = expanded(source, Places(source), {}, "us-east-1", TemplateCache(tmp_path / "cache"))

    assert not [item for item in found["Resources"].values() if "Serverless" in item["Type"]]
    assert found["Resources"]["ChatConnectRoute"]["Properties"]["AuthorizationType"] == "CUSTOM"
    assert repr(source.data) == before


def test_a_second_time_it_comes_from_the_cache(sam: Sample, tmp_path: Path) -> None:
    first = expand(sam, tmp_path / "cache")
    (entry,) = (tmp_path / "cache").rglob("*.json")
    written_at = entry.stat().st_mtime_ns

    assert expand(sam, tmp_path / "cache") == first
    assert entry.stat().st_mtime_ns == written_at


def test_another_text_or_region_is_another_entry(sam: Sample, tmp_path: Path) -> None:
    expand(sam, tmp_path / "cache")
    expand(sam, tmp_path / "cache", region="eu-west-1")
    sam.replace("color: blue", "color: red")
    expand(sam, tmp_path / "cache")

    assert len(list((tmp_path / "cache").rglob("*.json"))) == 3


def test_a_damaged_cache_entry_is_replaced(sam: Sample, tmp_path: Path) -> None:
    first = expand(sam, tmp_path / "cache")
    (entry,) = (tmp_path / "cache").rglob("*.json")
    entry.write_text("{")

    assert expand(sam, tmp_path / "cache") == first
    assert entry.read_text() != "{"


def test_a_template_without_sam_is_given_back_and_not_cached(tmp_path: Path) -> None:
    plain = sample("plain", tmp_path)

    assert expand(plain, tmp_path / "cache") == read(plain.file).data
    assert not (tmp_path / "cache").exists()


def test_translating_takes_no_network_no_credentials_and_no_home(sam: Sample, tmp_path: Path) -> None:
    program = (
        "import socket\n"
        "def refuse(*_args, **_options): raise AssertionError('it opened a connection')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\n"
        "from longwire.template.load import load\n"
        f"print(load(Path({str(sam.file)!r}), cache=Path({str(tmp_path / 'cache')!r})).api.name)\n"
    )
    bare = {"PATH": os.environ["PATH"]}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], env=bare, capture_output=True, text=True, check=False
    )

    assert (ran.stdout.strip(), ran.stderr) == ("longwire-chat", "")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("Handler: app.handler\n", "Handlr: app.handler\n", "Handlr", "Handler.Handlr: property Handlr not defined"),
        ("TableName: !Ref Connections\n        - St", "Tbl: x\n        - St", "DynamoDBCrud", "don't have values"),
        ("      Name: !Sub ${AWS::StackName}-chat\n", "      Name: [a]\n", "Name: [a]", "Chat.Name: Property 'Name'"),
        (
            "  Function:\n    Run",
            "  Functions:\n    Run",
            "Functions:",
            "Globals.Functions: Globals has no such section",
        ),
    ],
)
def test_what_sam_refuses_is_told_with_the_line_in_the_users_file(
    sam: Sample, old: str, new: str, line: str, message: str
) -> None:
    error = sam.replace(old, new).error()

    assert message in str(error)
    assert error.location is not None
    assert error.location.line == sam.line_of(line)


def test_a_slip_of_the_translator_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    odd = written(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Handler: a.b, Runtime: python3.11, CodeUri: ., Environment: [1]}\n",
        tmp_path,
    )

    assert odd.error().location is not None
