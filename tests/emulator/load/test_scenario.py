from longwire.load.scenario import Scenario


def test_phases_follow_one_another_up_to_twice_the_peak() -> None:
    it = Scenario(connections=100, ramp=5, hold=10, double=20)
    assert [(phase.name, phase.start, phase.end, phase.connections) for phase in it.phases] == [
        ("ramp", 0, 5, 100),
        ("peak", 5, 15, 100),
        ("second ramp", 15, 20, 200),
        ("twice the peak", 20, 40, 200),
    ]
    assert it.seconds == 40
    assert it.most_connections == 200


def test_without_a_double_it_ends_at_the_peak() -> None:
    it = Scenario(connections=100, ramp=0, hold=10)
    assert [phase.name for phase in it.phases] == ["peak"]
    assert it.most_connections == 100


def test_connections_open_evenly_over_each_ramp() -> None:
    it = Scenario(connections=4, ramp=2, hold=10, double=5)
    assert [it.opens_at(index) for index in range(8)] == [0, 0.5, 1, 1.5, 12, 12.5, 13, 13.5]
