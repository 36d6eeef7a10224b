// Clients in the page: each one connects as any client would, through the browser's own WebSocket.

import { byId, copyButton, h, icon, setText, settings, tabSettings } from "./dom.js";
import { bytes, clock, counted, shortId } from "./format.js";

const LINES = 500; // kept of each client's transcript
const LONGEST = 4000; // characters of a message that are shown here; the timeline has them all
const KEPT = 50; // messages of the history
const COLOUR_CLASSES = /\bc-\S+/g;

/** Frames that reach each route, made from the route selection expression; [] when it names nothing. */
export function samples(expression, routes) {
	const found = /^\$\{?request\.body((?:\.[A-Za-z0-9_-]+)+)\}?$/.exec(expression ?? "");
	if (found === null) return [];
	const path = found[1].slice(1).split(".");
	const frame = (key) => path.reduceRight((inner, name) => ({ [name]: inner }), key);
	return routes.filter((route) => !route.key.startsWith("$")).map((route) => ({ label: route.key, text: JSON.stringify(frame(route.key)) }));
}

/** The URL with the token as `access_token`, which is what a browser can send. Throws for what is no URL. */
export function target(url, token) {
	const address = new URL(url.trim());
	if (token.trim() !== "") address.searchParams.set("access_token", token.trim());
	return address.href;
}

export class ConsoleView {
	/** `on.pick(connection_id)` shows a client's connection in the timeline. */
	constructor(model, on) {
		this.model = model;
		this.on = on;
		this.clients = [];
		this.number = 0;
		this.list = byId("clients");
		byId("add-client").addEventListener("click", () => this.add().focus());
	}

	add() {
		this.number += 1;
		const client = new Client(this, this.number);
		this.clients.push(client);
		this.list.append(client.element);
		client.loadState();
		this.list.dataset.count = this.clients.length;
		return client;
	}

	remove(client) {
		client.disconnect();
		client.element.remove();
		this.clients = this.clients.filter((other) => other !== client);
		this.list.dataset.count = this.clients.length;
		if (this.clients.length === 0) this.add();
	}

	/** A client that does nothing yet, or a new one. */
	free() {
		const idle = this.clients.find((client) => client.socket === null && client.log.childElementCount === 0);
		return idle ?? this.add();
	}

	loadState() {
		if (this.clients.length === 0) this.add();
		const apis = this.model.apis();
		byId("stages").replaceChildren(...(apis.length > 1 ? apis : []).map(({ websocket_url: url }) => h("option", { value: url })));
		for (const client of this.clients) client.loadState();
	}

	/**
	 * A browser does not tell a page its connection id, nor why a handshake was refused: the timeline does. The
	 * handshake of a client here has this page's origin and browser; several are taken in their order.
	 */
	entry(entry) {
		if (entry.event === "handshake" && isOurs(entry)) this.clients.find((client) => client.unclaimed)?.claim(entry.connection_id);
		else this.clients.find((client) => client.connectionId === entry.connection_id)?.told(entry);
	}
}

function isOurs({ headers }) {
	const value = (wanted) => (headers ?? []).find(([name]) => name.toLowerCase() === wanted)?.[1];
	return value("origin") === location.origin && value("user-agent") === navigator.userAgent;
}

const opened = (socket) =>
	new Promise((resolve) => {
		socket.addEventListener("open", () => resolve(true));
		socket.addEventListener("close", () => resolve(false));
	});

class Client {
	constructor(view, number) {
		this.view = view;
		this.number = number;
		this.socket = null;
		this.connectionId = null;
		this.unclaimed = false;
		this.history = settings.get("history", []);
		this.position = this.history.length;
		this.draft = "";
		this.build();
		this.setState("idle");
	}

	// --- the card

	build() {
		this.title = h("h3", {}, `Client ${this.number}`);
		this.state = h("span.client-state", { role: "status" });
		this.connection = h("button.quiet.id", { title: "Show only this connection", hidden: true, onclick: () => this.view.on.pick(this.connectionId) });
		this.connectButton = h("button.button.primary", { type: "submit", form: `client-${this.number}` }, "Connect");
		const remove = h("button.quiet", { "aria-label": `Remove client ${this.number}`, onclick: () => this.view.remove(this) }, icon("x"));
		this.log = h("div.transcript", { role: "log", tabindex: "0", "aria-label": `Client ${this.number}: frames` });
		const head = h("header.client-head", {}, h("i.dot"), this.title, this.connection, this.state, h("span.push"), this.connectButton, remove);
		this.element = h("article.client.c-none", { "aria-label": `Client ${this.number}` }, head, this.form(), this.log, this.composer());
	}

