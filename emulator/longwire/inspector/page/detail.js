// One entry in full, with everything that belongs to the same cause.

import { byId, copyButton, h, icon } from "./dom.js";
import { clock, millis, oneLine, shortId } from "./format.js";
import { prettyNodes } from "./json.js";
import { payload } from "./payload.js";
import { colourClass, KINDS, spaced, target } from "./rows.js";
import { address, copies, permalink, subprotocols } from "./share.js";

// Shown in a place of their own, or of no use to a reader.
const APART = new Set(["seq", "at", "event", "payload", "size", "line", "headers", "query", "path", "why", "error_message", "stack_trace"]);
// Router's words: the expression, what it gives, whether no route has that key, and what else spoke against it.
const WHY = /^(.*?) is ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(, which no route has)?(?:; (.*))?$/s;
// Frames of Python's and of Node's stack traces; the innermost of the handler's own is the place.
const PLACES = [/File "(?<file>[^"]+)", line (?<line>\d+)(?:, in (?<name>.+))?/g, /at (?:(?<name>[^()\n]+) \()?(?<file>\/[^():\n]+):(?<line>\d+):\d+\)?/];
const CLOSE_CODES = {
	1000: "normal closure",
	1001: "going away: idle for ten minutes, two hours old, or the server stops",
	1002: "protocol error",
	1003: "binary frames are not accepted",
	1005: "the client's close frame had no code",
	1006: "TCP ended without a close frame",
	1007: "a text frame that is not UTF-8",
	1008: "policy violation",
	1009: "frame above 32 KB or message above 128 KB",
	1011: "internal error",
};

