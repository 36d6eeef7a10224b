// The page: what comes in goes to the model, and at most once a frame the views draw what changed.

import { call } from "./call.js";
import { ClockView } from "./clock.js";
import { ConnectionView } from "./connection.js";
import { ConnectionsView } from "./connections.js";
import { ConsoleView } from "./console.js";
import { CostView } from "./cost.js";
import { DetailView } from "./detail.js";
import { byId, copyButton, icon, setText, settings } from "./dom.js";
import { FaultsView } from "./faults.js";
import { Feed } from "./feed.js";
import { counted } from "./format.js";
import { Model } from "./model.js";
import { recorded } from "./replay.js";
import { linked, permalink } from "./share.js";
import { TablesView } from "./tables.js";
import { nothingYet, TimelineView } from "./timeline.js";

const CONNECTIONS_EVERY = 250; // ms; counts need no more
const STATUS = {
	connecting: ["Connecting", ""],
	live: ["Live", ""],
	lost: ["Reconnecting", "The emulator does not answer. This page reconnects by itself; longwire dev starts it again."],
	stopped: ["Stopped", "The emulator has stopped. This page reconnects by itself when longwire dev runs again."],
};

const model = new Model();
const dirty = { timeline: true, connections: true };
let scheduled = false;
let connectionsDrawn = 0;

const detail = new DetailView(model, { show: (item) => timeline.show(item), close: closeDetail, connection: showConnection, again });
const connection = new ConnectionView(model, { close: closeDetail, replay, say });
const timeline = new TimelineView(model, {
	select(item, { focus = false } = {}) {
		connection.connection = null;
		detail.show(item);
		const link = Number.isInteger(item?.seq) ? permalink(item.seq, model.state.run) : location.pathname;
		history.replaceState(null, "", link);
		if (focus) detail.focus();
	},
	earlier: (seq, limit) => feed.earlier(seq, limit),
	changed: () => draw("timeline"),
});
const connections = new ConnectionsView(model, { pick, route: (key) => filterBy(`route=${quoted(key)}`) });
const consoles = new ConsoleView(model, { pick });
const cost = new CostView();
const clock = new ClockView(model);
const faults = new FaultsView(model);
new TablesView();
const feed = new Feed({
	fresh(state, history) {
		model.reset();
		loadState(state);
		timeline.first = history.first;
		for (const entry of history.entries) model.add(entry);
		const link = linked(location.hash);
		timeline.select(null);
		timeline.restart();
		if (link !== null) goTo(link);
		faults.load();
		draw("timeline", "connections");
	},
	resumed(state) {
		loadState(state);
		draw("connections");
	},
	entry(entry) {
		timeline.added(model.add(entry));
		consoles.entry(entry);
		TOLD[entry.event]?.(entry);
		draw("timeline", "connections");
	},
	gap(gap) {
		model.gap(gap);
		timeline.added(model.items.at(-1));
		draw("timeline");
	},
	status: showStatus,
});

const TOLD = {
	__proto__: null,
	clock_changed: () => clock.render(),
	faults_changed: (entry) => faults.set(entry.faults),
	fault_hit: (entry) => faults.hit(entry),
};

function loadState(state) {
	model.loadState(state);
	clock.render();
	const { stack, websocket_url: url, version } = state;
	byId("stage").hidden = !stack?.stage;
	setText(byId("stage"), [stack?.name, stack?.stage].filter(Boolean).join(" / "));
	byId("stage").title = [stack?.api_id, stack?.region, version && `longwire ${version}`].filter(Boolean).join("\n");
	byId("endpoint").replaceChildren(url ?? "", ...(url ? [copyButton(() => url, "Copy WebSocket URL")] : []));
	setText(byId("try"), `websockets ${url ?? ""}`);
	byId("try-copy").replaceChildren(copyButton(() => byId("try").textContent, "Copy command"));
	connections.renderStack();
	consoles.loadState();
}

function showStatus(status) {
	const [name, banner] = STATUS[status];
	byId("status").dataset.status = status;
	setText(byId("status"), name);
	setText(byId("banner"), banner);
	byId("banner").hidden = banner === "";
	cost.follow(status === "live");
}

