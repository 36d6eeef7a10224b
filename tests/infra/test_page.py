import asyncio
import re
from pathlib import Path

import pytest

from chromium import chromium
from longwire_infra.calculation import bill_page, calculated, described
from workloads import cost

FLAGS = {"connections": "10000", "messages_per_second": "1", "message_bytes": "200"}


def made(flags: dict[str, str], file: Path | None = None) -> str:
    workload = described(file, flags, ())
    return bill_page(workload, calculated(workload, ())[0], "two-zones")


def test_the_page_has_the_bill_its_formulas_and_the_comparison_and_fetches_nothing() -> None:
    text = made(FLAGS)

    assert "<h1>$21,044.00</h1>" in text
    assert "24,920,000,000 x $0.0000008" in text
    assert "Self-hosted on EC2" in text
    assert text.count("<polyline") == 4
    assert re.findall(r"""(?:src=|href=|url\(|https?:)""", text) == []
    assert re.findall(r"<!--\w+-->", text) == []


def test_names_from_a_file_are_text(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    sources = "[{name: <script>, per_day: 1, bytes: 1}, {name: b, per_day: 1, bytes: 1}]"
    file.write_text(f"connections: 1\nsources: {sources}\n")
    text = made({}, file)

    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_page_where_there_are_no_servers_has_one_line() -> None:
    assert made({"connections": "10", "region": "eu-north-1"}).count("<polyline") == 2


def test_the_command_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "bill.html"

    assert cost("--connections", 10, "--html", file).exit_code == 0
    assert file.read_text().startswith("<!doctype html>")
    assert cost("--connections", 10, "--html", tmp_path / "none" / "bill.html").exit_code == 2


@pytest.mark.browser
def test_nothing_is_wider_than_a_phone(tmp_path: Path) -> None:
    file = tmp_path / "bill.html"
    file.write_text(made(FLAGS))

    async def widths() -> list[int]:
        async with chromium() as browser:
            page = await browser.new_page(viewport={"width": 360, "height": 800})
            await page.goto(file.as_uri())
            return [int(await page.evaluate("document.documentElement.scrollWidth"))]

    assert asyncio.run(widths()) == [360]
