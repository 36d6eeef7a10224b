// An entry as one line of the timeline.

import { h, icon } from "./dom.js";
import { age, bytes, clock, counted, millis, oneLine, shortId } from "./format.js";
import { record } from "./json.js";

const payload = (entry) => h("span.payload", {}, oneLine(entry.payload));
const chip = (text, kind = "plain") => h(`span.chip.${kind}`, {}, text);

const CAUSES = {
	route_response: "route response",
	post_to_connection: "post",
	error: "error",
	mock: "mock",
};

/** By kind: [icon, name for screen readers, (entry) => what, (entry) => figure at the end]. */
export const KINDS = {
	__proto__: null,
	handshake: ["plug", "handshake", (e) => ["Handshake", h("span.payload", {}, target(e))], (e) => e.source_ip],
	connection_opened: ["open", "connection opened", opened, (e) => e.source_ip],
	connection_refused: ["fail", "handshake refused", (e) => ["Refused", chip(String(e.status), "bad"), e.reason], () => ""],
	message_received: ["in", "message in", received, (e) => bytes(e.size)],
	invocation_started: ["lambda", "invocation", started, () => ""],
	integration_called: ["api", "integration called", called, () => ""],
	integration_finished: ["done", "integration finished", answered, (e) => (e.duration_ms === null ? "" : millis(e.duration_ms))],
	log: ["log", "log line", logged, () => ""],
	invocation_finished: ["done", "invocation finished", finished, (e) => millis(e.duration_ms)],
	frame_sent: ["out", "message out", sent, (e) => bytes(e.size)],
	management_request: ["api", "management request", managed, (e) => (e.size ? bytes(e.size) : "")],
	http_request: ["api", "HTTP request", (e) => [chip(e.api), `${e.method} ${e.path}`], (e) => (e.size ? bytes(e.size) : "")],
	http_response: ["api", "HTTP answer", responded, (e) => millis(e.duration_ms)],
	connection_closed: ["close", "connection closed", closed, () => ""],
	reloaded: ["reload", "reloaded", reloaded, (e) => (e.connections_closed ? "connections closed" : "")],
	reload_failed: ["fail", "reload failed", (e) => ["Not reloaded", h("span.reason", {}, oneLine(e.error_message))], () => ""],
	clock_changed: ["clock", "clock", moved, () => ""],
	faults_changed: ["fault", "faults", (e) => [e.faults.length > 0 ? `${counted(e.faults.length, "fault")} in force` : "No faults in force"], () => ""],
	fault_hit: ["fault", "fault", struck, () => ""],
	gap: ["gap", "gap", (e) => [`${counted(e.missed, "entry", "entries")} came too fast and left the emulator's memory`], () => ""],
};

// What every structured record of a function says, and its row says already.
const USUAL = /^(timestamp|location|service|cold_start|function_|correlation_id|xray_trace_id|sampling_rate|requestId)/;
const LEVELS = { __proto__: null, WARNING: "warn", WARN: "warn", ERROR: "err", CRITICAL: "err", FATAL: "err" };

/** A structured record begins with its message; any other line is shown as it is. */
function logged({ line, stream }) {
	const { level, message, _aws: metrics, ...rest } = record(line) ?? {};
	if (metrics) return [h("span.log.said", {}, "metrics"), h("span.log", {}, oneLine(measured(metrics, rest)))];
	if (message === undefined) return h(`span.log${stream === "stderr" ? ".warn" : ""}`, {}, oneLine(line));
	const facts = Object.entries(rest).filter(([key]) => !USUAL.test(key));
	const text = (value) => (typeof value === "string" ? value : JSON.stringify(value));
	return [
		h(`span.log.said${LEVELS[level] ? `.${LEVELS[level]}` : ""}`, {}, oneLine(text(message))),
		h("span.log", {}, oneLine(facts.map(([key, value]) => `${key}=${text(value)}`).join(" "))),
	];
}

/** CloudWatch's embedded metric format: the names are in `_aws`, the values beside it. */
function measured({ CloudWatchMetrics: groups }, values) {
	const names = [groups ?? []].flat().flatMap((group) => group?.Metrics ?? []).map((metric) => metric?.Name);
	return names.map((name) => `${name}=${[values[name]].flat().join(",")}`).join(" ");
}

function called({ backend, body }) {
	return [backend, h("span.payload", {}, oneLine(body))];
}

function answered({ backend, status, error }) {
	const shown = status ? [chip(String(status), status >= 400 || error ? "bad" : "plain")] : [];
	return [backend, ...shown, ...(error ? [h("span.reason", {}, oneLine(error))] : [])];
}

export function target(entry) {
	const query = (entry.query ?? []).map(([name, value]) => `${name}=${value}`).join("&");
	return query ? `${entry.path}?${query}` : entry.path;
}

