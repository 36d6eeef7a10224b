import zipfile
from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.template.layers import given_layers
from sample_templates import Sample, sample

FOREIGN = "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7"


@pytest.fixture
def layered(tmp_path: Path) -> Sample:
    return sample("layers", tmp_path)


def names(stack_layers: tuple[str, ...]) -> list[str]:
    return [Path(folder).name for folder in stack_layers]


def test_layers_are_folders_in_the_order_of_the_template(layered: Sample) -> None:
    functions = layered.load().functions
    assert names(functions["Talk"].layers) == ["shared", "words"]
    assert functions["Bare"].layers == ()


def test_a_layer_may_be_a_zip(layered: Sample) -> None:
    with zipfile.ZipFile(layered.file.parent / "words.zip", "w") as made:
        made.writestr("python/words.py", "WORD = 'zipped'")
    layered.replace("ContentUri: layers/words", "ContentUri: words.zip")
    folder = Path(layered.load().functions["Talk"].layers[1])
    assert (folder / "python" / "words.py").read_text() == "WORD = 'zipped'"


def test_a_layer_of_plain_cloudformation_is_read_too(layered: Sample) -> None:
    layered.replace("AWS::Serverless::LayerVersion # words", "AWS::Lambda::LayerVersion")
    layered.replace("ContentUri: layers/words", "Content: layers/words")
    assert names(layered.load().functions["Talk"].layers) == ["shared", "words"]


def test_a_layer_of_cdk_is_the_asset_beside_its_template(layered: Sample) -> None:
    layered.replace(
        "AWS::Serverless::LayerVersion # words",
        "AWS::Lambda::LayerVersion\n    Metadata: {'aws:asset:path': layers/words}",
    )
    layered.replace("ContentUri: layers/words", "Content: {S3Bucket: b, S3Key: k.zip}")
    assert names(layered.load().functions["Talk"].layers) == ["shared", "words"]


def test_content_of_a_foreign_layer_can_be_given(layered: Sample, tmp_path: Path) -> None:
    layered.replace("- !Ref Words", f"- {FOREIGN}")
    (tmp_path / "content").mkdir()
    for arn in (FOREIGN, FOREIGN.rpartition(":")[0]):
        stack = layered.load(layers=given_layers([f"{arn}={tmp_path / 'content'}"]))
        assert names(stack.functions["Talk"].layers) == ["shared", "content"]


def test_a_foreign_layer_without_content_is_refused_with_what_to_do(layered: Sample) -> None:
    layered.replace("- !Ref Words", f"- {FOREIGN}")
    told = str(layered.error())
    assert f"template.yaml:{layered.line_of(FOREIGN)}" in told
    assert f"the layer {FOREIGN} is not in this template" in told
    assert f"--layer {FOREIGN}=PATH" in told
    assert "pip install aws-lambda-powertools" in told
    assert names(layered.load(allow_unsupported=True).functions["Talk"].layers) == ["shared"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ContentUri: layers/words", "ContentUri: layers/wrods", "there is no folder and no zip file wrods"),
        ("ContentUri: layers/words", "ContentUri: template.yaml", "File is not a zip file"),
        ("ContentUri: layers/words", "ContentUri: s3://bucket/words.zip", "the layer's content is in S3"),
        ("ContentUri: layers/words", "ContentUri: {Bucket: b, Key: k}", "the layer's content is in S3"),
        ("- !Ref Words", "- !Ref Words\n        - a\n        - b\n        - c\n        - d", "at most 5 layers, not 6"),
        ("- !Ref Words", "- !Ref Wrods", "Wrods"),
    ],
)
def test_a_wrong_layer_is_named_with_its_line(layered: Sample, old: str, new: str, told: str) -> None:
    layered.replace(old, new)
    error = layered.error()
    assert told in str(error)
    assert error.location is not None
    assert error.location.line > 1


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("arn:aws:lambda:x", "is not ARN=FOLDER"),
        ("=here", "is not ARN"),
        ("arn=", "is not ARN"),
        ("arn=none", "no none"),
    ],
)
def test_a_wrong_option_is_a_usage_error(item: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        given_layers([item])
