// The template's DynamoDB tables: their items, a page at a time, and an editor of one.

import { call } from "./call.js";
import { h, setText } from "./dom.js";
import { counted, oneLine } from "./format.js";
import { Popover } from "./popover.js";

const PAGE = 50;
const COLUMNS = 8; // keys first

export class TablesView {
	constructor() {
		this.tables = [];
		this.items = [];
		this.next = null;
		this.popover = new Popover("tables", "Tables", (open) => open && this.load());
		this.select = h("select", { "aria-label": "Table", onchange: () => this.list() });
		this.filter = h("input", { type: "search", "aria-label": "Filter items", placeholder: "Filter: any text of an item", spellcheck: "false" });
		this.count = h("span.count", { role: "status" });
		this.problem = h("p.reason", { role: "alert" });
		this.grid = h("table");
		this.more = h("button.button", { hidden: true, onclick: () => this.list(this.next) }, "More");
		this.text = h("textarea.item", { "aria-label": "Item, in DynamoDB's JSON", spellcheck: "false", rows: "10" });
		const button = (label, onclick, kind = "") => h(`button.button${kind}`, { onclick }, label);
		const buttons = [button("Save", () => this.save(), ".primary"), button("Delete", () => this.delete()), button("Cancel", () => this.edit(null))];
		this.editor = h("div.editor", { hidden: true }, this.text, h("div.line", {}, buttons));
		const form = h("form.line", { onsubmit: (event) => (event.preventDefault(), this.list()) }, this.select, this.filter, h("button.button", { type: "submit" }, "Look"), this.count, h("span.push"), button("New item", () => this.edit({})));
		const scroll = h("div.over-scroll", { tabindex: "0", role: "region", "aria-label": "Items" }, this.grid, this.more);
		this.popover.panel.append(form, this.problem, this.editor, scroll);
	}

	async try(work) {
		setText(this.problem, "");
		try {
			await work();
		} catch (error) {
			setText(this.problem, error.message);
		}
	}

	get table() {
		return this.tables.find((table) => table.logical_id === this.select.value);
	}

	load() {
		return this.try(async () => {
			const chosen = this.select.value;
			this.tables = (await call("api/tables")).tables;
			this.select.replaceChildren(...this.tables.map(({ logical_id: id, items }) => h("option", { value: id }, `${id} (${items})`)));
			if (this.tables.some((table) => table.logical_id === chosen)) this.select.value = chosen;
			if (this.tables.length > 0) await this.list();
			else setText(this.count, "The template has no table.");
		});
	}

	list(start = null) {
		return this.try(async () => {
			const asked = new URLSearchParams({ table: this.select.value, limit: PAGE, filter: this.filter.value });
			if (start !== null) asked.set("start", JSON.stringify(start));
			const page = await call(`api/items?${asked}`);
			this.items = start === null ? page.items : [...this.items, ...page.items];
			this.next = page.next;
			this.more.hidden = page.next === null;
			setText(this.count, `${counted(this.items.length, "item")}${page.next === null ? "" : " so far"}`);
			this.edit(null);
			this.render();
		});
	}

	columns() {
		const keys = this.table.keys.map((key) => key.name);
		return [...new Set([...keys, ...this.items.flatMap(Object.keys)])].slice(0, COLUMNS);
	}

	render() {
		const columns = this.columns();
		const head = h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)));
		const rows = this.items.map((item) => {
			const [first, ...rest] = columns.map((name) => oneLine(shown(item[name]), 60));
			const open = h("button.link", { onclick: () => this.edit(item) }, first || "(empty)");
			return h("tr", {}, h("th", { scope: "row" }, open), rest.map((text) => h("td", {}, text)));
		});
		this.grid.replaceChildren(h("thead", {}, head), h("tbody", {}, rows));
	}

	// --- one item

	/** null: none; {}: a new one, with its keys to fill in. */
	edit(item) {
		this.editor.hidden = item === null;
		if (item === null) return;
		const empty = Object.fromEntries((this.table?.keys ?? []).map(({ name, type }) => [name, { [type]: "" }]));
		this.text.value = JSON.stringify(Object.keys(item).length > 0 ? item : empty, null, 2);
		this.text.focus();
	}

	save() {
		return this.change(async () => call("api/items", { table: this.select.value, item: JSON.parse(this.text.value) }, "PUT"));
	}

	delete() {
		return this.change(async () => {
			const item = JSON.parse(this.text.value);
			const key = Object.fromEntries(this.table.keys.map(({ name }) => [name, item[name]]));
			await call("api/items", { table: this.select.value, key }, "DELETE");
		});
	}

	change(work) {
		return this.try(async () => {
			await work();
			this.edit(null);
			await this.load();
		});
	}
}

/** DynamoDB's {"S": "x"} -> x, {"M": ...} -> JSON of plain values. */
function shown(value) {
	if (value === undefined) return "";
	const found = plain(value);
	return typeof found === "object" && found !== null ? JSON.stringify(found) : String(found);
}

function plain(value) {
	const [[type, inner]] = Object.entries(value);
	if (type === "M") return Object.fromEntries(Object.entries(inner).map(([name, each]) => [name, plain(each)]));
	if (type === "L") return inner.map(plain);
	return type === "NULL" ? null : inner;
}
