import re

from click import unstyle

from longwire.load.result import Limit, Result
from longwire.load.scenario import Scenario
from longwire.load.screen import progress_line, summary
from longwire.load.tally import Tally


def tally(latency: float = 0.004) -> Tally:
    made = Tally()
    made.open = 3
    made.counts.update(attempts=4, opened=3, expected=2)
    made.sent["say"] = 2
    made.latency.add(latency)
    made.refused["429"] = 7
    return made


def result() -> Result:
    return Result(Scenario(3, ramp=1, hold=1), "ws://localhost/dev", [tally(), tally(0.05), Tally()])


def test_the_line_while_it_runs() -> None:
    line = unstyle(progress_line(Scenario(3, ramp=2, hold=2), 1, tally()))
    assert (
        line == "  ██████░░░░░░░░░░░░░░░░░░    1 s  ramp                 3 open         2 sent/s  p99 4.0 ms  7 errors"
    )
    assert "last answers" in progress_line(Scenario(3, ramp=2, hold=2), 5, Tally())


def test_the_table_at_the_end() -> None:
    lines = unstyle(summary(result(), [Limit("p99>10ms"), Limit("errors>100")])).splitlines()
    assert re.sub(" +", " ", lines[1]).strip() == "connections sent/s answers p50 p90 p99 p999 max errors unanswered"
    assert lines[2].split()[:4] == ["ramp", "3", "2", "1"]
    assert lines[4].split()[-2:] == ["14", "2"]
    assert "refused: 14 times 429" in "\n".join(lines)
    assert lines[-2].strip() == "failed  --fail-if 'p99>10ms': p99 is 50"
    assert lines[-1].strip() == "held    --fail-if 'errors>100': errors is 14"
