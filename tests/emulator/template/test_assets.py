"""Assets of a cloud assembly."""

import json
from pathlib import Path

import pytest

from longwire.template.assets import asset_of, asset_with_key
from sample_templates import Sample, sample

KEY = {"S3Bucket": "cdk-assets-123456789012-us-east-1", "S3Key": "abc.zip"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"abc": {"source": {"path": "asset.abc"}, "destinations": {"here": {"objectKey": "prefix/abc.zip"}}}}
    (tmp_path / "Chat.assets.json").write_text(json.dumps({"files": files}))
    (tmp_path / "asset.abc").mkdir()
    (tmp_path / "asset.def").mkdir()
    return tmp_path


def test_the_asset_manifest_says_where_a_key_comes_from(folder: Path) -> None:
    assert asset_of({}, "Code", KEY, folder) == folder / "asset.abc"
    assert asset_with_key("prefix/abc.zip", folder) == folder / "asset.abc"
    assert asset_with_key("other.zip", folder) is None


def test_the_metadata_of_the_resource_comes_first(folder: Path) -> None:
    metadata = {"aws:asset:path": "asset.def", "aws:asset:property": "Code"}
    assert asset_of({"Metadata": metadata}, "Code", KEY, folder) == folder / "asset.def"
    assert asset_of({"Metadata": metadata}, "Content", KEY, folder) == folder / "asset.abc"
    gone = {"aws:asset:path": "asset.gone", "aws:asset:property": "Code"}
    assert asset_of({"Metadata": gone}, "Code", KEY, folder) == folder / "asset.abc"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": []}', '{"files": {"a": {}}}', '{"files": {"a": {"destinations": 1}}}']
)
def test_a_file_that_is_no_asset_manifest_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "X.assets.json").write_text(text)
    assert asset_with_key("abc.zip", tmp_path) is None


@pytest.fixture
def cdk(tmp_path: Path) -> Sample:
    sample("cdk", tmp_path)
    return Sample(tmp_path / "cdk" / "cdk.out" / "Chat.template.json")


def test_a_synthesized_stack_runs_the_code_of_its_assets(cdk: Sample) -> None:
    stack = cdk.load(stack_name="team-chat")
    (function,) = stack.functions.values()

    assert Path(function.code).parent == cdk.file.parent
    assert function.environment["CALLBACK_URL"] == f"https://{stack.api.domain_name}/dev"
    assert list(stack.resources) == ["Connections0A1B2C3D", "Files60718293"]
    assert stack.api.routes["$default"].two_way
    assert stack.warnings == ()


def test_code_that_is_in_no_manifest_is_told_with_its_line(cdk: Sample) -> None:
    error = cdk.replace('"S3Key": "3f0b', '"S3Key": "4f0b').error()

    assert (error.resource, error.property_path) == ("Talk2C3D4E5F", "Code")
    assert "cdk synth" in str(error.hint)
