"""``longwire describe``: what is understood of a template."""

import json
import time
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from longwire.cli import main
from longwire.description import described
from longwire.project import Chosen
from sample_templates import Sample, sample, written


def facts(template: Sample, *overrides: str) -> Any:
    return json.loads(described(Chosen(template.file), overrides, None, as_json=True))


def test_json_has_everything_with_its_line(tmp_path: Path) -> None:
    template = sample("plain", tmp_path)
    found = facts(template)
    (api,) = found["apis"]

    assert (api["logical_id"], api["stage"], api["deployment"], api["path"]) == ("Api", "live", "Deployment", "/live")
    routes = {route["key"]: route for route in api["routes"]}
    assert list(routes) == ["$connect", "$default", "staged"]
    assert routes["$connect"] | {"line": 0} == {
        "key": "$connect",
        "integration": "AWS_PROXY",
        "function": "ConnectFunction",
        "backend": None,
        "timeout": 29.0,
        "authorization": "CUSTOM",
        "authorizer": "Authorizer",
        "api_key_required": False,
        "models": [],
        "two_way": False,
        "line": 0,
    }
    assert routes["$connect"]["line"] == template.line_of("  ConnectRoute:")
    functions = {function["logical_id"]: function for function in found["functions"]}
    assert functions["ConnectFunction"]["handler"] == "chat/connection.handler"
    assert [authorizer["logical_id"] for authorizer in found["authorizers"]] == ["Authorizer"]
    assert [queue["logical_id"] for queue in found["queues"]] == ["Results"]
    assert (found["errors"], found["not_supported"], found["complete"]) == ([], [], True)


def test_tables_event_sources_stages_and_domains_are_there_too(tmp_path: Path) -> None:
    sam, several = facts(sample("sam", tmp_path)), sample("several", tmp_path)
    several.append(
        "  Domain:\n    Type: AWS::ApiGatewayV2::DomainName\n    Properties: {DomainName: ws.example.com}\n"
        "  Mapping:\n    Type: AWS::ApiGatewayV2::ApiMapping\n"
        "    Properties: {ApiId: !Ref Feed, DomainName: !Ref Domain, Stage: dev, ApiMappingKey: feed}\n"
    )

    assert [table["physical_id"] for table in sam["tables"]] == ["longwire-Connections"]
    assert [(source["queue"], source["function"]) for source in sam["event_sources"]] == [("Outbox", "Worker")]
    found = facts(several)
    assert [(api["logical_id"], api["stage"]) for api in found["apis"]] == [
        ("Chat", "dev"),
        ("Chat", "prod"),
        ("Feed", "dev"),
    ]
    domain = {"name": "ws.example.com", "mapping_key": "feed", "api": "Feed", "stage": "dev"}
    assert found["domain_names"] == [domain]


def test_parameters_are_those_that_are_given(tmp_path: Path) -> None:
    found = facts(sample("sam", tmp_path), "Stage=prod Memory=512")

    assert found["apis"][0]["stage"] == "prod"
    assert {function["memory_mb"] for function in found["functions"]} == {512}


def test_what_is_wrong_and_what_is_not_supported_are_told_apart(tmp_path: Path) -> None:
    template = sample("plain", tmp_path).append("  Users:\n    Type: AWS::RDS::DBInstance\n")
    template.replace("RouteKey: staged", "RouteKye: staged")
    found = facts(template)

    (error,), (unsupported,) = found["errors"], found["not_supported"]
    assert (error["resource"], error["property"], error["hint"]) == (
        "StagedRoute",
        "RouteKye",
        "Did you mean RouteKey?",
    )
    assert (error["line"], unsupported["line"]) == (template.line_of("RouteKye"), template.line_of("AWS::RDS"))
    assert unsupported["message"] == "the resource type AWS::RDS::DBInstance is not emulated"
    text = click.unstyle(described(Chosen(template.file), (), None, as_json=False))
    assert f"line {error['line']}: StagedRoute.RouteKye: AWS::ApiGatewayV2::Route has no property RouteKye" in text
    assert text.endswith("`longwire dev` refuses this template.")


@pytest.mark.parametrize("name", ["sam", "plain", "several", "classic"])
def test_people_see_tables_of_it(tmp_path: Path, name: str) -> None:
    template = sample(name, tmp_path)
    text = click.unstyle(described(Chosen(template.file), (), None, as_json=False))

    assert text.startswith(f"{template.file} · stack longwire · us-east-1")
    assert "ROUTE" in text
    assert "FUNCTION" in text
    assert text.endswith("`longwire dev` runs this template.")


def test_the_command_says_what_is_wrong_and_ends_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = sample("cdk", tmp_path)
    monkeypatch.chdir(template.file)
    shown = CliRunner().invoke(main, ["describe"])
    assert (shown.exit_code, "stack team-chat" in shown.output) == (0, True)
    (tmp_path / "no.yaml").write_text("a: [")
    refused = CliRunner().invoke(main, ["describe", "--template", str(tmp_path / "no.yaml"), "--json"])
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "no.yaml:2:1: not YAML" in refused.stderr


def test_three_hundred_routes_take_less_than_a_second(tmp_path: Path) -> None:
    head = """\
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: dev, AutoDeploy: true}
"""
    route = """\
  Mock%d:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: MOCK}
  Route%d:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: route%d, Target: !Sub "integrations/${Mock%d}"}
"""
    text = head + "".join(route % ((number,) * 4) for number in range(300))
    template = written(text, tmp_path)
    found, seconds = facts(template), []
    for _ in range(3):
        started = time.process_time()
        facts(template)
        seconds.append(time.process_time() - started)

    assert len(found["apis"][0]["routes"]) == 300
    assert min(seconds) < 1