function responded(entry) {
	const status = chip(String(entry.status), entry.status >= 400 ? "bad" : "plain");
	const why = entry.why ? h("span.reason", {}, oneLine(entry.why)) : null;
	return [entry.route_key ? chip(entry.route_key, "route") : chip("no route", "bad"), status, entry.function, why];
}

function opened(entry) {
	const who = entry.principal_id ? ["as", h("b", {}, entry.principal_id)] : [];
	return ["Opened", ...who, entry.subprotocol ? chip(entry.subprotocol) : null];
}

function received(entry) {
	return [entry.route_key ? chip(entry.route_key, "route") : chip("no route", "bad"), payload(entry)];
}

function started(entry) {
	return [
		h("span.function", {}, entry.function),
		entry.cold ? chip("cold", "warn") : null,
		h("span.faint", {}, [entry.cold ? "" : "warm", entry.route_key].filter(Boolean).join(", ")),
	];
}

function finished(entry) {
	const failed = entry.error ? chip(entry.error_type || entry.error, "bad") : null;
	const memory = entry.max_memory_mb ? `${entry.max_memory_mb} MB` : "";
	const init = entry.init_ms ? `init ${millis(entry.init_ms)}` : "";
	const about = entry.error ? entry.error_message : [init, memory].filter(Boolean).join(", ");
	return [h("span.function", {}, entry.function), failed, h(entry.error ? "span.reason" : "span.faint", {}, oneLine(about))];
}

function sent(entry) {
	return [chip(CAUSES[entry.cause] ?? entry.cause, entry.cause === "error" ? "bad" : "plain"), payload(entry)];
}

function managed(entry) {
	return [`${entry.method} @connections`, chip(String(entry.status), entry.status >= 400 ? "bad" : "good")];
}

function closed(entry) {
	const usual = [1000, 1001, 1005].includes(entry.code);
	return ["Closed", chip(String(entry.code), usual ? "plain" : "bad"), entry.reason, h("span.faint", {}, `by ${entry.by}`)];
}

function moved({ change, seconds, offset, paused }) {
	const by = change === "advanced" ? `by ${age(seconds)}` : "";
	const ahead = offset >= 0.5 ? `${age(Math.round(offset))} ahead of real time` : "";
	return [`Clock ${change}`, by, h("span.faint", {}, [ahead, paused && change !== "paused" ? "paused" : ""].filter(Boolean).join(", "))];
}

function struck({ kind, effect, fault, ...rest }) {
	const where = ["function", "route", "service", "operation"].map((name) => rest[name]).filter(Boolean).join(" ");
	return ["Fault", chip(`${kind}: ${effect}`, "bad"), where, h("span.faint", {}, `number ${fault}`)];
}

function reloaded({ functions, files }) {
	return ["Reloaded", ...functions.map((name) => h("span.function", {}, name)), h("span.faint", {}, files.join(", "))];
}

/** A row; `data-seq` names its entry. */
export function row(item) {
	const { entry } = item;
	const [glyph, name, what, figure] = KINDS[entry.event] ?? ["log", entry.event, () => [entry.event], () => ""];
	const known = KINDS[entry.event] ? entry.event : "other";
	return h(
		`div.row.k-${known}.${colourClass(item.colour)}${item.bad ? ".bad" : ""}`,
		{ role: "option", id: `e${item.seq}`, "data-seq": item.seq, "aria-selected": "false" },
		h("span.at", {}, clock(entry.at).slice(0, 8), h("span.ms", {}, clock(entry.at).slice(8))),
		lanes(item),
		who(entry),
		h("span.glyph", {}, icon(entry.error ? "fail" : glyph), h("span.vh", {}, name)),
		h("span.what", {}, spaced(what(entry))),
		h("span.figure", {}, figure(entry)),
	);
}

/** With a space between any two, for those who hear a line or copy it. */
export const spaced = (parts) => [parts].flat().filter(Boolean).flatMap((part) => [part, " "]);

export const colourClass = (colour) => (colour < 0 ? "c-none" : `c-${colour}`);

function who(entry) {
	if (!entry.connection_id) return h("span.who");
	return h("span.who", { title: entry.connection_id }, h("i.dot"), h("span.id", {}, shortId(entry.connection_id)));
}

/** The invocations of that moment as lines, side by side: where they begin, what they print, where they end. */
function lanes(item) {
	const ends = { invocation_started: "start", invocation_finished: "end" };
	return h(
		"span.lanes",
		{ "aria-hidden": "true" },
		item.lanes.map((colour, lane) => {
			const mark = lane === item.lane ? (ends[item.entry.event] ?? "inside") : "pass";
			return h(colour < 0 ? "i" : `i.${colourClass(colour)}.${mark}`);
		}),
	);
}