export class DetailView {
	/** `on.show(item)` when another entry is chosen here, `on.close()`, `on.connection(id)`, `on.again(entry)`. */
	constructor(model, on) {
		this.model = model;
		this.on = on;
		this.panel = byId("detail");
		this.item = null;
		this.shownTrace = 0;
		this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.on.close());
	}

	/** null: nothing; {connection}: its place is taken by a connection. */
	show(item) {
		this.item = item?.entry ? item : null;
		this.panel.hidden = item === null;
		document.body.classList.toggle("with-detail", item !== null);
		this.panel.replaceChildren(...(this.item === null ? [] : this.content(item)));
		this.shownTrace = item?.trace?.length ?? 0;
	}

	/** The trace may have grown since. */
	refresh() {
		const trace = this.item?.trace;
		if (!trace || trace.length === this.shownTrace) return;
		this.panel.querySelector(".trace")?.replaceWith(this.trace(this.item));
		this.shownTrace = trace.length;
	}

	focus() {
		this.panel.querySelector("[aria-label^=Close]")?.focus();
	}

	content(item) {
		const { entry } = item;
		return [
			this.head(item),
			h(
				"div.detail-body",
				{},
				entry.why ? this.why(entry) : null,
				entry.error || entry.error_message ? this.error(entry) : null,
				entry.payload === undefined ? null : payload(entry, this.model.quotas),
				entry.connection_id && entry.event !== "gap" ? this.actions(entry) : null,
				entry.line === undefined ? null : this.line(entry),
				this.facts(entry),
				entry.headers ? this.headers(entry) : null,
				this.trace(item),
			),
		];
	}

	head(item) {
		const { entry } = item;
		const close = h("button.quiet", { "aria-label": "Close detail", onclick: () => this.on.close() }, icon("x"));
		const who = entry.connection_id ? h("button.link.id", { title: `${entry.connection_id}\nShow this connection`, onclick: () => this.on.connection(entry.connection_id) }, shortId(entry.connection_id)) : null;
		const link = () => location.href.replace(/#.*/, "") + permalink(entry.seq, this.model.state.run);
		return h(
			`div.pane-head.${colourClass(item.colour)}`,
			{},
			h("i.dot"),
			h("h2", {}, title(entry)),
			who,
			h("span.faint.numbers", {}, clock(entry.at)),
			h("span.push"),
			Number.isInteger(entry.seq) ? copyButton(link, "Copy link to this entry") : null,
			close,
		);
	}

	why(entry) {
		const key = entry.route_key ? h("span.chip.route", {}, entry.route_key) : h("span.chip.bad", {}, "no route");
		const found = WHY.exec(entry.why);
		if (found === null) return h("p.why", {}, "Route ", key, " because ", entry.why, ".");
		const [, expression, value, none, more] = found;
		const parts = [h("code", {}, expression), " is ", h("code", {}, value), " ", icon("in"), " ", key];
		const reason = [none ? `No route has that key${entry.route_key ? ", so $default takes it" : ", and there is no $default"}.` : "", more ? `${more}.` : ""].filter(Boolean).join(" ");
		return h("div.why", {}, h("p.chain", {}, parts), reason ? h("p.faint", {}, reason) : null);
	}

	error(entry) {
		const name = entry.error_type || entry.error || title(entry);
		const where = place(entry.stack_trace ?? "");
		const at = where ? h("p.where", {}, h("code", {}, where), copyButton(() => where.split(" ")[0], "Copy file and line")) : null;
		const trace = entry.stack_trace ? h("details", {}, h("summary", {}, "Stack trace"), h("pre", { tabindex: "0" }, entry.stack_trace)) : null;
		return h("div.failure", {}, h("b", {}, name), at, entry.error_message ? h("pre", {}, entry.error_message) : null, trace);
	}

	/** What can be done again, and taken away. */
	actions(entry) {
		const handshake = this.model.items.find((item) => item.entry.event === "handshake" && item.entry.connection_id === entry.connection_id)?.entry;
		const connection = this.model.connections.get(entry.connection_id);
		const sent = entry.event === "message_received" ? entry.payload : undefined;
		const label = { message_received: "Replay", frame_sent: "Send again" }[entry.event];
		const again = label ? h("button.button", { onclick: () => this.on.again(entry) }, label) : null;
		return h("div.line", {}, again, copies(`seq=${entry.seq}`, address(this.model, handshake, connection), subprotocols(handshake), sent));
	}

	line(entry) {
		const head = h("div.section-head", {}, h("h3", {}, entry.stream ?? "log"), h("span.push"), copyButton(() => entry.line, "Copy line"));
		return h("section", {}, head, h("pre.body", { tabindex: "0", "aria-label": "Log line" }, ...prettyNodes(entry.line)));
	}

	facts(entry) {
		const rows = Object.entries(entry).filter(([key, value]) => !APART.has(key) && value !== null && value !== "");
		if (entry.path !== undefined) rows.unshift(["path", target(entry)]);
		return h("dl.facts", {}, rows.map(([key, value]) => this.fact(key, value)));
	}

	fact(key, value) {
		const name = key.replace(/_/g, " ");
		const long = key.endsWith("_id") ? copyButton(() => String(value), `Copy ${name}`) : null;
		const shown = key.endsWith("_ms") ? millis(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
		const meaning = key === "code" && CLOSE_CODES[value] ? h("span.faint", {}, ` ${CLOSE_CODES[value]}`) : null;
		return [h("dt", {}, name), h("dd", {}, shown, meaning, long)];
	}

	headers(entry) {
		const rows = entry.headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
		return h("section", {}, h("div.section-head", {}, h("h3", {}, "Headers")), h("dl.facts.mono", {}, rows));
	}

	/** What the same message, handshake or close led to, with the time since the first of it. */
	trace(item) {
		const items = (item.trace ?? []).filter((step) => !step.platform || step === item);
		if (items.length < 2) return h("section.trace", { hidden: true });
		const start = items[0].entry.at;
		const steps = items.map((step) => this.step(step, step.entry.at - start, step === item));
		return h("section.trace", {}, h("div.section-head", {}, h("h3", {}, "Trace")), h("ol.steps", {}, steps));
	}

	step(item, after, current) {
		const { entry } = item;
		const [glyph, name, what] = KINDS[entry.event] ?? ["log", entry.event, () => [entry.event]];
		const inside = entry.event === "log" ? ".inside" : "";
		const button = h(
			`button.step.${colourClass(item.colour)}${inside}${item.bad ? ".bad" : ""}`,
			{ "aria-current": current ? "true" : undefined, title: oneLine(entry.line ?? entry.payload ?? ""), onclick: () => this.on.show(item) },
			h("span.after", {}, `+${millis(Math.max(0, after * 1000))}`),
			h("i.dot", { title: shortId(entry.connection_id) }),
			h("span.glyph", {}, icon(entry.error ? "fail" : glyph), h("span.vh", {}, name)),
			h("span.what", {}, spaced(what(entry))),
		);
		return h("li", {}, button);
	}
}

/** "/var/task/app.py:41 in handler" */
function place(trace) {
	const [python, node] = PLACES;
	const frames = [...trace.matchAll(python)];
	const found = frames.findLast((frame) => !/\/(site-packages|lib\/python)/.test(frame.groups.file)) ?? frames.at(-1) ?? node.exec(trace);
	if (!found) return "";
	const { file, line, name } = found.groups;
	return [`${file}:${line}`, name && `in ${name}`].filter(Boolean).join(" ");
}

function title({ event }) {
	const name = KINDS[event]?.[1] ?? event;
	return name.charAt(0).toUpperCase() + name.slice(1);
}
