"""What must hold of the backend's template after SAM has expanded it. Each rule returns one line per breach."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

FILE = Path(__file__).parents[2] / "template.yaml"
CALLBACK = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/v1/%s/@connections/*"
TRACES = "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"  # SAM's own, whatever the parameter Tracing says
LOGS_ONLY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

# Of https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html, without anything that a
# client chooses: no query string, header, user agent or claim.
HARMLESS = {
    *("requestId", "requestTime", "eventType", "routeKey", "status", "connectionId", "identity.sourceIp"),
    *("authorizer.status", "integration.status", "integrationLatency", "error.message"),
}


OWN_KEY = {"Fn::If": ["HasKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}


def expanded(text: str) -> dict[str, Any]:
    """The template as CloudFormation gets it."""
    template = yaml_parse(text)
    # What `sam package` puts there: the translator takes no folder.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    translator = Translator(None, Parser(), boto_session=SimpleNamespace(region_name="eu-west-1"))
    found: dict[str, Any] = translator.translate(template, {})
    return found


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """Properties by logical id."""
    resources = template["Resources"].items()
    return {name: resource.get("Properties", {}) for name, resource in resources if resource["Type"] == kind}


def routes(template: dict[str, Any]) -> dict[str, Any]:
    """Properties by route key."""
    return {found["RouteKey"]: found for found in of_type(template, "AWS::ApiGatewayV2::Route").values()}


def statements(template: dict[str, Any], role: str) -> list[dict[str, Any]]:
    policies = of_type(template, "AWS::IAM::Role")[role].get("Policies", [])
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


# -- rules


def open_doors(template: dict[str, Any]) -> Iterator[str]:
    """Only ``$connect`` can be authorized, and everybody must be asked, with or without a token."""
    connect = routes(template).get("$connect")
    if connect is None:
        yield "$connect: there is no such route"
        return
    if connect.get("AuthorizationType") != "CUSTOM":
        yield f"$connect: AuthorizationType is {connect.get('AuthorizationType')}"
        return
    authorizer = of_type(template, "AWS::ApiGatewayV2::Authorizer")[connect["AuthorizerId"]["Ref"]]
    if authorizer["AuthorizerUri"]["Fn::Sub"][1]["AuthArn"] != {"Ref": "AuthorizerFunctionAliaslive"}:
        yield "$connect: the authorizer is another function"
    if authorizer.get("IdentitySource"):
        yield "$connect: an identity source is required"


def broad_policies(template: dict[str, Any]) -> Iterator[str]:
    """Every statement names its actions and one resource of this stack; frames go to this API and stage alone."""
    for role, properties in of_type(template, "AWS::IAM::Role").items():
        if role in ("ApiGatewayLogRole", "CodeDeployServiceRole"):  # AWS's own policies for AWS's own services
            continue
        if properties.get("ManagedPolicyArns") != [LOGS_ONLY, TRACES]:
            yield f"{role}: managed policies {properties.get('ManagedPolicyArns')}"
        for statement in statements(template, role):
            yield from (f"{role}: {action}" for action in actions(statement) if "*" in action)
            if not _is_one_resource(statement):
                yield f"{role}: {', '.join(actions(statement))} on {json.dumps(statement['Resource'])}"


def _is_one_resource(statement: dict[str, Any]) -> bool:
    resource = statement["Resource"]
    if actions(statement) == ["execute-api:ManageConnections"]:
        return resource in [{"Fn::Sub": CALLBACK % method} for method in ("POST", "DELETE")]
    return isinstance(resource, dict) and set(resource) <= {"Ref", "Fn::GetAtt"}


def open_functions(template: dict[str, Any]) -> Iterator[str]:
    """Whoever may invoke a function is one route or authorizer of this API."""
    for name, properties in of_type(template, "AWS::Lambda::Permission").items():
        source = json.dumps(properties.get("SourceArn", ""))
        # SAM grants a path of an HTTP API in all its stages, of which there is one.
        of_http = (
            r"\$\{__ApiId__\}/\$\{__Stage__\}/\*/(api/\*|sessions(/\*)?)\".*\"__ApiId__\": \{\"Ref\": \"HttpApi\"\}"
        )
        if not re.search(r"\$\{(Api\.ApiId|__ApiId__)\}/(v1/\$?\w+|authorizers/\*)\"|" + of_http, source):
            yield f"{name}: SourceArn is {source}"


def careless_tables(template: dict[str, Any]) -> Iterator[str]:
    wanted: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "exp", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": OWN_KEY},
        "DeletionProtectionEnabled": True,
    }
    for name, properties in of_type(template, "AWS::DynamoDB::Table").items():
        yield from (f"{name}: {key}" for key, value in wanted.items() if properties.get(key) != value)
        if template["Resources"][name].get("DeletionPolicy") != "Retain":
            yield f"{name}: DeletionPolicy"


def careless_queues(template: dict[str, Any]) -> Iterator[str]:
    """Lambda's guide: a queue's visibility timeout is "at least six times" the function's."""
    longest = of_type(template, "AWS::Lambda::Function")["WorkerFunction"]["Timeout"]
    for name, properties in of_type(template, "AWS::SQS::Queue").items():
        managed = {"Fn::If": ["HasKey", False, True]}
        if properties.get("SqsManagedSseEnabled") != managed or properties.get("KmsMasterKeyId") != OWN_KEY:
            yield f"{name}: not encrypted"
        if "RedrivePolicy" in properties and properties["VisibilityTimeout"] < 6 * longest:
            yield f"{name}: VisibilityTimeout {properties['VisibilityTimeout']} for {longest} s"


