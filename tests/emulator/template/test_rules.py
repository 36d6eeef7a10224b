"""Rules, schedules and subscriptions are checked before anything is created."""

from pathlib import Path

import pytest

from sample_templates import Sample, sample

RULE = """\
  Rule:
    Type: AWS::Events::Rule
    Properties: {%s}
"""
SCHEDULE = """\
  Schedule:
    Type: AWS::Scheduler::Schedule
    Properties: {FlexibleTimeWindow: {Mode: OFF}, %s}
"""
FUNCTION = "Arn: !GetAtt MessageFunction.Arn"
QUEUE = "arn:aws:sqs:us-east-1:123456789012"


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def test_a_rule_has_its_pattern_and_targets(plain: Sample) -> None:
    plain.append(RULE % f"Name: r, EventPattern: {{source: [a]}}, Targets: [{{Id: '1', {FUNCTION}}}]")
    rule = plain.load().resources["Rule"]
    assert rule.physical_id == "r"
    assert rule.properties["EventPattern"] == {"source": ["a"]}
    assert rule.properties["Targets"][0]["Arn"].endswith(":function:plain-message")


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("State: ENABLED", "a rule needs EventPattern or ScheduleExpression"),
        ("EventPattern: {source: a}", "is no event pattern: source: has to be"),
        ("EventPattern: '{'", "is no event pattern"),
        ("EventPattern: {source: [{prefx: a}]}", "there is no operator prefx"),
        ("ScheduleExpression: rate(1 minutes)", "EventBridge wants rate(1 minute)"),
        ("ScheduleExpression: cron(0 9 * * *)", "has 5 fields"),
        ("ScheduleExpression: at(2030-01-01T00:00:00)", "is for AWS::Scheduler::Schedule"),
        ("ScheduleExpression: rate(1 minute), EventBusName: other", "has to be on the default bus"),
        ("EventPatern: {}", "has no property EventPatern\n  Did you mean EventPattern?"),
        ("EventPattern: {source: [a]}, Targets: [{Id: a}]", "needs Arn"),
        ("EventPattern: {source: [a]}, Targets: [{Id: a, Arn: x, Inputs: y}]", "Targets has no Inputs"),
        ("EventPattern: {source: [a]}, Targets: [{Id: a, Arn: x}]", "x gets no events here"),
        (
            "EventPattern: {source: [a]}, Targets: [{Id: a, Arn: 'arn:aws:ecs:us-east-1:1:cluster/c'}]",
            "cluster/c gets no events here; events, kinesis, lambda",
        ),
        (
            "EventPattern: {source: [a]}, Targets: [{Id: a, Arn: 'arn:aws:lambda:us-east-1:1:function:plain-mesage'}]",
            "no function plain-mesage\n  Did you mean plain-message?",
        ),
        (
            f"EventPattern: {{source: [a]}}, Targets: [{{Id: a, {FUNCTION}, Input: '1', InputPath: $}}]",
            "a target has one of Input, InputPath",
        ),
        (
            f"EventPattern: {{source: [a]}}, Targets: [{{Id: a, Arn: '{QUEUE}:q.fifo'}}]",
            "a FIFO queue needs SqsParameters",
        ),
    ],
)
def test_a_rule_that_is_wrong_is_refused(plain: Sample, properties: str, message: str) -> None:
    assert message in str(plain.append(RULE % properties).error())


def test_a_target_that_is_not_emulated_is_left_out_if_that_is_allowed(plain: Sample) -> None:
    ecs = "{Id: b, Arn: 'arn:aws:ecs:us-east-1:1:cluster/c'}"
    plain.append(RULE % f"EventPattern: {{source: [a]}}, Targets: [{{Id: a, {FUNCTION}}}, {ecs}]")
    targets = plain.load(allow_unsupported=True).resources["Rule"].properties["Targets"]
    assert [target["Id"] for target in targets] == ["a"]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (f"ScheduleExpression: every day, Target: {{{FUNCTION}, RoleArn: r}}", "is none of rate"),
        (
            f"ScheduleExpression: rate(1 minute), ScheduleExpressionTimezone: Mars, Target: {{{FUNCTION}, RoleArn: r}}",
            "there is no time zone Mars",
        ),
        (f"ScheduleExpression: rate(1 minute), Target: {{{FUNCTION}}}", "needs RoleArn"),
        ("ScheduleExpression: rate(1 minute), Target: {Arn: x, RoleArn: r}", "x gets no events here"),
    ],
)
def test_a_schedule_that_is_wrong_is_refused(plain: Sample, properties: str, message: str) -> None:
    assert message in str(plain.append(SCHEDULE % properties).error())


def test_a_schedule_in_a_window_runs_on_time_which_is_said(plain: Sample) -> None:
    schedule = SCHEDULE % f"ScheduleExpression: rate(1 minute), Target: {{{FUNCTION}, RoleArn: r}}"
    plain.append(schedule.replace("Mode: OFF", "Mode: FLEXIBLE, MaximumWindowInMinutes: 5"))
    stack = plain.load()
    assert stack.resources["Schedule"].properties["ScheduleExpression"] == "rate(1 minute)"
    assert "FlexibleTimeWindow" in stack.warnings[0]


def test_a_function_subscribes_to_a_topic(plain: Sample) -> None:
    plain.append(
        "  Reader:\n    Type: AWS::SNS::Subscription\n    Properties: {TopicArn: !Ref Topic, Protocol: lambda,"
        " Endpoint: !GetAtt MessageFunction.Arn}\n"
    )
    assert plain.load().resources["Reader"].properties["Endpoint"].endswith(":function:plain-message")
