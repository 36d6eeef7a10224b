"""The figure in the header, and the bill behind it."""

from decimal import Decimal

import pytest
from playwright.async_api import expect

from inspector_stage import Stage
from longwire_infra.usage import Usage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_header_has_the_run_and_the_month_at_its_rate(stage: Stage) -> None:
    await stage.open()
    toggle = stage.page.locator("#cost-toggle")
    await expect(toggle).to_have_text("this run$0.001· at this rate $43.24 a month")
    await expect(toggle).to_have_accessible_name("Cost: this run $0.001 · at this rate $43.24 a month")


async def test_the_bill_opens_and_closes_by_keys(stage: Stage) -> None:
    await stage.open()
    page = stage.page
    toggle, panel = page.locator("#cost-toggle"), page.get_by_role("region", name="What this run would cost on AWS")
    await toggle.focus()
    await page.keyboard.press("Enter")
    await expect(panel).to_be_visible()
    await expect(toggle).to_have_attribute("aria-expanded", "true")
    await expect(panel.get_by_role("button", name="Close cost")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(panel.get_by_role("region", name="Lines of the bill")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(toggle).to_be_focused()


async def test_every_line_has_its_formula_and_the_unknown_is_no_zero(stage: Stage) -> None:
    await stage.open()
    await stage.page.locator("#cost-toggle").click()
    rows = stage.page.locator("#cost-lines tr")
    found = {
        (await row.locator("th").text_content()): await row.locator("td").all_text_contents()
        for row in await rows.all()
    }
    assert found["websocket_messages"] == ["1,000 messages of 32 KB: 1,000 x $0.000001", "$0.001", "$43.20"]
    assert found["connection_minutes"] == ["4 minutes: 4 x $0.00000025", "$0.000001", "$0.043"]
    assert found["lambda_requests"] == ["depends on usage: $0.2 per million invocations", "unknown", "unknown"]
    await expect(stage.page.locator("#cost-total")).to_have_text(
        "1 m 00 s in us-east-1: $0.001. At this rate a month of 30 days is $43.24."
    )


async def test_the_figures_follow_the_run_while_the_page_is_open(stage: Stage) -> None:
    await stage.page.clock.install()
    await stage.open()
    await expect(stage.page.locator("#cost-run")).to_have_text("$0.001")
    stage.script.usage = Usage(period_seconds=Decimal(120), websocket_messages=Decimal(3_000_000))
    await stage.page.clock.run_for(5000)
    await expect(stage.page.locator("#cost-run")).to_have_text("$3.00")


async def test_a_page_that_nobody_sees_asks_for_nothing(stage: Stage) -> None:
    await stage.page.clock.install()
    await stage.open()
    await expect(stage.page.locator("#cost-run")).to_have_text("$0.001")
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    await stage.page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    await stage.page.clock.run_for(20_000)
    assert [url for url in asked if url.endswith("/api/cost")] == []
    stage.script.usage = Usage(period_seconds=Decimal(120), websocket_messages=Decimal(3_000_000))
    await stage.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    await expect(stage.page.locator("#cost-run")).to_have_text("$3.00")


async def test_a_region_without_prices_is_told_with_the_reason(stage: Stage) -> None:
    stage.script.region = "ap-east-2"
    await stage.open()
    await expect(stage.page.locator("#cost-run")).to_have_text("unknown")
    await stage.page.locator("#cost-toggle").click()
    await expect(stage.page.locator("#cost-total")).to_contain_text("there is no price of AmazonApiGateway")
    await expect(stage.page.locator("#cost-lines")).to_be_hidden()
