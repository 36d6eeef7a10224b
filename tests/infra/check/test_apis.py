"""WebSocket APIs are found in SAM and in CloudFormation alike, with the functions behind their routes."""

from pathlib import Path

from checked_templates import read_text
from longwire_infra.check.apis import apis

RAW = """
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}}
  Web: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
  WebRoute: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Web, RouteKey: GET /}}
  Say: {Type: AWS::Lambda::Function, Properties: {Handler: say.handler}}
  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Say, Name: live}}
  Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: say, Target: !Sub "i/${To}"}}
  To:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Live}/invocations
"""


def test_a_route_leads_to_its_function_through_an_alias(tmp_path: Path) -> None:
    (api,) = apis(read_text(RAW, tmp_path))

    assert (api.name, api.sam, [route.key for route in api.routes]) == ("Api", False, ["say"])
    route = api.route("say")
    assert route is not None
    assert route.integration is not None
    assert (route.integration.function, route.authorization) == ("Say", "NONE")
    assert api.route("tell") is None


def test_routes_of_an_api_in_another_stack_are_an_api_without_a_name(tmp_path: Path) -> None:
    text = "Resources: {Route: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !ImportValue api, RouteKey: say}}}"
    (api,) = apis(read_text(text, tmp_path))

    assert (api.name, [route.key for route in api.routes]) == (None, ["say"])


def test_sam_routes_authorizer_and_stage_are_read_where_they_stand(tmp_path: Path) -> None:
    (api,) = apis(
        read_text(
            "Globals: {WebSocketApi: {StageName: live}}\n"
            "Resources:\n"
            "  Guard: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}\n"
            "  Api:\n"
            "    Type: AWS::Serverless::WebSocketApi\n"
            "    Properties:\n"
            "      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Guard.Arn}\n"
            "      Routes:\n"
            "        $connect: {FunctionArn: !GetAtt Guard.Arn}\n"
            "        sendMessage: {FunctionArn: !GetAtt Guard.Arn, RouteResponseSelectionExpression: $default}\n"
            "  Answer:\n"
            "    Type: AWS::ApiGatewayV2::RouteResponse\n"
            "    Properties: {ApiId: !Ref Api, RouteId: !Ref ApiSendmessageRoute, RouteResponseKey: $default}\n",
            tmp_path,
        )
    )

    assert {route.key: (route.authorization, route.has_response) for route in api.routes} == {
        "$connect": ("CUSTOM", False),
        "sendMessage": ("NONE", True),
    }
    assert [(each.function, each.sam) for each in api.authorizers] == [("Guard", True)]
    assert [stage.name for stage in api.stages] == ["live"]
