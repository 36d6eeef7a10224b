import json
import random

import pytest

from longwire.load.histogram import Histogram


def filled(*seconds: float) -> Histogram:
    made = Histogram()
    for each in seconds:
        made.add(each)
    return made


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.999])
def test_a_quantile_is_at_most_two_percent_above_the_true_one(share: float) -> None:
    chance = random.Random(3)
    values = sorted(chance.lognormvariate(-5, 1.5) for _ in range(20_000))
    true = values[round(share * len(values)) - 1]
    assert true - 1e-6 <= filled(*values).quantile(share) <= true * 1.017 + 1e-6


def test_the_extremes_are_exact() -> None:
    it = filled(0.001, 0.5, 7.25)
    assert it.max == it.quantile(1.0) == 7.25
    assert it.mean() == pytest.approx(7.751 / 3)
    assert len(it) == 3
    assert it.quantile(0.01) == pytest.approx(0.001, rel=0.02)


def test_without_values_all_is_0() -> None:
    it = Histogram()
    assert (len(it), it.mean(), it.quantile(0.5), it.max) == (0, 0.0, 0.0, 0.0)


def test_two_told_as_json_are_as_one() -> None:
    both = Histogram()
    for part in (filled(0.001, 0.002), filled(0.1)):
        both.take(json.loads(json.dumps(part.tell())))
    assert both.tell() == filled(0.001, 0.002, 0.1).tell()


def test_nothing_is_too_short_or_too_long() -> None:
    it = filled(0.0, 1e-9, 3600.0)
    assert it.quantile(0.5) <= 2e-6
    assert it.quantile(1.0) == 3600.0
