"""Fn::ForEach, written out."""

import json
from pathlib import Path

import pytest

from sample_templates import Sample, written

LOOPED = """\
Transform: AWS::LanguageExtensions
Parameters:
  Keys: {Type: CommaDelimitedList, Default: "ping, pong"}
Mappings:
  Sizes: {Small: {Names: [a, b]}}
Conditions:
  Fn::ForEach::Tests:
    - Key
    - !Ref Keys
    - Has${Key}: !Equals [!Ref Key, ping]
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: a, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: dev
      AutoDeploy: true
      StageVariables:
        Fn::ForEach::Variables: [Name, [x, y], {"name_${Name}": !Sub "${Name}-${AWS::Region}"}]
  Mock:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: MOCK}
  Fn::ForEach::Routes:
    - Key
    - !Ref Keys
    - Route${Key}:
        Type: AWS::ApiGatewayV2::Route
        Properties:
          ApiId: !Ref Api
          RouteKey: !Ref Key
          Target: !Sub integrations/${Mock}
  Fn::ForEach::Queues:
    - Team
    - [red-1, blue]
    - Fn::ForEach::Sizes:
        - Size
        - !FindInMap [Sizes, Small, Names]
        - Queue&{Team}${Size}:
            Type: AWS::SQS::Queue
            Properties: {QueueName: !Sub "${Team}-${Size}"}
"""


@pytest.fixture
def looped(tmp_path: Path) -> Sample:
    return written(LOOPED, tmp_path)


def test_loops_make_resources_conditions_and_properties(looped: Sample) -> None:
    stack = looped.load(region="eu-west-1")

    assert list(stack.api.routes) == ["ping", "pong"]
    assert stack.api.stage.variables == {"name_x": "x-eu-west-1", "name_y": "y-eu-west-1"}
    names = {logical_id: resource.properties["QueueName"] for logical_id, resource in stack.resources.items()}
    assert names == {"Queuered1a": "red-1-a", "Queuered1b": "red-1-b", "Queuebluea": "blue-a", "Queueblueb": "blue-b"}


def test_parameters_decide_how_often(looped: Sample) -> None:
    assert list(looped.load(parameters={"Keys": "one"}).api.routes) == ["one"]


def test_an_error_has_the_line_of_the_loop(looped: Sample) -> None:
    error = looped.replace("RouteKey: !Ref Key", "RouteKye: !Ref Key").error()

    assert (error.resource, error.property_path) == ("Routeping", "RouteKye")
    assert error.location is not None
    assert error.location.line == looped.line_of("RouteKye")


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        (
            "Transform: AWS::LanguageExtensions\n",
            "",
            "Fn::ForEach::Tests",
            "needs the transform AWS::LanguageExtensions",
        ),
        ("[red-1, blue]", "red", "    - red", "goes through a list of text"),
        ("    - Team\n", "    - Key-1\n", "Fn::ForEach::Queues", "takes [IDENTIFIER, [VALUE, ...], {KEY: VALUE}]"),
        ("    - Team\n", "    - Keys # it\n", "# it", "Keys is the name of something else already"),
        ("        - Size\n", "        - Team # it\n", "# it", "Team is the name of something else already"),
        ("[red-1, blue]", "[red-1, red1]", "Queue&{Team}", "Queuered1a is here twice, once the loops are written out"),
        ("[Name, [x, y], {", "[Name, {", "Fn::ForEach::Variables", "takes [IDENTIFIER"),
        ("[red-1, blue]", "!Ref Key", "- !Ref Key # ", "there is no"),
    ],
)
def test_a_loop_that_is_none_is_told_with_its_line(looped: Sample, old: str, new: str, at: str, message: str) -> None:
    error = looped.replace(old, f"{new} # " if new == "!Ref Key" else new).error()

    assert message in str(error)
    assert error.location is not None
    assert error.location.line == looped.line_of(at)


def test_loops_in_loops_do_not_grow_without_end(tmp_path: Path) -> None:
    values = [f"v{number}" for number in range(40)]
    loop: dict[str, object] = {"Queue${A}${B}${C}${D}": {"Type": "AWS::SQS::Queue"}}
    for name in "DCBA":
        loop = {f"Fn::ForEach::{name}": [name, values, loop]}
    error = written(json.dumps({"Transform": "AWS::LanguageExtensions", "Resources": loop}), tmp_path).error()

    assert "values once its loops are written out" in str(error)
