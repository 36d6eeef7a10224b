"""What a simulation found, as JSON."""

import json

from longwire_infra.simulation.backoff import rule
from longwire_infra.simulation.demand import Demand
from longwire_infra.simulation.hour import Herd, simulate
from longwire_infra.simulation.limits import Limits


def test_it_has_a_sample_every_ten_seconds_and_nothing_that_is_no_json() -> None:
    outcome = simulate(Demand(100, 7200), Limits(), rule("full"), [Herd(5)], 30, 1).to_json()
    assert [sample["t"] for sample in json.loads(json.dumps(outcome))["samples"]] == [0, 10, 20]
    assert outcome["broadcast_p50"] is None
