"""Alarms and a dashboard as CloudFormation has them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from longwire_infra.monitoring.signals import ABOVE, Signal
from longwire_infra.prices import shipped

__all__ = ["BEGIN", "END", "alarms", "dashboard", "section"]

PERIOD = 60  # seconds
WIDTH, HEIGHT, ACROSS = 8, 6, 3  # of a widget, in the dashboard's grid of 24, and how many stand in a row
BEGIN = "  # ---- Alarms and dashboard: made by `longwire monitoring cloudwatch`, from one list of metrics"
END = "  # ---- End of what is made"
CLOUDWATCH_REGION = "${AWS::Region}"


def alarms(found: Sequence[Signal]) -> dict[str, dict[str, Any]]:
    """Properties by logical id; texts with ``${`` are to go through Fn::Sub."""
    return {signal.alarm.logical_id: alarm_of(signal) for signal in found if signal.alarm is not None}


def alarm_of(signal: Signal) -> dict[str, Any]:
    alarm = signal.alarm
    assert alarm is not None
    common = {
        "EvaluationPeriods": alarm.periods,
        "DatapointsToAlarm": alarm.datapoints,
        "Threshold": alarm.threshold,
        "ComparisonOperator": ABOVE,
        "TreatMissingData": "notBreaching",
    }
    if signal.several:
        return {"AlarmDescription": alarm.meaning, "Metrics": added_up(signal), **common}
    kind = "Statistic" if signal.statistic in ("Sum", "Maximum", "Average") else "ExtendedStatistic"
    metric = {"Namespace": signal.namespace, "MetricName": signal.metric, "Dimensions": named(signal.dimensions)}
    return {"AlarmDescription": alarm.meaning, **metric, kind: signal.statistic, "Period": PERIOD, **common}


def added_up(signal: Signal) -> list[dict[str, Any]]:
    """Metric math: CloudWatch has no alarm on several resources otherwise."""
    parts = [
        {
            "Id": f"m{number}",
            "ReturnData": False,
            "MetricStat": {
                "Metric": {"Namespace": signal.namespace, "MetricName": signal.metric, "Dimensions": named(dimensions)},
                "Period": PERIOD,
                "Stat": signal.statistic,
            },
        }
        for number, dimensions in enumerate((signal.dimensions, *signal.several))
    ]
    return [{"Id": "total", "Expression": "SUM(METRICS())", "Label": signal.label, "ReturnData": True}, *parts]


def named(dimensions: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions]


def dashboard(found: Sequence[Signal]) -> dict[str, Any]:
    """A dashboard's body: a picture for each group, what API Gateway's messages cost, and the alarms."""
    pictures = list(dict.fromkeys(signal.picture for signal in found))
    widgets = [widget(title, [signal for signal in found if signal.picture == title]) for title in pictures]
    widgets += [cost(), alarm_status(found)]
    for number, each in enumerate(widgets):
        row, column = divmod(number, ACROSS)
        each |= {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}
    return {"widgets": widgets}


def widget(title: str, group: Sequence[Signal]) -> dict[str, Any]:
    rows: list[list[Any]] = []
    for number, signal in enumerate(group):
        many = (signal.dimensions, *signal.several)
        if len(many) > 1:
            ids = [f"s{number}x{each}" for each in range(len(many))]
            rows.append([{"expression": f"SUM([{', '.join(ids)}])", "label": signal.label}])
            rows += [row(signal, one, {"id": name, "visible": False}) for one, name in zip(many, ids, strict=True)]
        else:
            rows.append(row(signal, signal.dimensions, {"label": signal.label}))
    properties = {"title": title, "region": CLOUDWATCH_REGION, "view": "timeSeries", "period": PERIOD, "metrics": rows}
    return {"type": "metric", "properties": properties}


def row(signal: Signal, dimensions: Sequence[tuple[str, str]], more: dict[str, Any]) -> list[Any]:
    pairs = [text for pair in dimensions for text in pair]
    return [signal.namespace, signal.metric, *pairs, {"stat": signal.statistic, **more}]


def cost() -> dict[str, Any]:
    """Messages alone, at the first tier of us-east-1: a bill has more to it, `longwire cost` says what."""
    price = next(
        each for each in shipped().chosen("AmazonApiGateway", "us-east-1") if each.item == "websocket_messages"
    )
    message = price.tiers[0].usd
    metrics = [
        [{"expression": f"RUNNING_SUM(messages) * {message:f}", "label": "USD for messages, so far"}],
        ["AWS/ApiGateway", "MessageCount", "ApiId", "${Api}", "Stage", "v1",
         {"id": "messages", "stat": "Sum", "visible": False}],
    ]  # fmt: skip
    title = f"Cost so far, in the time shown (us-east-1: ${message * 1_000_000:.2f} a million)"
    properties = {"title": title, "region": CLOUDWATCH_REGION, "view": "timeSeries", "period": PERIOD}
    return {"type": "metric", "properties": {**properties, "metrics": metrics}}


def alarm_status(found: Sequence[Signal]) -> dict[str, Any]:
    names = [f"${{{signal.alarm.logical_id}.Arn}}" for signal in found if signal.alarm is not None]
    return {"type": "alarm", "properties": {"title": "Alarms", "alarms": names}}


def section(found: Sequence[Signal]) -> str:
    """The part of template.yaml that is made, with its first and last line."""
    lines = [BEGIN, ""]
    for logical_id, properties in alarms(found).items():
        lines += [f"  {logical_id}:", "    Type: AWS::CloudWatch::Alarm", "    Properties:"]
        lines += [f"      {line}" for line in yaml_lines(properties)]
        lines += ["      AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]", ""]
    lines += ["  Dashboard:", "    Type: AWS::CloudWatch::Dashboard", "    Properties:"]
    lines += ["      DashboardName: !Sub ${AWS::StackName}-${AWS::Region}", "      DashboardBody: !Sub |"]
    # One widget a line: a picture that changes is one line of a diff.
    body = [json.dumps(each, separators=(",", ":")) for each in dashboard(found)["widgets"]]
    lines += ['        {"widgets":[', *(f"        {each}," for each in body[:-1]), f"        {body[-1]}", "        ]}"]
    return "\n".join([*lines, "", END]) + "\n"


def yaml_lines(value: Any) -> Iterator[str]:
    """Block style, with ``!Sub`` where CloudFormation has something to fill in."""
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, (dict, list)):
                yield f"{name}:"
                yield from (f"  {line}" for line in yaml_lines(each))
            else:
                yield f"{name}: {scalar(each)}"
    else:
        for each in value:
            first, *others = yaml_lines(each)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)


def scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and "${" in value:
        return f"!Sub {value}"
    if isinstance(value, str) and (": " in value or value[:1] in "{[*&!"):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
