"""The list of metrics, beside what the backend counts."""

import re
from pathlib import Path

from longwire_infra.monitoring.signals import Parts, signals

ROOT = Path(__file__).parents[3]
PARTS = Parts(["One", "Two"], ["Work"], ["WorkDeadLetters"])


def test_the_backend_counts_what_is_looked_at() -> None:
    table = (ROOT / "functions" / "README.md").read_text().partition("## Metrics and logs")[2]
    told = set(re.findall(r"`([A-Z]\w+)`", table))
    own = {signal.metric for signal in signals(PARTS) if signal.namespace == "Longwire"}
    assert own - told == set()


def test_an_alarm_has_one_name_and_says_what_it_means() -> None:
    alarms = [signal.alarm for signal in signals(PARTS) if signal.alarm is not None]
    assert len({alarm.logical_id for alarm in alarms}) == len(alarms)
    assert all(alarm.meaning.endswith(".") and alarm.datapoints <= alarm.periods for alarm in alarms)


def test_each_function_and_queue_is_looked_at() -> None:
    found = signals(PARTS)
    (throttles,) = [signal for signal in found if signal.metric == "Throttles"]
    assert (throttles.dimensions, *throttles.several) == ((("FunctionName", "${One}"),), (("FunctionName", "${Two}"),))
    queues = [signal.dimensions[0][1] for signal in found if signal.namespace == "AWS/SQS"]
    assert queues == ["${Work.QueueName}", "${WorkDeadLetters.QueueName}"]
