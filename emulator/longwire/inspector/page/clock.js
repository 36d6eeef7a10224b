// The emulator's clock: how far it is ahead, and moving it.

import { call } from "./call.js";
import { byId, h, setText } from "./dom.js";
import { age, date } from "./format.js";
import { Popover } from "./popover.js";

const STEPS = [["+1 min", 60], ["+10 min", 600], ["+2 h", 7200]];

export class ClockView {
	constructor(model) {
		this.model = model;
		this.popover = new Popover("clock", "Clock", () => this.render());
		this.toggle = this.popover.toggle;
		this.told = h("p.numbers", { role: "status" });
		this.problem = h("p.reason", { role: "alert" });
		this.pause = h("button.button", { onclick: () => this.send({ [this.model.clock.paused ? "resume" : "pause"]: true }) });
		this.minutes = h("input", { type: "number", min: "0", step: "any", value: "60", "aria-label": "Minutes" });
		const form = h("form.line", { onsubmit: (event) => this.submit(event) }, this.minutes, "minutes", h("button.button", { type: "submit" }, "Advance"));
		const steps = STEPS.map(([label, seconds]) => h("button.button", { onclick: () => this.send({ advance: seconds }) }, label));
		const hint = "Idle closes, the two-hour limit, timeouts, Time to Live, schedules and the handlers' time move together, and never back.";
		this.popover.panel.append(this.told, h("div.line", {}, steps, this.pause), form, this.problem, h("p.faint", {}, hint));
	}

	submit(event) {
		event.preventDefault();
		this.send({ advance: Number(this.minutes.value) * 60 });
	}

	async send(order) {
		this.popover.panel.setAttribute("aria-busy", "true");
		setText(this.problem, "");
		try {
			this.model.setClock(await call("clock", order));
		} catch (error) {
			setText(this.problem, error.message);
		}
		this.popover.panel.removeAttribute("aria-busy");
		this.render();
	}

	/** Real time needs no words; every other is in sight. */
	render() {
		const { offset, paused } = this.model.clock;
		const ahead = offset >= 0.5 ? `+${age(Math.round(offset))}` : "";
		const text = [ahead, paused ? "paused" : ""].filter(Boolean).join(", ");
		setText(this.toggle.lastElementChild, text === "" ? "Clock" : `Clock ${text}`);
		this.toggle.classList.toggle("warn", text !== "");
		if (!this.popover.open) return;
		setText(this.told, `${date(this.model.now())} · ${text || "real time"}`);
		setText(this.pause, paused ? "Resume" : "Pause");
	}
}
