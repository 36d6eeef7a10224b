"""Workloads for tests, as text of a file or by flags, and the command in this process."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from longwire.cli import main
from longwire_infra.workload import Workload
from longwire_infra.workload_file import read_workload
from longwire_infra.written import from_file

# "1,000 users, 12 hours a day, each sends 100 messages and gets 500, 3 KB": $23.40 in us-east-1.
AWS_EXAMPLE = """\
connections: 1000
hours_per_day: 12
sources:
  - {name: sent, per_day: 100, bytes: 3000}
  - {name: received, direction: out, per_day: 500, bytes: 3000}
"""


def workload(tmp_path: Path, text: str) -> Workload:
    file = tmp_path / "workload.yaml"
    file.write_text(text)
    return read_workload(from_file(file))


def cost(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["cost", *map(str, arguments)])


def cost_json(*arguments: object) -> dict[str, Any]:
    result = cost(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def line(bill: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(line for line in bill["lines"] if line["id"] == name)
    return found


def usd(bill: dict[str, Any], name: str) -> Decimal:
    return Decimal(line(bill, name)["usd"])
