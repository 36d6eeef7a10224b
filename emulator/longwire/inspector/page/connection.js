// One connection: who it is, how long it may live, and what can be done to it.

import { call } from "./call.js";
import { byId, copyButton, h, icon, setText } from "./dom.js";
import { age, bytes, countdown, counted, shortId } from "./format.js";
import { colourClass } from "./rows.js";
import { address, copies, subprotocols } from "./share.js";

export class ConnectionView {
	/** `on.close()`, `on.replay(connection, handshake, messages)`, `on.say(text, kind)`. */
	constructor(model, on) {
		this.model = model;
		this.on = on;
		this.panel = byId("detail");
		this.connection = null;
	}

	show(connection) {
		this.connection = connection;
		this.handshake = this.own("handshake")[0];
		this.shownState = connection.state;
		this.idle = meter("Idle close");
		this.life = meter("Two-hour limit");
		this.facts = h("dl.facts");
		this.routes = h("div.line.wrap");
		const open = connection.state === "open";
		const parts = [h("section.meters", {}, this.idle.row, this.life.row), this.facts, this.routes];
		this.panel.replaceChildren(this.head(), h("div.detail-body", {}, ...parts, open ? this.sending() : null, open ? this.ending() : null, this.session()));
		this.refresh();
	}

	own(event) {
		const id = this.connection.connection_id;
		return this.model.items.filter((item) => item.entry.connection_id === id && item.entry.event === event).map((item) => item.entry);
	}

	head() {
		const { connection_id: id, colour, principal_id: who } = this.connection;
		const close = h("button.quiet", { "aria-label": "Close detail", onclick: () => this.on.close() }, icon("x"));
		return h(`div.pane-head.${colourClass(colour)}`, {}, h("i.dot"), h("h2", {}, "Connection ", h("span.id", {}, shortId(id))), who ? h("b", {}, who) : null, h("span.push"), close);
	}

	refresh() {
		const connection = this.model.connections.get(this.connection.connection_id) ?? this.connection;
		if (connection.state !== this.shownState) {
			this.show(connection);
			return;
		}
		this.connection = connection;
		const { idle_timeout: limit, max_duration: longest } = this.model.quotas;
		const now = this.model.now();
		const open = connection.state === "open";
		this.idle.set(open ? limit - (now - connection.last_active_at) : 0, limit, open);
		this.life.set(open ? longest - (now - connection.connected_at) : 0, longest, open);
		const rows = this.rows(connection, now);
		if (rows.length === this.facts.childElementCount / 2) rows.forEach(([, value], position) => setText(this.facts.children[2 * position + 1].firstChild, value));
		else this.facts.replaceChildren(...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, h("span", {}, value), name === "connection id" ? copyButton(() => value, "Copy connection id") : null)]));
		this.renderRoutes();
	}

	rows(connection, now) {
		const api = this.model.apiOf(connection);
		const identity = Object.entries(connection.authorizer ?? {}).filter(([name]) => name !== "principalId");
		const ended = [connection.state, connection.code ?? connection.status, connection.reason].filter(Boolean).join(" ");
		return [
			["connection id", connection.connection_id],
			["state", connection.state === "open" ? `open for ${age(now - connection.connected_at)}` : ended],
			["stage", [api.name ?? api.logical_id, api.stage].filter(Boolean).join(" / ")],
			["identity", connection.principal_id],
			...identity,
			["subprotocol", connection.subprotocol],
			["from", connection.source_ip],
			["user agent", connection.user_agent],
			...["in", "out"].map((way) => [way, `messages_${way}` in connection ? `${counted(connection[`messages_${way}`], "message")}, ${bytes(connection[`bytes_${way}`])}` : ""]),
		].filter(([, value]) => value !== undefined && value !== null && value !== "");
	}

	renderRoutes() {
		const counts = new Map();
		for (const { route_key: key } of this.own("message_received")) counts.set(key ?? "no route", (counts.get(key ?? "no route") ?? 0) + 1);
		const text = [...counts].map(([key, count]) => `${key} ${count}`).join("\n");
		if (this.routesText === text && this.routes.isConnected && this.routes.childElementCount === counts.size) return;
		this.routesText = text;
		this.routes.replaceChildren(...[...counts].map(([key, count]) => h("span.chip.route", {}, `${key} ${count}`)));
	}

	// --- what can be done

	do(action, body, done) {
		return this.ask(`api/${action}`, { connection_id: this.connection.connection_id, ...body }, done);
	}

	async ask(path, body, done) {
		try {
			const told = await call(path, body);
			const refused = Object.values(told.statuses ?? {}).find((status) => status !== 200);
			if (refused) throw new Error(`Not sent: ${refused}`);
			this.on.say(done, "good");
		} catch (error) {
			this.on.say(error.message, "bad");
		}
	}

	sending() {
		const text = h("textarea", { rows: "2", "aria-label": "Message", placeholder: "A message", spellcheck: "false", id: "connection-text" });
		const send = () => this.do("send", { data: text.value }, "Sent to the client");
		const receive = () => this.do("receive", { data: text.value }, "Received, as if the client had sent it");
		const key = (event) => (event.ctrlKey || event.metaKey) && event.key === "Enter" && send();
		text.addEventListener("keydown", key);
		const buttons = [
			h("button.button.primary", { title: "As POST @connections does (Ctrl+Enter)", onclick: send }, "Send to client"),
			h("button.button", { title: "As if this client had sent it", onclick: receive }, "Receive from client"),
		];
		return h("section.stack", {}, h("h3", {}, "Message"), text, h("div.line", {}, buttons));
	}

	ending() {
		const code = h("input.code", { type: "number", min: "1000", max: "4999", value: "1000", "aria-label": "Close code", id: "connection-code" });
		const reason = h("input", { type: "text", "aria-label": "Close reason", placeholder: "reason" });
		const close = h("form.line", { onsubmit: (event) => (event.preventDefault(), this.do("disconnect", { code: Number(code.value), reason: reason.value }, "Closed")) }, code, reason, h("button.button", { type: "submit" }, "Disconnect"));
		const drop = h("button.button", { title: "TCP ends without a close frame: 1006", onclick: () => this.do("drop", {}, "Cut") }, "Drop TCP");
		const silence = () => this.ask("faults", { kind: "connection", half_open: this.connection.connection_id }, "Nothing passes any more");
		const half = h("button.button", { onclick: silence }, "Half-open");
		return h("section.stack", {}, h("h3", {}, "End"), close, h("div.line", {}, drop, half));
	}

	session() {
		const id = this.connection.connection_id;
		const replay = h("button.button", { title: "A new client in the console does what this one did", onclick: () => this.on.replay(this.connection) }, "Replay in a new client");
		return h("section.stack", {}, h("h3", {}, "Session"), h("div.line", {}, replay), copies(`connection_id=${encodeURIComponent(id)}`, address(this.model, this.handshake, this.connection), subprotocols(this.handshake)));
	}
}

/** A bar that runs out. */
function meter(label) {
	const value = h("b.numbers");
	const fill = h("i.fill");
	const row = h("div.meter", {}, h("span", {}, label), value, h("span.gauge", { "aria-hidden": "true" }, fill));
	const set = (left, limit, running) => {
		setText(value, running ? countdown(Math.min(left, limit)) : "over");
		fill.style.setProperty("width", `${Math.max(0, Math.min(100, (100 * left) / limit))}%`);
		row.classList.toggle("soon", running && left < Math.min(60, limit / 10));
	};
	return { row, set };
}
