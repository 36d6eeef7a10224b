// What the run would cost on AWS: a figure in the header, and behind it every line of the bill.

import { byId, h, setText } from "./dom.js";
import { age, dollars } from "./format.js";
import { Popover } from "./popover.js";

const EVERY = 5000; // ms

export class CostView {
	constructor() {
		this.live = false;
		this.loading = false;
		this.cells = new Map(); // line id -> [formula, usd of the run, usd of the month]
		this.toggle = byId("cost-toggle");
		this.popover = new Popover("cost", "What this run would cost on AWS", () => this.load());
		document.addEventListener("visibilitychange", () => this.load());
		setInterval(() => this.load(), EVERY);
	}

	/** An emulator that does not answer is asked for nothing; the last figures stay. */
	follow(live) {
		this.live = live;
		this.load();
	}

	async load() {
		if (!this.live || this.loading || document.hidden) return;
		this.loading = true;
		try {
			const response = await fetch("api/cost", { cache: "no-store" });
			if (response.ok) this.render(await response.json());
		} catch {
			// The feed says it when the emulator is gone.
		} finally {
			this.loading = false;
		}
	}

	render(cost) {
		const run = dollars(cost.total);
		const month = dollars(cost.projection?.total ?? null);
		this.toggle.hidden = false;
		this.toggle.setAttribute("aria-label", `Cost: this run ${run} · at this rate ${month} a month`);
		setText(byId("cost-run"), run);
		setText(byId("cost-rate"), `· at this rate ${month} a month`);
		const time = age(Number(cost.period_seconds));
		setText(byId("cost-total"), cost.error ?? `${time} in ${cost.region}: ${run}. At this rate a month of 30 days is ${month}.`);
		byId("cost-scroll").hidden = cost.error !== null;
		const months = new Map((cost.projection?.lines ?? []).map((line) => [line.id, line.usd]));
		for (const line of cost.lines) this.line(line, months.get(line.id));
		setText(byId("cost-terms"), terms(cost));
	}

	line({ id, formula, usd }, month) {
		if (!this.cells.has(id)) this.cells.set(id, this.row(id));
		const cells = this.cells.get(id);
		setText(cells[0], formula);
		setText(cells[1], dollars(usd));
		setText(cells[2], dollars(month));
		for (const cell of cells) cell.classList.toggle("unknown", usd === null);
	}

	row(id) {
		const cells = [h("td"), h("td"), h("td")];
		byId("cost-lines").append(h("tr", {}, h("th", { scope: "row" }, id), ...cells));
		return cells;
	}
}

function terms(cost) {
	const prices = `Price table of ${cost.prices_of}, no free tier.`;
	return cost.unknown.length === 0 ? prices : `${prices} What is unknown is not counted here, and in no sum.`;
}
