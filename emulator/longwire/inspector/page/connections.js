// The open connections with their countdowns, and the stage's routes.

import { byId, copyButton, h, setText } from "./dom.js";
import { age, countdown, counted, shortId } from "./format.js";
import { colourClass } from "./rows.js";

const STAYS = 20; // seconds that an ended connection remains in sight
const SHOWN = 200; // connections; a load test may have thousands
const HTTP = { http: "HTTP API", rest: "REST API", url: "function URL" };
const SOON = 60; // seconds before the idle close that are marked

export class ConnectionsView {
	/** `on.pick(connection_id)` when a card is chosen, `on.route(key)`. */
	constructor(model, on) {
		this.model = model;
		this.on = on;
		this.list = byId("connections");
		this.cards = new Map(); // id -> parts
		this.picked = null;
		this.more = h("li.more");
	}

	render() {
		this.model.sweep(STAYS);
		const all = [...this.model.connections.values()].reverse();
		const now = this.model.now();
		const shown = all.slice(0, SHOWN);
		this.forget(shown);
		shown.forEach((connection, position) => this.place(this.card(connection), position));
		for (const connection of shown) this.fill(this.cards.get(connection.connection_id), connection, now);
		this.renderCounts(all);
	}

	renderCounts(all) {
		const open = all.filter((connection) => connection.state === "open").length;
		setText(byId("connection-count"), open.toLocaleString("en"));
		setText(byId("pane-count"), open.toLocaleString("en"));
		byId("no-connections").hidden = all.length > 0;
		setText(this.more, all.length > SHOWN ? `and ${counted(all.length - SHOWN, "more", "more")}` : "");
		if (all.length > SHOWN) this.list.append(this.more);
		else this.more.remove();
	}

	forget(shown) {
		const kept = new Set(shown.map((connection) => connection.connection_id));
		for (const [id, parts] of this.cards) {
			if (kept.has(id)) continue;
			parts.item.remove();
			this.cards.delete(id);
		}
	}

	place({ item }, position) {
		const there = this.list.children[position];
		if (there !== item) this.list.insertBefore(item, there ?? null);
	}

	card({ connection_id: id, colour }) {
		let parts = this.cards.get(id);
		if (parts !== undefined) return parts;
		parts = {
			who: h("b.who"),
			age: h("span.numbers.faint"),
			ways: h("span.numbers.ways"),
			idle: h("span.numbers.idle", { title: "Until the idle close" }),
			life: h("span.numbers.faint", { title: "Until the two-hour limit" }),
			fill: h("i"),
			end: h("span.end"),
		};
		const head = h("span.card-line", {}, h("i.dot"), h("span.id", {}, shortId(id)), parts.who, h("span.push"), parts.age);
		const foot = h("span.card-line", {}, parts.ways, parts.end, h("span.push"), parts.idle, parts.life);
		const bar = h("span.idle-bar", { "aria-hidden": "true" }, parts.fill);
		parts.button = h("button.card", { "aria-pressed": "false", onclick: () => this.on.pick(id) }, head, foot, bar);
		parts.item = h(`li.${colourClass(colour)}`, {}, parts.button);
		this.cards.set(id, parts);
		return parts;
	}

	fill(parts, connection, now) {
		const { idle_timeout: limit, max_duration: longest } = this.model.quotas;
		const open = connection.state === "open";
		const left = Math.min(limit, limit - (now - connection.last_active_at));
		parts.item.dataset.state = connection.state;
		parts.item.classList.toggle("soon", open && left < SOON);
		parts.button.setAttribute("aria-pressed", String(this.picked === connection.connection_id));
		setText(parts.who, connection.principal_id ?? "");
		setText(parts.age, open ? age(now - connection.connected_at) : "");
		setText(parts.ways, `→ ${connection.messages_in}  ← ${connection.messages_out}`);
		setText(parts.idle, open ? `idle ${countdown(left)}` : "");
		setText(parts.life, open ? `· ${countdown(longest - (now - connection.connected_at))}` : "");
		setText(parts.end, ended(connection));
		parts.fill.style.setProperty("width", `${Math.max(0, Math.min(100, (100 * left) / limit))}%`);
		parts.button.title = connection.connection_id;
	}

	pick(id) {
		this.picked = id;
		this.render();
	}

	renderStack() {
		const { http_apis: http = [] } = this.model.state;
		const apis = this.model.apis();
		const groups = [...apis.map((api) => this.api(api, apis.length + http.length > 1)), ...http.map((api) => this.httpApi(api))];
		byId("routes").hidden = groups.length === 0;
		setText(byId("route-count"), String([...apis, ...http].flatMap((api) => api.routes ?? []).length));
		byId("route-list").replaceChildren(...groups.flat());
	}

	/** A Stage's address, where there are several, its expression and its routes. */
	api({ name, logical_id: id, stage, websocket_url: url, route_selection_expression: expression, routes }, several) {
		const head = several ? h("li.api", {}, h("b", {}, name ?? id, " / ", stage), copyButton(() => url, `Copy ${url}`)) : null;
		return [head, h("li.expression", {}, expression ?? ""), ...(routes ?? []).map((route) => this.route(route))].filter(Boolean);
	}

	httpApi({ logical_id: id, kind, url, routes }) {
		const head = h("li.api", {}, h("b", {}, id), h("span.faint", {}, HTTP[kind] ?? kind), copyButton(() => url, `Copy ${url}`));
		return [head, ...routes.map((route) => this.route({ ...route, integration: "AWS_PROXY" }))];
	}

	route(route) {
		const kind = route.integration === "AWS_PROXY" ? route.function : (route.integration ?? "nothing");
		const notes = [route.handler, route.timeout && `timeout ${route.timeout} s`, route.authorizer && `authorizer ${route.authorizer}`];
		const marks = [route.two_way ? h("span.chip.plain", { title: "Has a route response" }, "two-way") : null, route.authorizer ? h("span.chip.plain", {}, "auth") : null];
		return h(
			"li",
			{},
			h(
				"button.route-line",
				{ title: notes.filter(Boolean).join("\n"), onclick: () => this.on.route(route.key) },
				h("span.route-key", {}, route.key),
				h("span.faint.function", {}, kind ?? ""),
				marks,
			),
		);
	}
}

function ended(connection) {
	if (connection.state === "connecting") return "connecting";
	if (connection.state === "refused") return `refused ${connection.status}`;
	if (connection.state !== "closed") return "";
	return ["closed", connection.code, connection.reason && `· ${connection.reason}`].filter(Boolean).join(" ");
}
