"""Alarms and the dashboard, and that the template has them."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from longwire_infra.monitoring.cloudwatch import BEGIN, END, alarms, dashboard, section
from longwire_infra.monitoring.signals import Parts, signals
from longwire_infra.monitoring.template_parts import Loader, parts_of

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
FOUND = signals(Parts(["One", "Two"], ["Work"], ["WorkDeadLetters"]))


def test_the_template_has_what_is_made_of_it() -> None:
    """`longwire monitoring cloudwatch --write` puts it there."""
    made = section(signals(parts_of(TEMPLATE)))
    text = TEMPLATE.read_text()
    assert BEGIN + text.partition(BEGIN)[2].partition(END + "\n")[0] + END + "\n" == made


def test_an_alarm_of_one_resource_and_one_of_several() -> None:
    made = alarms(FOUND)
    assert made["ApiFailing"]["Dimensions"] == [{"Name": "ApiId", "Value": "${Api}"}, {"Name": "Stage", "Value": "v1"}]
    assert made["DeliverySlow"]["ExtendedStatistic"] == "p99"
    total, *parts = made["FunctionsThrottled"]["Metrics"]
    assert total["Expression"] == "SUM(METRICS())"
    assert [part["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for part in parts] == ["${One}", "${Two}"]


@pytest.fixture
def widgets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dashboard(FOUND)["widgets"]
    return found


def test_pictures_do_not_lie_upon_each_other(widgets: list[dict[str, Any]]) -> None:
    places = [(each["x"], each["y"]) for each in widgets]
    assert len(set(places)) == len(places)
    assert all(each["x"] + each["width"] <= 24 for each in widgets)


def test_each_alarm_and_each_metric_is_in_it(widgets: list[dict[str, Any]]) -> None:
    text = json.dumps(widgets)
    assert all(f'"{signal.metric}"' in text for signal in FOUND)
    assert len(widgets[-1]["properties"]["alarms"]) == len(alarms(FOUND))


def test_the_cost_is_that_of_the_table_of_prices(widgets: list[dict[str, Any]]) -> None:
    assert widgets[-2]["properties"]["metrics"][0][0]["expression"] == "RUNNING_SUM(messages) * 0.000001"


def test_what_is_written_reads_as_what_was_meant() -> None:
    made = yaml.load("Resources:\n" + section(FOUND), Loader)["Resources"]  # noqa: S506 - a SafeLoader
    read = {name: each["Properties"] for name, each in made.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    for properties in read.values():
        assert properties.pop("AlarmActions") == ["HasAlarmTopic", ["AlarmTopicArn"], "AWS::NoValue"]
    assert read == alarms(FOUND)
    assert json.loads(made["Dashboard"]["Properties"]["DashboardBody"]) == dashboard(FOUND)