def open_stage(template: dict[str, Any]) -> Iterator[str]:
    """Throttled, and without a log of whole messages, which an HTTP API does not have."""
    for stage in of_type(template, "AWS::ApiGatewayV2::Stage").values():
        settings = stage.get("DefaultRouteSettings", {})
        for name in ("ThrottlingRate", "ThrottlingBurst"):
            if settings.get(f"{name}Limit") != {"Ref": name}:
                yield f"stage: {name}Limit is {settings.get(f'{name}Limit')}"
        if stage["ApiId"] == {"Ref": "Api"} and settings.get("DataTraceEnabled") is not False:
            yield "stage: DataTraceEnabled"


def telling_access_log(template: dict[str, Any]) -> Iterator[str]:
    """One line of JSON, with the request id that AWS asks for and nothing that a client chose."""
    for stage in of_type(template, "AWS::ApiGatewayV2::Stage").values():
        text = stage.get("AccessLogSettings", {}).get("Format", "")
        found = set(re.findall(r"\$context\.([\w.]+)", text))
        yield from (f"access log: $context.{name}" for name in sorted(found - HARMLESS))
        if "requestId" not in found:
            yield "access log: no $context.requestId"
        if "\n" in text or not _is_json(re.sub(r"\$context\.[\w.]+", "-", text)):
            yield "access log: not one line of JSON"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def costly_ping(template: dict[str, Any]) -> Iterator[str]:
    """Answered by API Gateway itself: no function, a two-way route, and a pong."""
    route = routes(template)["ping"]
    integration = re.fullmatch(r"integrations/\$\{(\w+)\}", route["Target"].get("Fn::Sub", ""))
    if integration is None:
        yield "ping: no integration of its own"
        return
    made = of_type(template, "AWS::ApiGatewayV2::Integration")[integration[1]]
    if made["IntegrationType"] != "MOCK":
        yield f"ping: {made['IntegrationType']}"
    responses = of_type(template, "AWS::ApiGatewayV2::IntegrationResponse").values()
    bodies = [found["ResponseTemplates"] for found in responses if found["IntegrationId"] == {"Ref": integration[1]}]
    if bodies != [{"$default": '{"type":"pong"}'}]:
        yield f"ping: answers {bodies}"
    two_way = [found["RouteId"] for found in of_type(template, "AWS::ApiGatewayV2::RouteResponse").values()]
    if {"Ref": "PingRoute"} not in two_way or route.get("RouteResponseSelectionExpression") != "$default":
        yield "ping: one-way"


RULES = [
    open_doors,
    broad_policies,
    open_functions,
    careless_tables,
    careless_queues,
    open_stage,
    telling_access_log,
    costly_ping,
]


def breaches(text: str) -> list[str]:
    template = expanded(text)
    return [breach for rule in RULES for breach in rule(template)]


if __name__ == "__main__":  # for tools that do not know SAM's types
    json.dump(expanded(FILE.read_text(encoding="utf-8")), sys.stdout, indent=2)
