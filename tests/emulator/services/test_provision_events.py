"""Rules and schedules are created as their properties say; that they work is shown by the tests of each."""

import json

import pytest

from longwire.core.api import Resource
from longwire.services.provision import ProvisionFailed
from moto_in_virtual_time import World, function_arn

TARGET = {"Id": "0", "Arn": function_arn("f"), "Input": {"a": 1}}


def test_a_rule_of_a_bus_has_its_pattern_and_targets(world: World) -> None:
    properties = {"EventBusName": "other", "EventPattern": {"source": ["a"]}, "State": "DISABLED", "Targets": [TARGET]}
    world.create(
        Resource("Rule", "AWS::Events::Rule", properties, "r"),
        Resource("Bus", "AWS::Events::EventBus", {"Name": "other"}, "other"),
    )
    found = world.moto.json("events", "AWSEvents.DescribeRule", {"Name": "r", "EventBusName": "other"})
    assert (found["State"], json.loads(found["EventPattern"])) == ("DISABLED", {"source": ["a"]})
    asked = {"Rule": "r", "EventBusName": "other"}
    (target,) = world.moto.json("events", "AWSEvents.ListTargetsByRule", asked)["Targets"]
    assert target == {**TARGET, "Input": '{"a": 1}'}


def test_a_schedules_dates_are_taken_with_and_without_a_zone(world: World) -> None:
    properties = {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ScheduleExpression": "rate(1 minute)",
        "StartDate": "2030-01-01T00:00:00Z",
        "EndDate": "2030-01-02T00:00:00",
        "Target": {"Arn": function_arn("f"), "RoleArn": "arn:aws:iam::1:role/r", "Input": {"a": 1}},
    }
    world.create(Resource("S", "AWS::Scheduler::Schedule", properties, "s"))
    found = world.moto.rest_json("scheduler", "GET", "/schedules/s", {})
    assert (float(found["StartDate"]), float(found["EndDate"])) == (1893456000.0, 1893542400.0)
    assert found["Target"]["Input"] == '{"a": 1}'


def test_what_the_service_refuses_is_the_resources_error(world: World) -> None:
    rule = Resource("R", "AWS::Events::Rule", {"EventBusName": "none", "EventPattern": {"source": ["a"]}}, "r")
    with pytest.raises(ProvisionFailed, match="R: ResourceNotFoundException: Event bus none does not exist"):
        world.create(rule)