// --- drawing

function draw(...parts) {
	for (const part of parts) dirty[part] = true;
	if (scheduled) return;
	scheduled = true;
	requestAnimationFrame(paint);
}

function paint(now) {
	scheduled = false;
	if (dirty.timeline) {
		dirty.timeline = false;
		model.trim();
		timeline.trimmed();
		timeline.render();
		detail.refresh();
		if (!byId("no-entries").hidden) byId("no-entries").replaceChildren(...nothingYet(model, timeline.filter !== null));
	}
	if (!dirty.connections) return;
	if (now - connectionsDrawn < CONNECTIONS_EVERY) {
		draw("connections");
		return;
	}
	dirty.connections = false;
	connectionsDrawn = now;
	connections.render();
	if (connection.connection !== null) connection.refresh();
	if (clock.popover.open) clock.render();
}

// --- one thing leads to another

const quoted = (value) => (/[\s"]/.test(value) ? JSON.stringify(value) : value);

function filterBy(query) {
	byId("filter").value = query;
	timeline.setFilter(query);
	connections.pick(null);
	showPane("timeline");
}

function pick(id) {
	if (id === null) return;
	const again = connections.picked === id;
	filterBy(again ? "" : `connection=${id}`);
	connections.pick(again ? null : id);
	if (again) closeDetail();
	else showConnection(id);
}

function closeDetail() {
	timeline.select(null);
	timeline.viewport.focus();
}

/** In the place of an entry's detail. */
function showConnection(id) {
	const known = model.connections.get(id) ?? model.gone(id);
	if (known === null) return;
	timeline.select(null);
	detail.show({ connection: known });
	connection.show(known);
	feed.refresh(); // what an authorizer said of it is told by the state alone
}

async function goTo({ seq, run }) {
	if (run !== model.state.run) {
		say("That link is to an entry of another start of the emulator.", "bad");
		return;
	}
	const oldest = model.items[0]?.seq ?? seq + 1;
	const entries = seq < oldest ? await feed.earlier(oldest, oldest - seq + 50) : [];
	if (!timeline.goTo(entries, seq)) say("That entry has left the emulator's memory.", "bad");
}

/** A short word of what was done, or why not. */
function say(text, kind) {
	const notice = byId("notice");
	setText(notice, text);
	notice.className = `notice ${kind}`;
	notice.hidden = false;
	clearTimeout(say.timer);
	say.timer = setTimeout(() => (notice.hidden = true), kind === "bad" ? 8000 : 3000);
}

async function attempt(work) {
	try {
		say(await work(), "good");
	} catch (error) {
		say(error.message, "bad");
	}
}

/** A message once more: on its connection, or by a client of the console when that is closed. */
function again({ event, connection_id: id, payload: data }) {
	attempt(async () => {
		const known = model.connections.get(id);
		if (event === "frame_sent") {
			await call("api/send", { connection_id: id, data });
			return "Sent again";
		}
		if (known?.state === "open") {
			await call("api/receive", { connection_id: id, data });
			return "Received again, as if the client had sent it";
		}
		const { steps, ...where } = await recorded(model, known ?? model.gone(id) ?? { connection_id: id });
		inConsole({ ...where, steps: [{ after: 0, text: data }] });
		return "A new client sends it";
	});
}

function replay(known) {
	attempt(async () => {
		const found = await recorded(model, known);
		inConsole(found);
		return `A new client sends ${counted(found.steps.length, "message")}`;
	});
}

function inConsole(what) {
	showConsole(true);
	consoles.free().replay(what);
}

function broadcast(event) {
	event.preventDefault();
	attempt(async () => {
		const { statuses } = await call("api/send", { connection_id: "*", data: byId("broadcast-text").value });
		return `Sent to ${counted(Object.values(statuses).filter((status) => status === 200).length, "connection")}`;
	});
}

function toggleBroadcast() {
	const form = byId("broadcast");
	form.hidden = !form.hidden;
	byId("broadcast-toggle").setAttribute("aria-expanded", String(!form.hidden));
	if (!form.hidden) byId("broadcast-text").focus();
}

/** Send to, or disconnect, the connection that is looked at; sending without one is the console's. */
function act(field) {
	const id = connection.connection?.connection_id ?? timeline.selected?.entry.connection_id;
	if (model.connections.get(id)?.state === "open") {
		if (connection.connection === null) showConnection(id);
		byId(field).focus();
	} else if (field === "connection-text") focusConsole();
}

function showPane(pane) {
	document.body.dataset.pane = pane;
	for (const tab of document.querySelectorAll(".panes button")) {
		if (tab.dataset.pane === pane) tab.setAttribute("aria-current", "true");
		else tab.removeAttribute("aria-current");
	}
}

function showConsole(open) {
	document.body.classList.toggle("console-closed", !open);
	byId("console-toggle").setAttribute("aria-expanded", String(open));
	settings.set("console", open);
}

function showHelp(open) {
	byId("help").hidden = !open;
	byId("help-toggle").setAttribute("aria-expanded", String(open));
}

function focusConsole() {
	showConsole(true);
	showPane("console");
	consoles.clients[0].focus();
}

const SHORTCUTS = {
	"/": () => byId("filter").focus(),
	"?": () => showHelp(byId("help").hidden),
	c: focusConsole,
	d: () => act("connection-code"),
	j: () => timeline.step(1),
	k: () => timeline.step(-1),
	s: () => act("connection-text"),
	f: () => timeline.setFollowing(!timeline.following),
	p: () => timeline.setPaused(!timeline.paused),
};

/** Single keys act only where nobody types. */
function shortcut(event) {
	const free = !event.defaultPrevented && event.target.closest("input, textarea, select") === null;
	if (!free || event.ctrlKey || event.metaKey || event.altKey || !(event.key in SHORTCUTS)) return;
	event.preventDefault();
	SHORTCUTS[event.key]();
}

function setTheme(scheme) {
	document.documentElement.style.setProperty("color-scheme", scheme);
	settings.set("theme", scheme);
}

// --- the console's height

function setConsoleHeight(height) {
	const most = Math.max(160, window.innerHeight - 240);
	const kept = Math.round(Math.min(most, Math.max(160, height)));
	document.body.style.setProperty("--console", `${kept}px`);
	byId("grip").setAttribute("aria-valuenow", String(kept));
	settings.set("height", kept);
}

function listenToGrip(grip) {
	grip.addEventListener("pointerdown", (event) => grip.setPointerCapture(event.pointerId));
	grip.addEventListener("pointermove", (event) => {
		if (grip.hasPointerCapture(event.pointerId)) setConsoleHeight(window.innerHeight - event.clientY);
	});
	grip.addEventListener("keydown", (event) => {
		const step = { ArrowUp: 24, ArrowDown: -24 }[event.key];
		if (step === undefined) return;
		event.preventDefault();
		setConsoleHeight(byId("console").offsetHeight + step);
	});
}

document.addEventListener("keydown", shortcut);
byId("console-toggle").addEventListener("click", () => showConsole(document.body.classList.contains("console-closed")));
byId("help-toggle").addEventListener("click", () => showHelp(byId("help").hidden));
byId("filter").addEventListener("input", () => connections.pick(null));
for (const tab of document.querySelectorAll(".panes button")) tab.addEventListener("click", () => showPane(tab.dataset.pane));
listenToGrip(byId("grip"));
for (const element of document.querySelectorAll("[data-icon]")) element.prepend(icon(element.dataset.icon));
byId("broadcast-toggle").addEventListener("click", toggleBroadcast);
byId("broadcast").addEventListener("submit", broadcast);
window.addEventListener("hashchange", () => linked(location.hash) && goTo(linked(location.hash)));
byId("theme").value = settings.get("theme", "light dark");
byId("theme").addEventListener("change", () => setTheme(byId("theme").value));
setTheme(byId("theme").value);
setConsoleHeight(settings.get("height", 300));
showConsole(settings.get("console", true));
setInterval(() => draw("connections"), 1000);
feed.start();
