// The list of entries: only the rows in sight exist, so ten thousand entries cost no more than fifty.

import { byId, h, setText, settings } from "./dom.js";
import { parseFilter } from "./filter.js";
import { counted } from "./format.js";
import { row } from "./rows.js";

const AHEAD = 12; // rows beyond each edge
const EARLIER = 2000; // entries of one "load earlier"

export class TimelineView {
	/** `on.select(item or null)`, `on.earlier(seq, limit)` a promise of entries, `on.changed()`. */
	constructor(model, on) {
		this.model = model;
		this.on = on;
		this.viewport = byId("viewport");
		this.rows = byId("rows");
		this.filter = null;
		this.platform = settings.get("platform", false); // whether START, END and REPORT lines are shown
		this.shown = [];
		this.held = []; // arrived while paused
		this.built = new Map(); // item -> row
		this.selected = null;
		this.following = true;
		this.paused = false;
		this.unseen = 0;
		this.first = 1; // the oldest seq that the emulator holds
		this.top = 0;
		this.listen();
	}

	listen() {
		this.viewport.addEventListener("scroll", () => this.scrolled(), { passive: true });
		this.viewport.addEventListener("keydown", (event) => this.key(event));
		this.rows.addEventListener("click", (event) => this.clicked(event));
		byId("filter").addEventListener("input", (event) => this.setFilter(event.target.value));
		byId("filter").addEventListener("keydown", (event) => this.filterKey(event));
		byId("pause").addEventListener("click", () => this.setPaused(!this.paused));
		byId("follow").addEventListener("click", () => this.setFollowing(!this.following));
		byId("clear").addEventListener("click", () => this.clear());
		byId("platform").checked = this.platform;
		byId("platform").addEventListener("change", (event) => this.setPlatform(event.target.checked));
		byId("newer").addEventListener("click", () => this.toEnd());
		byId("earlier").addEventListener("click", () => this.loadEarlier());
		new ResizeObserver(() => this.resized()).observe(this.viewport);
	}

	// --- what is in the list

	/** Another start of the emulator, or earlier entries: everything anew. */
	restart() {
		this.held = [];
		this.unseen = 0;
		this.refilter();
	}

	added(item) {
		if (this.paused) {
			this.held.push(item);
			return;
		}
		if (!this.wanted(item)) return;
		this.shown.push(item);
		if (!this.following) this.unseen += 1;
	}

	wanted(item) {
		if (item.platform && !this.platform) return false;
		return this.filter === null || this.filter(item);
	}

	setPlatform(shown) {
		this.platform = shown;
		settings.set("platform", shown);
		this.refilter();
	}

	setFilter(query) {
		this.filter = parseFilter(query);
		this.refilter();
	}

	refilter() {
		const held = new Set(this.held);
		this.shown = this.model.items.filter((item) => !held.has(item) && this.wanted(item));
		this.built.clear();
		this.rows.replaceChildren();
		this.render();
		this.on.changed();
	}

	/** The model dropped its oldest entries. */
	trimmed() {
		const oldest = this.model.items[0]?.seq ?? Infinity;
		const kept = this.shown.findIndex((item) => item.seq >= oldest);
		const gone = kept < 0 ? this.shown.length : kept;
		if (gone === 0) return;
		this.shown.splice(0, gone);
		if (!this.following) this.viewport.scrollTop -= gone * this.rowHeight();
	}

	clear() {
		this.model.reset();
		this.first = Infinity; // what was cleared is not offered again
		this.select(null);
		this.restart();
	}

	async loadEarlier() {
		const oldest = this.model.items[0]?.seq;
		if (oldest === undefined) return;
		const entries = await this.on.earlier(oldest, EARLIER);
		const { length } = this.shown;
		const top = this.viewport.scrollTop;
		const selected = this.selected?.seq;
		this.model.prepend(entries);
		if (entries.length === 0) this.first = oldest;
		this.setFollowing(false);
		this.restart();
		this.selected = this.model.items.find((item) => item.seq === selected) ?? null;
		this.viewport.scrollTop = top + (this.shown.length - length) * this.rowHeight();
		this.render();
	}

	// --- drawing

	rowHeight() {
		this.height ??= Number.parseFloat(getComputedStyle(this.viewport).getPropertyValue("--row")) || 26;
		return this.height;
	}

	resized() {
		this.height = undefined;
		this.render();
	}

	render() {
		const height = this.rowHeight();
		this.rows.style.setProperty("height", `${this.shown.length * height}px`);
		this.renderEdges();
		if (this.following) this.viewport.scrollTop = this.viewport.scrollHeight;
		this.top = this.viewport.scrollTop;
		const from = Math.max(0, Math.floor((this.top - this.rows.offsetTop) / height) - AHEAD);
		const to = Math.min(this.shown.length, Math.ceil((this.top + this.viewport.clientHeight) / height) + AHEAD);
		this.place(from, to, height);
	}

	/** Add and remove as few rows as possible: a row under the pointer stays the same element. */
	place(from, to, height) {
		const wanted = new Set(this.shown.slice(from, to));
		for (const [item, element] of this.built) {
			if (wanted.has(item)) continue;
			element.remove();
			this.built.delete(item);
		}
		let next = this.rows.firstChild;
		for (let position = from; position < to; position += 1) {
			const element = this.element(this.shown[position]);
			element.style.setProperty("top", `${position * height}px`);
			element.setAttribute("aria-posinset", position + 1);
			element.setAttribute("aria-setsize", this.shown.length);
			if (element === next) next = element.nextSibling;
			else this.rows.insertBefore(element, next);
		}
	}

