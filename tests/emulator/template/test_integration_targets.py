"""What integrations may call."""

import importlib
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from longwire.core.api import ServiceAction
from longwire.template.integration_targets import ACTIONS
from longwire.template.load import load
from sample_templates import Sample, sample

SERVICE = "arn:aws:apigateway:us-east-1:"
URI = "IntegrationUri: !GetAtt MessageFunction.Arn"
MOTO = {
    "dynamodb": "dynamodb.responses.DynamoHandler",
    "events": "events.responses.EventsHandler",
    "kinesis": "kinesis.responses.KinesisResponse",
    "sns": "sns.responses.SNSResponse",
    "sqs": "sqs.responses.SQSResponse",
    "states": "stepfunctions.responses.StepFunctionResponse",
}


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def as_type(plain: Sample, kind: str, uri: str) -> Sample:
    plain.replace(
        "IntegrationType: AWS_PROXY\n      IntegrationUri: !GetAtt",
        f"IntegrationType: {kind}\n      IntegrationUri: !GetAtt",
    )
    return plain.replace(URI, f"IntegrationMethod: POST\n      IntegrationUri: {uri}")


@pytest.mark.parametrize("service", ACTIONS)
def test_every_action_is_in_awss_model_and_in_moto(service: str) -> None:
    module, _, name = MOTO[service].rpartition(".")
    responses = getattr(importlib.import_module(f"moto.{module}"), name)
    model = get_session().get_service_model({"states": "stepfunctions"}.get(service, service))
    ours = {"StartSyncExecution"}  # services.sync_executions
    assert set(ACTIONS[service]) <= set(model.operation_names)
    assert [action for action in ACTIONS[service] if not hasattr(responses, xform_name(action))] == sorted(
        ours & set(ACTIONS[service])
    )


@pytest.mark.parametrize(
    ("uri", "action"),
    [
        ("dynamodb:action/PutItem", ServiceAction("dynamodb", "us-east-1", "PutItem")),
        ("sqs:path/123456789012/queue.fifo", ServiceAction("sqs", "us-east-1", path="123456789012/queue.fifo")),
        ("sns:path//", ServiceAction("sns", "us-east-1", path="")),
        ("events:action/PutEvents", ServiceAction("events", "us-east-1", "PutEvents")),
        ("sync-states.states:action/StartSyncExecution", ServiceAction("states", "us-east-1", "StartSyncExecution")),
    ],
)
def test_a_uri_names_a_service(plain: Sample, uri: str, action: ServiceAction) -> None:
    integration = (
        as_type(plain, "AWS", f"!Sub arn:aws:apigateway:${{AWS::Region}}:{uri}")
        .load()
        .api.routes["$default"]
        .integration
    )

    assert integration is not None
    assert (integration.service, integration.function) == (action, None)


def test_an_aws_integration_may_name_a_function(plain: Sample) -> None:
    integration = as_type(plain, "AWS", "!GetAtt MessageFunction.Arn").load().api.routes["$default"].integration

    assert integration is not None
    assert (integration.type, integration.function) == ("AWS", "MessageFunction")


@pytest.mark.parametrize(
    ("kind", "uri", "message"),
    [
        ("AWS", f"{SERVICE}dynamodb:action/PutItm", "'PutItm' of dynamodb is not emulated\n  Did you mean PutItem?"),
        ("AWS", f"{SERVICE}dynmodb:action/PutItem", "with dynmodb are not emulated\n  Did you mean dynamodb?"),
        ("AWS", f"{SERVICE}s3:path/bucket/key", "integrations with s3 are not emulated"),
        ("AWS", f"{SERVICE}states:action/CreateStateMachine", "'CreateStateMachine' of states is not"),
        ("AWS", "http://127.0.0.1/", "names no action of an AWS service"),
        ("HTTP", "https://example.com/x", "longwire dev --allow-host example.com"),
        ("HTTP", "https://${!stageVariables.nohost}/", "no variable nohost"),
        ("HTTP_PROXY", "ftp://127.0.0.1/", "is no URL"),
        ("HTTP", "http://127.0.0.1:99999/", "is no URL"),
        ("HTTP", "http://{host}/", "is no URL"),
        ("HTTP", "http://user@127.0.0.1/", "a user name in the URL is not sent"),
    ],
)  # fmt: skip
def test_what_cannot_be_called_is_refused_by_name(plain: Sample, kind: str, uri: str, message: str) -> None:
    text = f"!Sub '{uri}'" if "${" in uri else uri
    error = as_type(plain, kind, text).error()

    assert message in str(error)
    assert error.property_path == "IntegrationUri"
    assert error.location is not None


def test_a_host_that_is_allowed_may_be_called(plain: Sample) -> None:
    template = as_type(plain, "HTTP", "https://Api.Example.com/{id}").file
    integration = load(template, allow_hosts=["api.example.COM"]).api.routes["$default"].integration

    assert integration is not None
    assert (integration.url, integration.method) == ("https://Api.Example.com/{id}", "POST")


def test_an_http_integration_needs_a_method(plain: Sample) -> None:
    as_type(plain, "HTTP", "http://127.0.0.1/").replace(
        "IntegrationMethod: POST\n      IntegrationUri: http", "IntegrationUri: http"
    )
    assert "need an IntegrationMethod" in plain.error().message
