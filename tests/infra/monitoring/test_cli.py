"""`longwire monitoring` as it is typed."""

import json
from pathlib import Path

from click.testing import CliRunner

from longwire.cli import main

ROOT = Path(__file__).parents[3]


def test_writing_changes_nothing_where_all_is_as_made(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    text = (ROOT / "template.yaml").read_text()
    file.write_text(text)
    printed = CliRunner().invoke(main, ["monitoring", "cloudwatch", "--template", str(file)])
    assert printed.output in text
    assert CliRunner().invoke(main, ["monitoring", "cloudwatch", "--template", str(file), "--write"]).exit_code == 0
    assert file.read_text() == text


def test_grafana_is_json() -> None:
    assert json.loads(CliRunner().invoke(main, ["monitoring", "grafana"]).output)["panels"]


def test_a_template_that_is_not_there_is_one_message(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["monitoring", "cloudwatch", "--template", str(tmp_path / "none.yaml")])
    assert done.exit_code == 2
    assert "none.yaml cannot be read" in done.output
