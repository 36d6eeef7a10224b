// Faults: what can be made to fail is the emulator's own table; those in force, and the end of them.

import { call } from "./call.js";
import { byId, h, icon, setText } from "./dom.js";
import { counted, shortId } from "./format.js";
import { Popover } from "./popover.js";

// What people try first: name, kind, effect.
const USUAL = [
	["Clients are gone: 410", "post_to_connection", "gone"],
	["Posts are throttled: 429", "post_to_connection", "limit_exceeded"],
	["A function raises", "invoke", "error"],
	["A function times out", "invoke", "timeout"],
	["A function is throttled", "invoke", "throttled"],
	["A function is slow", "invoke", "latency"],
	["Slow consumer", "connection", "slow_consumer"],
	["$disconnect is lost", "disconnect", "lost"],
	["A TCP connection is cut", "connection", "drop"],
	["A half-open peer", "connection", "half_open"],
	["Late frames", "frame", "latency"],
	["DynamoDB throttles", "service", "throttling"],
	["API Gateway restarts", "gateway", "restart"],
];
const UNITS = { seconds: "seconds", status: "status", "bytes per second": "bytes/s", count: "frames", text: "text" };
const FIRST = { seconds: "0.5", status: "500", "bytes per second": "1000", count: "2", text: "" };

export class FaultsView {
	constructor(model) {
		this.model = model;
		this.faults = [];
		this.popover = new Popover("faults", "Faults", (open) => open && this.load());
		this.clearAll = byId("faults-clear");
		this.clearAll.addEventListener("click", () => this.do("faults", undefined, "DELETE"));
		this.problem = h("p.reason", { role: "alert" });
		this.list = h("ul.fault-list", { "aria-label": "Faults in force" });
		this.none = h("p.faint", {}, "None in force.");
		this.what = h("select", { "aria-label": "What fails", onchange: () => this.renderFields() });
		this.meaning = h("p.faint");
		this.fields = h("div.fields");
		this.form = h("form.fault-form", { onsubmit: (event) => this.submit(event) }, this.what, this.meaning, this.fields, h("button.button.primary", { type: "submit" }, "Inject"));
		this.popover.panel.append(this.list, this.none, this.form, this.problem);
	}

	async load() {
		await this.do("faults");
	}

	async do(path, body, method) {
		setText(this.problem, "");
		try {
			const told = await call(path, body, method);
			if (told.kinds && this.kinds === undefined) this.offer(told.kinds);
			if (method === "DELETE" || told.kinds) this.set(told.faults);
			return true;
		} catch (error) {
			setText(this.problem, error.message);
			return false;
		}
	}

	// --- those in force

	set(faults) {
		this.faults = faults;
		const active = faults.filter((fault) => fault.state !== "used up").length;
		this.popover.toggle.classList.toggle("alarm", active > 0);
		setText(this.popover.toggle.lastElementChild, active > 0 ? counted(active, "fault") : "Faults");
		this.clearAll.hidden = faults.length === 0;
		this.none.hidden = faults.length > 0;
		this.list.replaceChildren(...faults.map((fault) => this.line(fault)));
	}

	hit({ fault: id }) {
		const fault = this.faults.find((known) => known.id === id);
		if (fault === undefined) return;
		fault.hits += 1;
		if (fault.count !== null && fault.hits >= fault.count) fault.state = "used up";
		this.set(this.faults);
	}

	line(fault) {
		const remove = h("button.quiet", { "aria-label": `Remove fault ${fault.id}`, onclick: () => this.do(`faults?id=${fault.id}`, undefined, "DELETE") }, icon("x"));
		const state = fault.state === "on" ? "" : fault.state;
		return h("li.line", {}, h("b", {}, fault.kind), h("span", {}, described(fault)), h("span.push"), h("span.faint.numbers", {}, [state, counted(fault.hits, "hit")].filter(Boolean).join(" · ")), remove);
	}

	// --- a new one

