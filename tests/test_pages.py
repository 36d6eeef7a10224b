"""docs/: what is made is made, and each claim has its test or says that nobody has seen it on AWS."""

import re
from pathlib import Path

import pytest

from made_pages import ROOT, filled, unheld

PAGES = sorted((ROOT / "docs").glob("*.md"))
UPDATE = "write it with: python tests/support/made_pages.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_parts_that_are_made_are_as_they_are_made(page: Path) -> None:
    text = page.read_text()
    assert text == filled(text), UPDATE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_claim_is_held_by_a_test_or_is_not_verified(page: Path) -> None:
    assert list(unheld(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_page_and_file_that_is_linked_is_there(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_a_claim_without_a_test_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "| a | held by |\n|---|---|\n| b | |\n| c | **not verified on AWS** |\n"
        "| d | [no such](../tests/test_docs.py) |\n\n| e | f |\n|---|---|\n| g | |\n"
    )
    found = list(unheld(page))
    assert [line.partition(":")[2].partition(":")[0] for line in found] == ["3", "5"]
