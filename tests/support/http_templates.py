"""Templates with a WebSocket API and HTTP entry points beside it, for tests of what is read of them."""

from pathlib import Path

from sample_templates import RUNNING, Sample, written

HEAD = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: dev
      Routes:
        $default: {{FunctionArn: !GetAtt Publish.Arn}}
  Guard:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: ., Handler: app.guard, Runtime: {RUNNING}}}
  Publish:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.publish
      Runtime: {RUNNING}
"""
HTTP = """\
  Http:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: http, ProtocolType: HTTP}
  HttpStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Http, StageName: $default, AutoDeploy: true}
  HttpIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Http
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt Publish.Arn
      PayloadFormatVersion: "2.0"
  HttpGuard:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Http
      Name: guard
      AuthorizerType: REQUEST
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Guard.Arn}/invocations
      AuthorizerPayloadFormatVersion: "2.0"
      EnableSimpleResponses: true
      IdentitySource: [$request.header.Authorization]
      AuthorizerResultTtlInSeconds: 60
  HttpRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Http
      RouteKey: POST /publish/{room}
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref HttpGuard
      Target: !Sub integrations/${HttpIntegration}
"""
REST = """\
  Rest:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: rest}
  RestHubs:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Rest, ParentId: !GetAtt Rest.RootResourceId, PathPart: hubs}
  RestHub:
    Type: AWS::ApiGateway::Resource
    Properties: {RestApiId: !Ref Rest, ParentId: !Ref RestHubs, PathPart: "{hub}"}
  RestMethod:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Rest
      ResourceId: !Ref RestHub
      HttpMethod: POST
      AuthorizationType: NONE
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Publish.Arn}/invocations
  RestPreflight:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Rest
      ResourceId: !Ref RestHub
      HttpMethod: OPTIONS
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 204}'}
        IntegrationResponses:
          - StatusCode: "204"
            ResponseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}
  RestDeployment:
    Type: AWS::ApiGateway::Deployment
    DependsOn: RestMethod
    Properties: {RestApiId: !Ref Rest}
  RestStage:
    Type: AWS::ApiGateway::Stage
    Properties: {RestApiId: !Ref Rest, DeploymentId: !Ref RestDeployment, StageName: prod, Variables: {colour: blue}}
"""
URL = """\
  Url:
    Type: AWS::Lambda::Url
    Properties: {AuthType: NONE, TargetFunctionArn: !GetAtt Publish.Arn, Cors: {AllowOrigins: ["*"]}}
"""


def beside(text: str, folder: Path) -> Sample:
    """``text`` are more resources, or more properties of the function Publish."""
    (folder / "app.py").write_text("def publish(event, context): ...\ndef guard(event, context): ...\n")
    return written(HEAD + text, folder)


def events(text: str, folder: Path) -> Sample:
    """``text`` is one event of Publish, in a line: ``{Type: HttpApi, ...}``."""
    return beside(f"      Events:\n        Post: {text}\n", folder)