	offer(kinds) {
		this.kinds = kinds;
		const known = USUAL.filter(([, kind, effect]) => kinds[kind]?.effects[effect]);
		const usual = known.map(([label, kind, effect]) => h("option", { value: `${kind} ${effect}` }, label));
		const groups = Object.entries(kinds).map(([kind, { effects }]) =>
			h("optgroup", { label: kind }, Object.keys(effects).map((effect) => h("option", { value: `${kind} ${effect}` }, `${kind}: ${effect}`))),
		);
		this.what.replaceChildren(h("optgroup", { label: "Usual" }, usual), ...groups);
		this.renderFields();
	}

	renderFields() {
		const [kind, effect] = this.what.value.split(" ");
		const { meaning, effects, filters } = this.kinds[kind];
		const { value, meaning: happens } = effects[effect];
		setText(this.meaning, `${meaning}: ${happens}`);
		const number = value === "flag" || value === "text" ? {} : { type: "number", min: "0", step: value === "seconds" ? "any" : "1", required: true };
		const own = value === "flag" ? [] : [field(UNITS[value], h("input", { name: "value", value: FIRST[value], ...number }))];
		const places = filters.map((name) => field(name, h("select", { name }, this.choices(name)))).filter((each) => each.querySelector("option:nth-child(2)") || each.querySelector("input"));
		const typed = filters.filter((name) => name === "service" || name === "operation").map((name) => field(name, h("input", { name, placeholder: "any" })));
		const rule = [
			field("chance, %", h("input", { name: "probability", type: "number", min: "0", max: "100", step: "any", value: "100" })),
			field("times", h("input", { name: "count", type: "number", min: "1", placeholder: "always" })),
			field("for seconds", h("input", { name: "for", type: "number", min: "0", step: "any", placeholder: "until cleared" })),
		];
		this.fields.replaceChildren(...own, ...places, ...typed, ...rule);
		const service = this.fields.querySelector("[name=service]");
		if (service && this.what.selectedOptions[0].textContent.startsWith("DynamoDB")) service.value = "dynamodb";
	}

	choices(name) {
		const routes = (this.model.state.apis ?? [this.model.state.stack]).flatMap((api) => api?.routes ?? []);
		const open = [...this.model.connections.values()].filter((connection) => connection.state === "open");
		const found = {
			connection: open.map((connection) => [connection.connection_id, [shortId(connection.connection_id), connection.principal_id].filter(Boolean).join(" ")]),
			function: [...new Set(routes.map((route) => route.function).filter(Boolean))].map((each) => [each, each]),
			route: [...new Set(routes.map((route) => route.key))].map((each) => [each, each]),
		};
		return [["", "any"], ...(found[name] ?? [])].map(([value, label]) => h("option", { value }, label));
	}

	async submit(event) {
		event.preventDefault();
		const [kind, effect] = this.what.value.split(" ");
		const given = Object.fromEntries([...new FormData(this.form)].filter(([, value]) => value !== ""));
		const { value, probability, ...rest } = given;
		const typed = this.kinds[kind].effects[effect].value;
		const happens = typed === "flag" || (typed === "text" && value === undefined) ? true : typed === "text" ? value : Number(value);
		for (const name of ["count", "for"]) if (name in rest) rest[name] = Number(rest[name]);
		await this.do("faults", { kind, [effect]: happens, ...rest, probability: Number(probability) / 100 });
	}
}

const field = (label, input) => h("label", {}, h("span", {}, label), input);

/** "gone, connection L0SM9c, 50 %, 3 times" */
function described({ id, kind, hits, state, probability, count, seed, after, for: lasts, ...rest }) {
	const parts = Object.entries(rest).map(([name, value]) => (value === true ? name : `${name} ${name === "connection" ? [value].flat().map(shortId).join(", ") : value}`));
	if (probability < 1) parts.push(`${(100 * probability).toLocaleString("en")} %`);
	if (count) parts.push(counted(count, "time"));
	if (after) parts.push(`after ${after} s`);
	if (lasts) parts.push(`for ${lasts} s`);
	return parts.join(" · ");
}
