"""What a test has to say for itself."""

from faulty_app import FaultyApp
from longwire.pytest_report import SHOWN, newest, problems, sections


def test_a_failing_test_shows_timeline_logs_and_faults(app: FaultyApp) -> None:
    alice = app.connect()
    app.fault("frame", latency=1, count=1, connection=app.connect())
    with app.fault("invoke", error="ValueError: boom", function="Echo"):
        app.echo(alice, "x")
    shown = dict(sections(app))
    assert '→ echo  {"action": "echo", "text": "x"}' in shown["longwire timeline"]
    assert "Echo | [ERROR] ValueError: boom" in shown["longwire logs"]
    assert "Echo | REPORT RequestId:" in shown["longwire logs"]
    assert shown["longwire faults"].splitlines()[0].endswith(": it never struck")
    assert shown["longwire faults"].splitlines()[1] == (
        "fault(\"invoke\", error='ValueError: boom', function='Echo'): it struck 1 time"
    )
    assert "\x1b" not in "".join(shown.values())


def test_what_did_not_happen_has_no_section(app: FaultyApp) -> None:
    assert sections(app) == []


def test_the_newest_of_many_entries_are_shown() -> None:
    lines = [str(number) for number in range(SHOWN + 5)]
    assert newest(lines)[:2] == ["... 5 before these", "5"]
    assert newest(lines[:SHOWN]) == lines[:SHOWN]


def test_a_failure_without_a_fault_is_a_problem(app: FaultyApp) -> None:
    alice = app.connect()
    alice.send(action="store", operation="no_such_operation", arguments={})
    alice.receive(20)
    assert problems(app, []) == ["Store failed: AttributeError: 'DynamoDB' object has no attribute 'no_such_operation'"]


def test_a_failure_while_a_fault_is_in_force_is_none(app: FaultyApp) -> None:
    alice = app.connect()
    with app.fault("invoke", crash="Echo"):
        app.echo(alice, "x")
    assert problems(app, []) == []


def test_a_fault_that_never_struck_and_an_open_connection_are_problems(app: FaultyApp) -> None:
    with app.fault("invoke", crash="Echo"):
        pass
    assert problems(app, ["abc (curl)"]) == [
        "fault(\"invoke\", crash='Echo') never struck",
        "the connection abc (curl) was left open",
    ]
