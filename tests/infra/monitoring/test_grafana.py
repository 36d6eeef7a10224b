"""The Grafana dashboard asks for what a running emulator tells."""

import re
import urllib.request
from pathlib import Path

from longwire.emulator import Options
from longwire.emulator_thread import LongwireServer
from longwire.template.load import load
from longwire_infra.monitoring.grafana import grafana

APP = Path(__file__).parents[2] / "bench" / "echo_app"
PART = re.compile(r"_(total|bucket)$")


def test_each_metric_is_one_that_the_emulator_has() -> None:
    server = LongwireServer(load(APP / "template.yaml"), Options(port=0))
    try:
        with urllib.request.urlopen(f"{server.endpoint_url}/metrics", timeout=20) as answer:  # noqa: S310 - our own
            text = answer.read().decode()
    finally:
        server.close()
    told = {PART.sub("", name) for name in re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)}
    targets = [target["expr"] for panel in grafana()["panels"] for target in panel["targets"]]
    asked = {PART.sub("", name) for expression in targets for name in re.findall(r"longwire_\w+", expression)}
    assert asked - told == set()


def test_pictures_do_not_lie_upon_each_other() -> None:
    panels = grafana()["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels) == len({panel["id"] for panel in panels})
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
