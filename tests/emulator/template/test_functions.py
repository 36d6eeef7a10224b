"""Functions as Lambda would have them."""

import sys
from pathlib import Path

import pytest

from longwire.template.programs import programs
from sample_templates import RUNNING, Sample, sample


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


def test_what_a_template_leaves_out_is_lambdas_default(plain: Sample) -> None:
    function = plain.load().functions["ConnectFunction"]

    assert (function.name, function.handler, function.runtime) == ("plain-connect", "chat/connection.handler", RUNNING)
    assert (function.timeout, function.memory_mb, function.log_format) == (3.0, 128, "Text")
    assert (function.environment, function.reserved_concurrency) == ({}, None)
    assert function.code == str(plain.file.parent / "src")
    assert function.location is not None
    assert function.location.line == plain.line_of("  ConnectFunction:")


def test_globals_and_the_functions_own_properties_are_put_together(sam: Sample) -> None:
    sam.replace("Handler: app.handler\n", "Handler: app.handler\n      MemorySize: 1024\n")
    handler = sam.load().functions["Handler"]

    assert (handler.timeout, handler.memory_mb, handler.log_format) == (5.0, 1024, "JSON")
    assert handler.environment["DEBUG"] == "false"


def test_an_image_that_sam_build_has_yet_to_make_runs_by_the_address_of_its_container(tmp_path: Path) -> None:
    classic = sample("classic", tmp_path)
    built = "Type: AWS::Serverless::Function\n    Metadata: {Dockerfile: Dockerfile, DockerContext: ./functions}"
    classic.append(f"  Imaged:\n    {built}\n    Properties:\n      PackageType: Image\n")
    error = classic.error()

    assert "Imaged.PackageType: container images are not emulated" in str(error)
    assert "--function NAME=http://127.0.0.1:PORT" in str(error)
    stack = classic.load(programs=programs(["Imaged=http://127.0.0.1:9000"]))
    assert stack.functions["Imaged"].invocation_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize("asked", ["arm64", "x86_64"])
def test_the_architecture_decides_the_price(plain: Sample, asked: str) -> None:
    plain.replace(
        "Handler: chat/connection.handler\n", f"Handler: chat/connection.handler\n      Architectures: [{asked}]\n"
    )

    assert plain.load().functions["ConnectFunction"].architecture == asked


def test_an_architecture_that_lambda_has_not_is_refused(plain: Sample) -> None:
    plain.replace(
        "Handler: chat/connection.handler\n", "Handler: chat/connection.handler\n      Architectures: [arm]\n"
    )

    assert plain.error().message == "['arm'] is neither [x86_64] nor [arm64]"


def test_inline_code_is_written_to_the_cache_as_index_py(plain: Sample) -> None:
    function = plain.load().functions["MessageFunction"]

    assert Path(function.code).is_relative_to(plain.file.parent / "cache")
    assert "def handler(event, context):" in (Path(function.code) / "index.py").read_text()


def test_a_runtime_of_another_python_is_a_warning(plain: Sample) -> None:
    other = "python3.9" if sys.version_info.minor != 9 else "python3.10"
    plain.replace(f"Runtime: {RUNNING}\n      Code: src", f"Runtime: {other}\n      Code: src")
    warnings = [warning for warning in plain.load().warnings if "ConnectFunction" in warning]

    assert f"ConnectFunction.Runtime: {other} is asked for; the function runs on the Python that is here" in warnings[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Runtime: cobol", "the runtime cobol is not emulated\n  Supported: python3.9, python3.10"),
        ("Runtime: python2.7", "the runtime python2.7 is not emulated"),
        ("Runtime: !Ref AWS::NoValue", "the runtime (none) is not emulated"),
        ("PackageType: Image", "container images are not emulated"),
        ("Timeout: 901", "901 is not between 1 and 900"),
        ("MemorySize: 10241", "10241 is not between 128 and 10,240"),
        ("ReservedConcurrentExecutions: -1", "-1 is not between 0 and"),
        ("Layers: [a]", "the layer a is not in this template\n  Give its content"),
        ("FileSystemConfigs: []", "FileSystemConfigs of AWS::Lambda::Function is not emulated"),
        ("Memory: 128", "has no property Memory\n  Did you mean MemorySize?"),
        ("LoggingConfig: {LogFormat: Xml}", "LoggingConfig.LogFormat: 'Xml' is neither Text nor JSON"),
        ("Environment: {Variabels: {}}", "Environment has no Variabels\n  Did you mean Variables?"),
        ("Environment: {Variables: [a]}", "Environment.Variables: takes a mapping"),
        ("Environment: {Variables: {A1: [a]}}", "Environment.Variables.A1: takes text"),
        ("Environment: {Variables: {T: a}}", "'T' is no name for a variable: a letter, then at least one letter"),
        ("Environment: {Variables: {A-B: a}}", "'A-B' is no name for a variable"),
        ("Environment: {Variables: {AWS_LAMBDA_FUNCTION_NAME: a}}", "is set by Lambda and cannot be given"),
        (f"Environment: {{Variables: {{BIG: {'x' * 4100}}}}}", "is 4,103 bytes; Lambda takes 4,096"),
    ],
)
def test_a_function_that_lambda_would_refuse_or_that_is_not_emulated_is_refused(
    plain: Sample, line: str, message: str
) -> None:
    if line.startswith("Runtime"):
        plain.replace(f"Runtime: {RUNNING}\n      Code: src", f"{line}\n      Code: src")
    else:
        plain.replace("      Code: src\n", f"      Code: src\n      {line}\n")
    error = plain.error()

    assert message in str(error)
    assert error.resource == "ConnectFunction"


@pytest.mark.parametrize(
    ("name", "message"),
    [("a b", "'a b' is not 1 to 64 letters"), ("plain-message", "plain-message is the name of")],
)
def test_a_name_that_cannot_be_is_refused(plain: Sample, name: str, message: str) -> None:
    plain.replace("FunctionName: !Sub ${FunctionPrefix}-connect", f"FunctionName: {name}")

    assert message in str(plain.error())
