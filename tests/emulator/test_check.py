"""``longwire check`` from outside: what it prints, and with which code it ends."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from checked_templates import FOLDER, many_routes, merged
from longwire.cli import main
from longwire.template.source import parse

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments], catch_exceptions=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(FOLDER / "base", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def without_throttling(project: Path) -> None:
    file = project / "template.yaml"
    text = file.read_text(encoding="utf-8")
    assert "        ThrottlingBurstLimit: 500\n" in text
    file.write_text(text.replace("        ThrottlingBurstLimit: 500\n", ""), encoding="utf-8")


def found(result: Result) -> Any:
    return json.loads(result.stdout)


def test_this_repositorys_own_template_has_no_finding() -> None:
    result = run(str(ROOT / "template.yaml"), "--json", "--fail-on", "note")

    assert (result.exit_code, found(result)["findings"]) == (0, [])
    assert all(each["reason"] for each in found(result)["suppressed"])


def test_findings_end_with_1_and_have_their_line(project: Path) -> None:
    without_throttling(project)
    result = run("--json")

    (finding,) = found(result)["findings"]
    assert found(run("--template", "template.yaml", "--json")) == found(result)
    assert (result.exit_code, finding["rule"], finding["file"]) == (1, "LW201", "template.yaml")
    assert (project / "template.yaml").read_text().splitlines()[finding["line"] - 1] == "      DefaultRouteSettings:"


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_fail_on_says_what_fails(fail_on: str, code: int, project: Path) -> None:
    without_throttling(project)

    assert run("--fail-on", fail_on).exit_code == code
    (project / "pyproject.toml").write_text(f"[tool.longwire.check]\nfail-on = '{fail_on}'\n")
    assert run().exit_code == code


def test_sarif_is_written_or_printed(project: Path) -> None:
    without_throttling(project)

    assert run("--sarif", "check.sarif").exit_code == 1
    written = json.loads((project / "check.sarif").read_text())
    printed = found(run("--format", "sarif"))
    assert written == printed
    assert [result["ruleId"] for result in printed["runs"][0]["results"]] == ["LW201"]


def test_the_rules_are_listed() -> None:
    listed = found(run("--list-rules", "--json"))

    assert len(listed) > 100
    assert [line[:5] for line in run("--list-rules").stdout.splitlines()] == [each["id"] for each in listed]


def test_parameters_change_what_is_found(project: Path) -> None:
    file = project / "template.yaml"
    text = file.read_text(encoding="utf-8").replace("StageName: !Ref Stage", "StageName: !Ref Stage", 1)
    file.write_text(text.replace("Rate: 1000", "Rate: 1000").replace("Timeout: 10", "Timeout: !Ref Seconds"))
    file.write_text(file.read_text().replace("Parameters:\n", "Parameters:\n  Seconds: {Type: Number, Default: 10}\n"))

    assert run().exit_code == 0
    result = run("--parameter-overrides", "Seconds=30", "--json")
    assert {finding["rule"] for finding in found(result)["findings"]} == {"LW308"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Resources: {A: {Type: AWS::SNS::Topic}}", "has no WebSocket API"),
        ("Resources: {A: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}}", "has no WebSocket API"),
        ("Resources: {A: {Type: AWS::Serverless::HttpApi}}", "has no WebSocket API"),
        ("Resources: [", "not YAML"),
        ("\x00\x01", "not YAML"),
        ("a: &a {b: *a}", "an alias stands inside"),
        ("Resources: {A: {Type: B}}" + " " * 1_048_576, "CloudFormation takes at most"),
    ],
)
def test_a_file_that_cannot_be_checked_ends_with_2(text: str, message: str, project: Path) -> None:
    (project / "template.yaml").write_text(text, encoding="utf-8")
    result = run("--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert "template.yaml" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.yaml",), "there is no template nothing.yaml"),
        (("--template", "nothing.yaml"), "there is no template nothing.yaml"),
        (("template.yaml", "--template", "raw.yaml"), "are two templates"),
        (("--fail-on", "never"), "--fail-on"),
        (("--json", "--format", "sarif"), "two answers"),
        (("--parameter-overrides", "Nothing=1"), "the template has no Parameter Nothing"),
        (("--sarif", "no/such/folder/file"), "cannot be written"),
        (("--url", "https://example.com"), "--url takes wss://HOST/STAGE"),
        (("--url", "wss://127.0.0.1:1/v1"), "--url wss://127.0.0.1:1/v1: "),
        (("--url", "wss://localhost", "--header", "Nothing"), "--header takes 'NAME: VALUE'"),
        (("--url", "wss://localhost", "--ca-file", "template.yaml"), "holds no certificates"),
    ],
)
def test_a_wrong_command_ends_with_2(arguments: tuple[str, ...], message: str, project: Path) -> None:
    del project
    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_wrong_table_of_the_project_ends_with_2(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.longwire.check]\nsupress = {}\n")
    result = run()

    assert (result.exit_code, "has no supress" in result.stderr) == (2, True)


def test_cdks_assembly_and_a_template_of_300_routes_are_checked(project: Path) -> None:
    cdk = run(str(ROOT / "tests" / "templates" / "cdk" / "cdk.out"), "--json")
    assert (cdk.exit_code, found(cdk)["template"].endswith("Chat.template.json")) == (1, True)

    base = parse((project / "template.yaml").read_text(), project / "template.yaml").data
    (project / "large.json").write_text(json.dumps(merged(base, many_routes(297))))
    assert run("large.json").exit_code == 0


HOSTILE = {
    "odd.json": {"Resources": {"Api": {"Type": "AWS::Serverless::WebSocketApi", "Properties": 5}}},
    "lists.json": {
        "Resources": {
            "Api": {"Type": "AWS::Serverless::WebSocketApi", "Properties": {"Routes": [], "Auth": [], "StageName": {}}},
            "F": {"Type": "AWS::Serverless::Function", "Properties": {"Policies": 5, "Events": [], "Environment": "x"}},
            "T": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {"TimeToLiveSpecification": "on"},
                "DeletionPolicy": [],
            },
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": ["${Q}"], "VisibilityTimeout": []}},
            "R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [[]], "ManagedPolicyArns": [{"a": 1}]}},
            "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": ["${F}"]}},
        },
        "Metadata": {"longwire": {"suppress": ["LW101"], "answers": 5}},
        "Outputs": {"Url": "ws://"},
    },
    "functions.json": {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"ProtocolType": "WEBSOCKET", "RouteSelectionExpression": {"Fn::Sub": 5}},
            },
            "Route": {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": {"Fn::GetAtt": [[], {}]}, "Target": {"Fn::If": []}},
            },
        }
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_values_of_any_shape_end_no_check(name: str, project: Path) -> None:
    (project / name).write_text(json.dumps(HOSTILE[name]))

    assert run(name, "--json").exit_code == 1
