// Panels over the page: at most one, Escape closes it, and the focus goes back to what opened it.

import { byId, h, icon } from "./dom.js";

let shown = null;

export class Popover {
	/** Of the elements `name` and `name-toggle`; `changed(open)`. */
	constructor(name, title, changed = () => {}) {
		this.toggle = byId(`${name}-toggle`);
		this.panel = byId(name);
		this.changed = changed;
		this.close = h("button.quiet", { id: `${name}-close`, "aria-label": `Close ${name}`, onclick: () => this.show(false) }, icon("x"));
		this.panel.prepend(h("div.section-head", {}, h("h2", { id: `${name}-title` }, title), h("span.push"), this.close));
		this.panel.setAttribute("aria-labelledby", `${name}-title`);
		this.toggle.setAttribute("aria-controls", name);
		this.toggle.setAttribute("aria-expanded", "false");
		this.toggle.addEventListener("click", () => this.show(this.panel.hidden));
		for (const element of [this.toggle, this.panel]) {
			element.addEventListener("keydown", (event) => event.key === "Escape" && this.show(false));
		}
	}

	get open() {
		return !this.panel.hidden;
	}

	show(open) {
		if (this.open === open) return;
		if (open) shown?.show(false);
		shown = open ? this : null;
		this.panel.hidden = !open;
		this.toggle.setAttribute("aria-expanded", String(open));
		if (open) this.close.focus();
		else this.toggle.focus();
		this.changed(open);
	}
}
