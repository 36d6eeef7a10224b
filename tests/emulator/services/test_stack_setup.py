"""The first line of the services' process."""

import json
from pathlib import Path
from random import Random

from longwire.services.service_endpoints import service_endpoints
from longwire.services.stack_setup import stack_setup
from sample_templates import sample


def test_a_stack_is_told_as_json_with_its_sources_and_endpoints(tmp_path: Path) -> None:
    stack = sample("events", tmp_path).load()
    endpoints = service_endpoints(["stepfunctions=http://127.0.0.1:8083"])
    told = json.loads(json.dumps(stack_setup(stack, "http://127.0.0.1:8765", Random(1), endpoints)))
    assert told["invoke_url"] == "http://127.0.0.1:8765"
    assert told["elsewhere"] == {"states": "http://127.0.0.1:8083"}
    assert told["mappings"] == []
    table, stream = sorted(told["streams"], key=lambda mapping: str(mapping["stream_arn"]))
    assert (table["function"], stream["function"]) == ("heard", "heard")
    assert table["function_arn"].endswith(":function:heard")
    assert table["filters"][0]["eventName"] == ["INSERT", "REMOVE"]
    assert stream["policy"]["retention"] == 24 * 3600
    assert {resource["logical_id"] for resource in told["resources"]} >= {"Rooms", "News", "Clicks", "Work"}


def test_a_queues_visibility_timeout_is_the_sources(tmp_path: Path) -> None:
    plain = sample("plain", tmp_path).append(
        "  Source:\n    Type: AWS::Lambda::EventSourceMapping\n"
        "    Properties: {EventSourceArn: !GetAtt Results.Arn, FunctionName: !Ref MessageFunction}\n"
    )
    plain.replace("QueueName: results", "QueueName: results\n      VisibilityTimeout: 90")
    (mapping,) = stack_setup(plain.load(), "http://127.0.0.1:1", Random(1))["mappings"]
    assert (mapping["function"], mapping["queue"], mapping["visibility_timeout"]) == ("plain-message", "results", 90.0)