	element(item) {
		let element = this.built.get(item);
		if (element === undefined) {
			element = row(item);
			this.built.set(item, element);
			this.dress(element, item);
		}
		return element;
	}

	dress(element, item) {
		const selected = item === this.selected;
		element.setAttribute("aria-selected", String(selected));
		element.classList.toggle("related", !selected && item.trace !== null && item.trace === this.selected?.trace);
	}

	renderEdges() {
		const oldest = this.model.items[0]?.seq;
		const more = oldest === undefined ? 0 : Math.floor(oldest) - this.first;
		byId("earlier").hidden = !(more > 0);
		if (more > 0) setText(byId("earlier"), `Load earlier entries (${more.toLocaleString("en")} more)`);
		this.renderNewer();
		const total = this.model.items.length - this.held.length;
		const count = `${this.shown.length.toLocaleString("en")} of ${total.toLocaleString("en")}`;
		setText(byId("filter-count"), this.filter === null ? counted(total, "entry", "entries") : count);
		byId("no-entries").hidden = this.shown.length > 0;
	}

	renderNewer() {
		const waiting = this.paused ? this.held.length : this.unseen;
		byId("newer").hidden = waiting === 0;
		setText(byId("newer"), `${waiting.toLocaleString("en")} new ${this.paused ? "while paused" : "below"}`);
	}

	// --- where one looks

	scrolled() {
		const { scrollTop, scrollHeight, clientHeight } = this.viewport;
		const atEnd = scrollHeight - scrollTop - clientHeight < this.rowHeight() / 2;
		if (atEnd) this.setFollowing(true);
		else if (scrollTop < this.top) this.setFollowing(false);
		this.top = scrollTop;
		this.on.changed();
	}

	setFollowing(following) {
		if (following) this.unseen = 0;
		if (this.following === following) return;
		this.following = following;
		byId("follow").setAttribute("aria-pressed", String(following));
		this.on.changed();
	}

	setPaused(paused) {
		this.paused = paused;
		const button = byId("pause");
		button.setAttribute("aria-pressed", String(paused));
		setText(button.querySelector("span"), paused ? "Paused" : "Pause");
		if (!paused) {
			const held = this.held;
			this.held = [];
			for (const item of held) this.added(item);
		}
		this.on.changed();
	}

	toEnd() {
		this.setPaused(false);
		this.setFollowing(true);
		this.render();
	}

	// --- selecting

	clicked(event) {
		const element = event.target.closest("[data-seq]");
		for (const [item, built] of this.built) {
			if (built === element) this.select(item);
		}
	}

	select(item) {
		this.mark(item);
		this.on.select(item);
	}

	mark(item) {
		this.selected = item;
		if (item) this.viewport.setAttribute("aria-activedescendant", `e${item.seq}`);
		else this.viewport.removeAttribute("aria-activedescendant");
		for (const [built, element] of this.built) this.dress(element, built);
	}

	/** Put earlier entries in front, and look at one of them. */
	goTo(entries, seq) {
		if (entries.length > 0) this.model.prepend(entries);
		if (byId("filter").value !== "") {
			byId("filter").value = "";
			this.filter = null;
		}
		this.restart();
		const item = this.model.items.find((known) => known.seq === seq);
		if (item !== undefined) this.show(item);
		return item !== undefined;
	}

	/** Select the entry and bring it into sight. */
	show(item) {
		const position = this.shown.indexOf(item);
		if (position >= 0) this.intoSight(position);
		this.select(item);
	}

	intoSight(position) {
		const height = this.rowHeight();
		const top = position * height + this.rows.offsetTop;
		const { scrollTop, clientHeight } = this.viewport;
		if (top < scrollTop) this.viewport.scrollTop = top;
		else if (top + height > scrollTop + clientHeight) this.viewport.scrollTop = top + height - clientHeight;
		if (position < this.shown.length - 1) this.setFollowing(false);
		this.render();
	}

	move(step) {
		if (this.shown.length === 0) return;
		const current = this.shown.indexOf(this.selected);
		const start = current < 0 && step < 0 ? this.shown.length : current;
		const position = Math.max(0, Math.min(this.shown.length - 1, start + step));
		this.show(this.shown[position]);
	}

	/** From anywhere on the page. */
	step(by) {
		this.viewport.focus();
		this.move(by);
	}

	key(event) {
		if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.viewport) return;
		const page = Math.max(1, Math.floor(this.viewport.clientHeight / this.rowHeight()) - 1);
		const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 };
		if (event.key in steps) this.move(steps[event.key]);
		else if (event.key === "Enter" && this.selected) this.on.select(this.selected, { focus: true });
		else if (event.key === "Escape") this.select(null);
		else return;
		event.preventDefault();
	}

	filterKey(event) {
		if (event.key === "Escape" && event.target.value !== "") {
			event.target.value = "";
			this.setFilter("");
			event.preventDefault();
		} else if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
			this.viewport.focus();
			event.preventDefault();
		}
	}
}

/** What stands in place of the list while it is empty. */
export function nothingYet(model, filtered) {
	if (filtered) return [h("p", {}, h("strong", {}, "Nothing matches.")), h("p", {}, "Esc in the filter shows everything again.")];
	const routes = model.state.stack?.routes?.length ?? 0;
	const ready = routes > 0 ? `${counted(routes, "route")} ready at stage ${model.state.stack.stage}.` : "";
	return [h("p", {}, h("strong", {}, "Waiting for the first event.")), h("p", {}, `${ready} Every handshake, message, invocation and close appears here.`)];
}
