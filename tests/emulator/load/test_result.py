import json

import pytest

from longwire.errors import UsageError
from longwire.load.result import Limit, Result
from longwire.load.scenario import Scenario
from longwire.load.tally import Tally


def second(opened: int, latency: float, *, sent: int = 10, lost: int = 0, refused: int = 0) -> Tally:
    made = Tally()
    made.open = opened
    made.counts.update(attempts=2, opened=2, expected=sent, messages_in=sent - lost)
    made.sent["say"] += sent
    for _ in range(sent - lost):
        made.latency.add(latency)
    if refused:
        made.refused["429"] += refused
    return made


def result() -> Result:
    seconds = [second(5, 0.001), second(10, 0.002, refused=2), second(10, 0.1, lost=3), second(10, 0.1)]
    return Result(Scenario(10, ramp=1, hold=3), "ws://localhost/dev", seconds)


def test_the_whole_is_the_sum_of_its_seconds() -> None:
    figures = result().figures()
    assert (figures["sent"], figures["answers"], figures["unanswered"], figures["refused"]) == (40, 37, 3, 2)
    assert figures["rate"] == 10
    assert figures["max"] == 100
    assert figures["p50"] == pytest.approx(2, rel=0.02) or figures["p50"] == pytest.approx(100, rel=0.02)
    assert figures["error_rate"] == pytest.approx(100 * 5 / 48, abs=0.001)


def test_each_phase_has_its_own_figures() -> None:
    (ramp, first), (peak, second_) = result().phases()
    assert (ramp.name, first["max"], first["rate"]) == ("ramp", 1, 10)
    assert (peak.name, second_["max"], second_["refused"], second_["rate"]) == ("peak", 100, 2, 10)


def test_it_is_json_for_tools() -> None:
    told = json.loads(json.dumps(result().as_json()))
    assert told["figures"]["sent"] == 40
    assert [each["open"] for each in told["by_second"]] == [5, 10, 10, 10]
    assert [each["name"] for each in told["phases"]] == ["ramp", "peak"]
    assert told["refused"] == {"429": 2}


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("p99>200ms", False),
        ("p99 > 50 ms", True),
        ("max>=0.1s", True),
        ("errors>0", True),
        ("errors==2", True),
        ("unanswered!=3", False),
        ("error_rate>20%", False),
        ("error_rate<=20", True),
        ("rate<5", False),
        ("connects<8", False),
    ],
)
def test_limits(text: str, hit: bool) -> None:
    assert Limit(text).is_hit(result().figures()) is hit


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("p99", "is no limit"),
        ("p99>", "is no limit"),
        ("p98>1ms", "there is no figure p98. Did you mean p99?"),
        ("latency>1ms", "There are: p50"),
        ("p99>200", "write ms or s"),
        ("errors>1s", "errors is no time"),
        ("p99>-1ms", "is no limit"),
        ("", "is no limit"),
    ],
)
def test_what_is_no_limit_is_told(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        Limit(text)
    assert told in str(caught.value)
