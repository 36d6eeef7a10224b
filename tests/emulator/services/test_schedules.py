"""Rules with a schedule, and EventBridge Scheduler's: in virtual time, from a template or made by a handler."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from longwire.core.api import Resource
from longwire.services.moto_dispatch import CallFailed
from longwire.services.provision import ProvisionFailed
from longwire.services.schedules import Schedules
from moto_in_virtual_time import ACCOUNT, REGION, World, arn, function_arn, queue

MINUTE = 60


@pytest.fixture
def schedules(world: World) -> Schedules:
    world.now = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    return Schedules(world.targets, ACCOUNT, REGION, world.clock)


@pytest.fixture
def advance(world: World, schedules: Schedules) -> Callable[[float], float | None]:
    def move(seconds: float) -> float | None:
        async def run() -> float | None:
            world.now += seconds
            found = schedules.check()
            await world.settle()
            return found

        return asyncio.run(run())

    return move


def rule(name: str, expression: str, **properties: Any) -> Resource:
    targets = [{"Id": "0", "Arn": function_arn(name), **properties.pop("target", {})}]
    return Resource(
        name, "AWS::Events::Rule", {"ScheduleExpression": expression, "Targets": targets, **properties}, name
    )


def schedule(name: str, expression: str, target: dict[str, Any] | None = None, **properties: Any) -> Resource:
    given = {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ScheduleExpression": expression,
        "Target": {"Arn": function_arn(name), "RoleArn": "arn:aws:iam::1:role/r", **(target or {})},
    }
    return Resource(name, "AWS::Scheduler::Schedule", {**given, **properties}, name)


def test_a_rule_fires_at_its_rate_with_a_scheduled_event(world: World, advance: Any) -> None:
    world.create(rule("tick", "rate(5 minutes)"), rule("off", "rate(1 minute)", State="DISABLED"))
    assert advance(0) == world.now + 5 * MINUTE
    advance(4 * MINUTE)
    assert world.functions.calls == []
    assert advance(MINUTE) == world.now + 5 * MINUTE
    ((name, event, kind),) = world.functions.calls
    assert (name, kind, event.pop("id") != "") == ("tick", "Event", True)
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2026-01-01T00:05:00Z",
        "region": REGION,
        "resources": [arn("events", "rule/tick")],
        "detail": {},
    }


def test_a_clock_that_jumps_leaves_out_what_lies_between(world: World, advance: Any) -> None:
    world.create(rule("tick", "rate(1 minute)"))
    advance(0)
    advance(60 * MINUTE)
    assert len(world.functions.events("tick")) == 1


def test_a_target_with_input_gets_that(world: World, advance: Any) -> None:
    world.create(rule("tick", "cron(0 12 * * ? *)", target={"Input": {"a": 1}}))
    advance(0)
    advance(12 * 60 * MINUTE)
    assert world.functions.events("tick") == [{"a": 1}]


def test_a_schedule_runs_in_its_time_zone_and_sends_its_input(world: World, advance: Any) -> None:
    given = {"Input": '{"at": "<aws.scheduler.scheduled-time>", "of": "<aws.scheduler.schedule-arn>"}'}
    world.create(schedule("daily", "cron(0 9 * * ? *)", given, ScheduleExpressionTimezone="Europe/Berlin"))
    advance(0)
    advance(8 * 60 * MINUTE)
    own = arn("scheduler", "schedule/default/daily")
    assert world.functions.events("daily") == [{"at": "2026-01-01T08:00:00Z", "of": own}]


def test_a_schedule_has_a_start_and_an_end_and_may_be_of_a_group(world: World, advance: Any) -> None:
    group = Resource("Group", "AWS::Scheduler::ScheduleGroup", {}, "group")
    dates: dict[str, Any] = {"StartDate": "2026-01-01T01:00:00Z", "EndDate": "2026-01-01T01:02:30Z"}
    world.create(group, schedule("some", "rate(1 minute)", **dates, GroupName="group"))
    advance(0)
    for _ in range(70):
        advance(MINUTE)
    assert world.functions.events("some") == [{}, {}]


def test_a_handlers_reminder_runs_once_and_is_deleted(world: World, advance: Any) -> None:
    world.create(queue("reminders"))
    asked = {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ScheduleExpression": "at(2026-01-01T00:30:00)",
        "ActionAfterCompletion": "DELETE",
        "Target": {"Arn": arn("sqs", "reminders"), "RoleArn": "arn:aws:iam::1:role/r", "Input": "wake up"},
    }
    world.moto.rest_json("scheduler", "POST", "/schedules/reminder", asked)
    advance(29 * MINUTE)
    assert world.messages("reminders") == []
    assert advance(MINUTE) is None
    assert world.messages("reminders") == ["wake up"]
    assert world.moto.rest_json("scheduler", "GET", "/schedules", {})["Schedules"] == []


def test_a_changed_expression_holds_at_once_and_a_deleted_rule_is_gone(world: World, advance: Any) -> None:
    world.create(rule("tick", "rate(1 hour)"))
    advance(0)
    asked = {"Name": "tick", "ScheduleExpression": "rate(1 minute)"}
    world.moto.json("events", "AWSEvents.PutRule", asked)
    assert advance(0) == world.now + MINUTE
    world.moto.json("events", "AWSEvents.RemoveTargets", {"Rule": "tick", "Ids": ["0"]})
    world.moto.json("events", "AWSEvents.DeleteRule", {"Name": "tick"})
    assert advance(2 * MINUTE) is None
    assert world.functions.calls == []


def test_an_expression_that_eventbridge_refuses_is_refused(world: World) -> None:
    with pytest.raises(CallFailed, match="ScheduleExpression is not valid"):
        world.moto.json("events", "AWSEvents.PutRule", {"Name": "bad", "ScheduleExpression": "rate(1 minutes)"})
    with pytest.raises(ProvisionFailed, match=r"Invalid Schedule Expression rate\(1 minutes\)\."):
        world.create(schedule("bad", "rate(1 minutes)"))
    world.create(schedule("good", "rate(1 minute)"))
    changed = {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ScheduleExpression": "never",
        "Target": {"Arn": function_arn("f"), "RoleArn": "arn:aws:iam::1:role/r"},
    }
    with pytest.raises(CallFailed, match="Invalid Schedule Expression never"):
        world.moto.rest_json("scheduler", "PUT", "/schedules/good", changed)


def test_a_bus_gets_what_the_schedule_says(world: World, advance: Any) -> None:
    named = {"Arn": arn("events", "event-bus/default"), "Input": '{"n": 1}'}
    given = {**named, "EventBridgeParameters": {"DetailType": "Tick", "Source": "clock"}}
    fits = {"source": ["clock"], "detail-type": ["Tick"]}
    targets = [{"Id": "0", "Arn": function_arn("listener")}]
    world.create(
        schedule("to-bus", "rate(1 minute)", given),
        Resource("on", "AWS::Events::Rule", {"EventPattern": fits, "Targets": targets}, "on"),
    )
    advance(0)
    advance(MINUTE)
    assert [json.dumps(event["detail"]) for event in world.functions.events("listener")] == ['{"n": 1}']
