"""Tables have the width of the terminal, and of none where tests run in several processes."""

import pytest


@pytest.fixture(autouse=True)
def _a_wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
