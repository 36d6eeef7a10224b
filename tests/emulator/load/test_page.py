"""The page in a browser: nothing is fetched, nothing is wider than a phone, a URL is text."""

from pathlib import Path

import pytest

from chromium import chromium, new_page
from longwire.load.page import page
from longwire.load.result import Limit, Result
from longwire.load.scenario import Scenario
from longwire.load.tally import Tally


def made() -> str:
    seconds = []
    for second in range(5):
        tally = Tally()
        tally.open = second
        tally.sent["say"] = 100 * second
        tally.counts.update(expected=100 * second, messages_in=100 * second)
        for _ in range(100 * second):
            tally.latency.add(0.001 * (second + 1))
        seconds.append(tally)
    seconds[2].refused["<b>429</b>"] = 3
    result = Result(Scenario(4, ramp=1, hold=4), "ws://localhost/<script>alert(1)</script>", seconds)
    return page(result, [Limit("p99>1ms"), Limit("max>1s")], "2026-11-25 06:00 UTC")


def test_what_comes_from_outside_is_text() -> None:
    assert "<script>" not in made()
    assert "<b>429</b>" not in made()
    assert "&lt;script&gt;" in made()


def test_nothing_is_left_of_the_frame() -> None:
    for name in ("url", "facts", "table", "verdicts", "charts", "version"):
        assert f"<!--{name}-->" not in made()


@pytest.mark.browser
@pytest.mark.asyncio
@pytest.mark.parametrize("width", [390, 1400])
async def test_it_is_whole_in_a_browser_and_on_a_phone(tmp_path: Path, width: int) -> None:
    file = tmp_path / "load.html"
    file.write_text(made())
    complaints: list[str] = []
    async with chromium() as browser, new_page(browser, complaints) as shown:
        requests: list[str] = []
        shown.on("request", lambda request: requests.append(request.url))
        await shown.set_viewport_size({"width": width, "height": 800})
        await shown.goto(file.as_uri())
        assert await shown.evaluate("document.documentElement.scrollWidth") <= width
        assert await shown.locator("tbody tr").count() == 3
        assert await shown.locator("svg polyline").count() == 7
        assert await shown.locator("li .bad").count() == 2
        assert requests == [file.as_uri()]
    assert complaints == []