	form() {
		this.url = this.field("URL", "url", { inputmode: "url", required: true, list: "stages" });
		this.url.addEventListener("change", () => this.offerSamples());
		this.token = this.field("Token", "token", { placeholder: "sent as access_token" });
		this.protocol = this.field("Subprotocol", "protocol", { placeholder: "none" });
		this.token.value = tabSettings.get("token", "");
		this.protocol.value = settings.get("subprotocol", "");
		const form = h(
			"form.client-form",
			{ novalidate: true, id: `client-${this.number}` },
			...[this.url, this.token, this.protocol].map((input) => h("label", {}, h("span", {}, input.dataset.label), input)),
		);
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			if (this.socket === null) this.connectAsTyped();
			else this.disconnect();
		});
		return form;
	}

	/** Go where another client went, and send what it sent, at its pace. */
	async replay({ url, protocols, steps }) {
		this.url.value = url;
		this.protocol.value = protocols.join(", ");
		this.connect();
		const { socket } = this;
		if (socket === null || !(await opened(socket))) return;
		this.note(`Replaying ${counted(steps.length, "message")}`, "plain");
		for (const { after, text } of steps) {
			await new Promise((resume) => setTimeout(resume, after));
			if (socket !== this.socket || socket.readyState !== WebSocket.OPEN) return;
			this.transmit(text);
		}
		this.note("Replayed", "good");
	}

	field(label, name, more) {
		return h("input", { type: "text", name, "data-label": label, autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...more });
	}

	composer() {
		this.select = h("select", { "aria-label": "Sample frame", title: "Sample frames, one for each route" });
		this.select.addEventListener("change", () => this.insertSample());
		this.text = h("textarea", { rows: "1", "aria-label": "Frame to send", placeholder: "Frame to send", title: "Enter sends, Shift+Enter begins a line, arrow up brings back", spellcheck: "false", autocapitalize: "off" });
		this.text.addEventListener("keydown", (event) => this.key(event));
		this.text.addEventListener("input", () => this.grow());
		this.sendButton = h("button.button", { onclick: () => this.send() }, "Send");
		return h("div.composer", {}, this.select, this.text, this.sendButton);
	}

	focus() {
		(this.element.dataset.state === "open" ? this.text : this.connectButton).focus();
		this.element.scrollIntoView({ block: "nearest", inline: "nearest" });
	}

	loadState() {
		const { state } = this.view.model;
		const known = state.websocket_url ?? "";
		if (this.url.value === "" || this.url.value === this.suggested) this.url.value = known;
		this.suggested = known;
		this.offerSamples();
	}

	/** Of the Stage whose URL is typed. */
	offerSamples() {
		const apis = this.view.model.apis();
		const api = apis.find(({ websocket_url: url }) => this.url.value.split("?")[0] === url) ?? apis[0];
		const frames = samples(api?.route_selection_expression, api?.routes ?? []);
		const options = frames.map(({ label, text }) => h("option", { value: text }, label));
		this.select.replaceChildren(h("option", { value: "" }, "Sample"), ...options);
		this.select.hidden = frames.length === 0;
	}

	insertSample() {
		if (this.select.value === "") return;
		this.text.value = this.select.value;
		this.select.value = "";
		this.grow();
		this.text.focus();
		this.text.setSelectionRange(this.text.value.length - 1, this.text.value.length - 1); // before the last brace
	}

	grow() {
		this.text.style.removeProperty("height");
		if (this.text.value !== "") this.text.style.setProperty("height", `${Math.min(this.text.scrollHeight + 2, 120)}px`);
	}

	// --- the connection

	setState(state, text = "") {
		this.element.dataset.state = state;
		setText(this.state, text);
		setText(this.connectButton, { idle: "Connect", connecting: "Cancel", open: "Disconnect" }[state]);
		this.connectButton.classList.toggle("primary", state === "idle");
		this.sendButton.disabled = state !== "open";
		for (const input of [this.url, this.token, this.protocol]) input.readOnly = state !== "idle";
	}

	connectAsTyped() {
		tabSettings.set("token", this.token.value.trim());
		settings.set("subprotocol", this.protocol.value.trim());
		this.connect();
	}

	connect() {
		const protocols = this.protocol.value.split(",").map((name) => name.trim()).filter(Boolean);
		try {
			this.attach(new WebSocket(target(this.url.value, this.token.value), protocols));
		} catch (error) {
			this.note(`Not connected: ${error.message}`, "bad");
		}
	}

	attach(socket) {
		this.socket = socket;
		this.refusal = null; // what the timeline says of it, before or after the socket's own end
		this.release();
		this.unclaimed = true;
		this.setState("connecting", "connecting");
		socket.addEventListener("open", () => this.opened(socket));
		socket.addEventListener("message", (event) => this.received(event.data));
		socket.addEventListener("close", (event) => this.closed(socket, event));
	}

	opened(socket) {
		this.setState("open", "open");
		this.note(`Open: ${this.url.value.trim()}${socket.protocol ? `, subprotocol ${socket.protocol}` : ""}`, "good");
		this.text.focus();
	}

	closed(socket, { code, reason, wasClean }) {
		if (socket !== this.socket) return;
		const opened = this.element.dataset.state === "open";
		this.socket = null;
		this.setState("idle", this.refusal ?? `closed ${code}`);
		if (opened) this.note(`Closed ${code}${reason ? ` ${reason}` : ""}${wasClean ? "" : ", without a close frame"}`, code === 1000 || code === 1001 ? "plain" : "bad");
		else if (this.refusal === null) this.note("The handshake failed.", "bad");
	}

	disconnect() {
		this.socket?.close(1000);
	}

	/** The timeline knows which connection this is. */
	claim(id) {
		this.unclaimed = false;
		this.connectionId = id;
		this.connection.hidden = false;
		setText(this.connection, shortId(id));
		this.connection.title = `${id}\nShow only this connection`;
		const colour = this.view.model.colour(id);
		this.element.className = this.element.className.replace(COLOUR_CLASSES, `c-${colour}`);
	}

	release() {
		this.connectionId = null;
		this.connection.hidden = true;
		this.element.className = this.element.className.replace(COLOUR_CLASSES, "c-none");
	}

	told(entry) {
		if (entry.event !== "connection_refused") return;
		this.refusal = `refused ${entry.status}`;
		setText(this.state, this.refusal);
		this.note(`Refused with ${entry.status}: ${entry.reason}`, "bad");
	}

	// --- frames

	send() {
		const text = this.text.value;
		if (text === "" || this.socket?.readyState !== WebSocket.OPEN) return;
		this.transmit(text);
		this.remember(text);
		this.text.value = "";
		this.grow();
	}

	transmit(text) {
		this.socket.send(text);
		this.line("out", text);
	}

	received(data) {
		this.line("in", typeof data === "string" ? data : `binary, ${bytes(data.size)}`);
	}

	remember(text) {
		const known = settings.get("history", []).filter((other) => other !== text);
		this.history = [...known, text].slice(-KEPT);
		this.position = this.history.length;
		settings.set("history", this.history);
	}

	key(event) {
		const { selectionStart: start, value } = this.text;
		if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.send();
		else if (event.key === "ArrowUp" && !value.slice(0, start).includes("\n")) this.recall(-1);
		else if (event.key === "ArrowDown" && !value.slice(start).includes("\n")) this.recall(1);
		else return;
		event.preventDefault();
	}

	recall(step) {
		if (this.position === this.history.length) this.draft = this.text.value;
		this.position = Math.max(0, Math.min(this.history.length, this.position + step));
		this.text.value = this.history[this.position] ?? this.draft;
		this.grow();
	}

	note(text, kind) {
		this.write(h(`div.frame.note.${kind}`, {}, h("span.at", {}, clock(Date.now() / 1000)), h("span.text", {}, text)));
	}

	/** `way` is the client's: "out" was sent, "in" came. */
	line(way, text) {
		const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} … ${counted(text.length, "character")} in all` : text;
		const name = way === "out" ? "sent" : "received";
		const glyph = h("span.glyph", {}, icon(way === "out" ? "in" : "out"), h("span.vh", {}, name));
		this.write(h(`div.frame.${way}`, {}, h("span.at", {}, clock(Date.now() / 1000)), glyph, h("span.text", {}, cut), copyButton(() => text, "Copy frame")));
	}

	write(line) {
		const { log } = this;
		const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
		log.append(line);
		while (log.childElementCount > LINES) log.firstChild.remove();
		if (atEnd) log.scrollTop = log.scrollHeight;
	}
}
