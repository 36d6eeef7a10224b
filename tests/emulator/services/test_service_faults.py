"""Errors of AWS's services, as handlers' unmodified boto3 raises them."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from faulty_app import FaultyApp


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [
        ({"throttling": True}, "ProvisionedThroughputExceededException ProvisionedThroughputExceededException"),
        ({"status": 500}, "InternalServerError InternalServerError"),
        ({"status": 503}, "ServiceUnavailable ClientError"),
        ({"error": "ResourceNotFoundException"}, "ResourceNotFoundException ResourceNotFoundException"),
        ({"timeout": True}, "ReadTimeoutError"),
    ],
)
def test_a_call_fails_as_the_service_would_say_it(app: FaultyApp, effect: dict[str, object], outcome: str) -> None:
    alice = app.connect()
    with app.fault("service", service="dynamodb", **effect) as fault:
        assert app.put(alice) == outcome
    assert fault.hits == 1
    assert app.put(alice) == "stored"


def test_only_the_operation_that_is_named_fails(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("service", throttling="dynamodb", operation=["get_item", "Query"]) as fault:
        assert app.put(alice) == "stored"
        assert app.store(alice, "get_item", TableName="TABLE", Key={"id": {"S": "1"}}).startswith("Provisioned")
    assert fault.hits == 1


def test_a_conditional_write_fails_and_others_do_not(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("service", conditional_check_failed=True) as fault:
        assert app.put(alice) == "stored"
        outcome = app.put(alice, ConditionExpression="attribute_exists(id)")
    assert outcome == "ConditionalCheckFailedException ConditionalCheckFailedException"
    assert fault.hits == 1


def test_a_transaction_says_which_of_its_items_failed(app: FaultyApp) -> None:
    alice = app.connect()
    put = {"TableName": "TABLE", "Item": {"id": {"S": "1"}}}
    items = [{"Put": put}, {"Put": {**put, "Item": {"id": {"S": "2"}}, "ConditionExpression": "attribute_exists(id)"}}]
    with app.fault("service", conditional_check_failed="dynamodb", operation="transact_write_items"):
        outcome = app.store(alice, "transact_write_items", TransactItems=items)
    assert outcome == "TransactionCanceledException TransactionCanceledException None ConditionalCheckFailed"


def test_a_slow_service_answers_late_and_rightly(app: FaultyApp) -> None:
    alice = app.connect()
    app.put(alice)
    with app.fault("service", latency="300ms", service="dynamodb"):
        assert app.put(alice) == "stored"
    entry = app.seen("invocation_finished", function="Store")[-1]
    assert entry["duration_ms"] >= 300


def test_the_tests_own_calls_are_spared(app: FaultyApp) -> None:
    table = app.physical_id("Connections")
    with app.fault("service", throttling="dynamodb") as fault:
        assert app.client("dynamodb").scan(TableName=table)["Items"] == []
    assert fault.hits == 0


def test_other_protocols_have_their_own_words(app: FaultyApp) -> None:
    """XML and JSON of services; who does not say that it is a test is taken for a handler."""
    make: Any = boto3.client
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    once = Config(retries={"total_max_attempts": 1})
    with app.fault("service", throttling=["s3", "sns", "sqs", "ssm"]), app.fault("service", status=500):
        for service, call, code in (
            ("s3", "list_buckets", "SlowDown"),
            ("sns", "list_topics", "Throttling"),
            ("sqs", "list_queues", "RequestThrottled"),
            ("ssm", "describe_parameters", "ThrottlingException"),
            ("secretsmanager", "list_secrets", "InternalServiceError"),
        ):
            with pytest.raises(ClientError) as raised:
                getattr(make(service, endpoint_url=app.endpoint_url, config=once, **keys), call)()
            assert raised.value.response["Error"]["Code"] == code


def test_faults_outlive_a_crash_of_the_services(app: FaultyApp) -> None:
    alice = app.connect()
    services = app.server.emulator.services
    with app.fault("service", throttling="dynamodb"):
        process = services.process
        assert process is not None
        app.server.run(process.kill)
        outcomes = (app.put(alice) for _ in range(20))  # moto is imported again
        assert next(found for found in outcomes if found != "ReadTimeoutError").startswith("Provisioned")
