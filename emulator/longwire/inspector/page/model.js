// What the page knows: entries with what belongs together, and connections with their counts.

const CAPACITY = 10_000; // entries
const MAX_TEXT = 32 * 1024 * 1024; // characters of payloads and log lines
const LANES = 4; // invocations side by side that are drawn
const COLOURS = 8;
const RECENT = 5000; // invocations and connections whose latecomers still find their trace
const QUOTAS = { idle_timeout: 600, max_duration: 7200, frame_size: 32_768, message_size: 131_072 };

/** One entry and what the page adds to it. */
class Item {
	constructor(entry, colour) {
		this.entry = entry;
		this.seq = entry.seq;
		this.colour = colour;
		this.bad = isBad(entry);
		this.platform = entry.stream === "platform"; // Lambda's own START, END and REPORT
		this.trace = null; // every item of the same cause
		this.lanes = null; // invocations that ran at that moment: colour or -1 by lane
		this.lane = -1; // the lane of this item's own invocation
		this.words = null;
	}

	get size() {
		return (this.entry.payload ?? this.entry.line ?? "").length;
	}

	/** Everything of the entry in lower case, for the filter. */
	text() {
		this.words ??= Object.values(this.entry)
			.map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value)))
			.join("\n")
			.toLowerCase();
		return this.words;
	}
}

function isBad(entry) {
	if (entry.event === "connection_refused" || entry.event === "reload_failed") return true;
	if (entry.event === "invocation_finished") return Boolean(entry.error);
	if (entry.event === "integration_finished") return Boolean(entry.error) || entry.status >= 400;
	if (entry.event === "frame_sent") return entry.cause === "error";
	if (entry.event === "management_request" || entry.event === "http_response") return entry.status >= 400;
	if (entry.event === "fault_hit") return true;
	if (entry.event === "connection_closed") return ![1000, 1001, 1005].includes(entry.code);
	return false;
}

/** Set, keeping the RECENT newest. */
function remember(map, key, value) {
	map.delete(key);
	map.set(key, value);
	if (map.size > RECENT) map.delete(map.keys().next().value);
}

export class Model {
	constructor() {
		this.colours = new Map();
		this.coloured = 0;
		this.reset();
		this.loadState({});
	}

	/** Forget the entries; connections stay. */
	reset() {
		this.items = [];
		this.textSize = 0;
		this.traces = new Map(); // by invocation id
		this.running = new Map(); // invocation id -> lane
		this.lanes = new Array(LANES).fill(-1);
		this.waiting = new Map(); // connection and route -> messages without an invocation yet
		this.latest = new Map(); // connection -> the trace that an answer belongs to
	}

	/** `api/state`; entries up to its seq are in its counts already. */
	loadState(state) {
		this.state = state;
		this.quotas = { ...QUOTAS, ...state.quotas };
		this.stateSeq = state.seq ?? 0;
		this.setClock({ offset: 0, paused: false, now: state.now ?? Date.now() / 1000, ...state.clock });
		this.mocks = new Set(this.apis().flatMap((api) => (api.routes ?? []).filter((r) => r.integration !== "AWS_PROXY").map((r) => r.key)));
		const known = this.connections ?? new Map();
		this.connections = new Map();
		for (const connection of state.connections ?? []) {
			const { connection_id: id } = connection;
			this.connections.set(id, { ...connection, state: "open", colour: this.colour(id) });
		}
		for (const [id, connection] of known) {
			if (!this.connections.has(id)) this.keepEnded(id, connection);
		}
	}

	keepEnded(id, connection) {
		if (connection.state === "open" || connection.state === "connecting") {
			this.end(connection, { reason: "closed while this page was not looking" });
		}
		this.connections.set(id, connection);
	}

	/** Every Stage with its address and routes; an older state tells of one. */
	apis() {
		const { apis, stack, websocket_url } = this.state;
		return apis ?? (stack ? [{ ...stack, websocket_url }] : []);
	}

	/** A connection that the timeline alone knows; null for none. */
	gone(id) {
		const of = (event) => this.items.find((item) => item.entry.connection_id === id && item.entry.event === event)?.entry;
		const handshake = of("handshake") ?? this.items.find((item) => item.entry.connection_id === id)?.entry;
		if (handshake === undefined) return null;
		const found = { ...handshake, ...of("connection_opened"), ...of("connection_closed"), ...of("connection_refused") };
		return { ...found, state: of("connection_refused") ? "refused" : "closed", colour: this.colour(id) };
	}

	/** That of a connection or a handshake; the first, if it does not say. */
	apiOf({ api_id: id, stage }) {
		const apis = this.apis();
		return apis.find((api) => api.api_id === id && api.stage === stage) ?? apis[0] ?? {};
	}

	/** What the emulator tells of its clock. */
	setClock(clock) {
		this.clock = clock;
		this.skew = clock.now - Date.now() / 1000;
	}

	/** The emulator's time, epoch seconds. */
	now() {
		return this.clock.paused ? this.clock.now : Date.now() / 1000 + this.skew;
	}

	colour(id) {
		if (!id) return -1;
		let colour = this.colours.get(id);
		if (colour === undefined) {
			colour = this.coloured++ % COLOURS;
			remember(this.colours, id, colour);
		}
		return colour;
	}

	add(entry) {
		const item = this.append(entry);
		if (entry.seq > this.stateSeq) this.follow(entry);
		return item;
	}

	/** Only the timeline: an entry of the past, whose connection's counts are known. */
	append(entry) {
		const item = new Item(entry, this.colour(entry.connection_id));
		this.items.push(item);
		this.textSize += item.size;
		LINKS[entry.event]?.(this, item);
		item.lanes ??= this.lanes;
		return item;
	}

	/** Put older entries before those that are there. */
	prepend(entries) {
		const all = [...entries, ...this.items.map((item) => item.entry)];
		this.reset();
		for (const entry of all.slice(-CAPACITY)) this.append(entry);
	}

	/** Entries that the emulator no longer has. */
	gap({ missed, first }) {
		this.running.clear();
		this.lanes = new Array(LANES).fill(-1);
		this.waiting.clear();
		this.append({ seq: first - 1, at: this.now(), event: "gap", connection_id: "", missed });
	}

	/** Drop the oldest beyond the limits, a few at a time. */
	trim() {
		if (this.items.length <= CAPACITY && this.textSize <= MAX_TEXT) return;
		let count = Math.max(0, this.items.length - CAPACITY);
		let size = this.textSize;
		this.items.some((item, position) => {
			if (position >= count && size <= MAX_TEXT) return true;
			size -= item.size;
			count = Math.max(count, position + 1);
			return false;
		});
		this.items.splice(0, count);
		this.textSize = size;
	}

	// --- what belongs together

	join(item, trace) {
		item.trace = trace;
		trace.push(item);
	}

	begin(item) {
		this.join(item, []);
		remember(this.latest, item.entry.connection_id, item.trace);
	}

	/** A message that waits for its function; messages of a route are taken up in their order. */
	wait(item) {
		const { connection_id: connection, route_key: route } = item.entry;
		if (!route || this.mocks.has(route)) return;
		const key = `${connection} ${route}`;
		remember(this.waiting, key, [...(this.waiting.get(key) ?? []), item.trace]);
	}

	take(entry) {
		const key = `${entry.connection_id} ${entry.route_key}`;
		const [trace, ...rest] = this.waiting.get(key) ?? [];
		if (rest.length > 0) this.waiting.set(key, rest);
		else this.waiting.delete(key);
		return trace;
	}

	started(item) {
		const { invocation_id: id, connection_id: connection, route_key: route } = item.entry;
		const own = route === "$connect" || route === "$disconnect" ? this.latest.get(connection) : this.take(item.entry);
		this.join(item, own ?? []);
		remember(this.traces, id, item.trace);
		const lane = this.lanes.indexOf(-1);
		this.running.set(id, lane);
		if (lane >= 0) this.lanes = this.lanes.with(lane, item.colour < 0 ? COLOURS : item.colour);
		item.lanes = this.lanes;
		item.lane = lane;
	}

	inside(item) {
		const { invocation_id: id } = item.entry;
		this.join(item, this.traces.get(id) ?? []);
		remember(this.traces, id, item.trace);
		item.lanes = this.lanes;
		item.lane = this.running.get(id) ?? -1;
	}

	finished(item) {
		this.inside(item);
		this.running.delete(item.entry.invocation_id);
		if (item.lane >= 0) this.lanes = this.lanes.with(item.lane, -1);
		remember(this.latest, item.entry.connection_id, item.trace);
	}

	/** A post: of the invocation that the handler's SDK names; where it does not, of the one that runs, if only one does. */
	posted(item) {
		const [only] = this.running.size === 1 ? this.running.keys() : [];
		const trace = this.traces.get(item.entry.invocation_id ?? only);
		this.join(item, trace ?? []);
	}

	/** An answer: of its invocation, if one was asked; else of the newest message. */
	answered(item) {
		const { invocation_id: id, connection_id: connection } = item.entry;
		this.join(item, this.traces.get(id) ?? this.latest.get(connection) ?? []);
	}

	// --- connections

	follow(entry) {
		FOLLOWERS[entry.event]?.(this, entry, this.connections.get(entry.connection_id));
	}

	connecting(entry) {
		const agent = (entry.headers ?? []).find(([name]) => name.toLowerCase() === "user-agent");
		this.connections.set(entry.connection_id, {
			connection_id: entry.connection_id,
			connected_at: entry.at,
			last_active_at: entry.at,
			source_ip: entry.source_ip,
			user_agent: agent?.[1],
			api_id: entry.api_id,
			stage: entry.stage,
			messages_in: 0,
			messages_out: 0,
			bytes_in: 0,
			bytes_out: 0,
			state: "connecting",
			colour: this.colour(entry.connection_id),
		});
	}

	end(connection, facts) {
		Object.assign(connection, facts, { state: facts.status === undefined ? "closed" : "refused" });
		connection.ended_at = performance.now();
	}

	count(connection, way, entry) {
		if (connection === undefined) return;
		connection[`messages_${way}`] += 1;
		connection[`bytes_${way}`] += entry.size ?? 0;
		connection.last_active_at = entry.at;
	}

	/** Ended connections leave after `seconds`. */
	sweep(seconds) {
		for (const [id, { ended_at: ended }] of this.connections) {
			if (ended !== undefined && performance.now() - ended > seconds * 1000) this.connections.delete(id);
		}
	}
}

// No prototype: an event may have any name, "constructor" too.
const LINKS = {
	__proto__: null,
	handshake: (model, item) => model.begin(item),
	connection_opened: (model, item) => model.join(item, model.latest.get(item.entry.connection_id) ?? []),
	connection_refused: (model, item) => model.join(item, model.latest.get(item.entry.connection_id) ?? []),
	connection_closed: (model, item) => model.begin(item),
	message_received(model, item) {
		model.begin(item);
		model.wait(item);
	},
	invocation_started: (model, item) => model.started(item),
	integration_called: (model, item) => model.join(item, model.latest.get(item.entry.connection_id) ?? []),
	integration_finished: (model, item) => model.join(item, model.latest.get(item.entry.connection_id) ?? []),
	log: (model, item) => model.inside(item),
	invocation_finished: (model, item) => model.finished(item),
	frame_sent(model, item) {
		if (item.entry.cause === "post_to_connection") model.posted(item);
		else model.answered(item);
	},
	management_request: (model, item) => model.posted(item),
};

const FOLLOWERS = {
	__proto__: null,
	clock_changed: (model, { at, offset, paused }) => model.setClock({ now: at, offset, paused }),
	handshake: (model, entry) => model.connecting(entry),
	connection_opened(model, entry, connection) {
		if (connection === undefined) model.connecting(entry);
		const { subprotocol, principal_id, at } = entry;
		Object.assign(model.connections.get(entry.connection_id), {
			subprotocol,
			principal_id,
			connected_at: at,
			last_active_at: at,
			state: "open",
		});
	},
	connection_refused: (model, entry, connection) => connection && model.end(connection, entry),
	message_received: (model, entry, connection) => model.count(connection, "in", entry),
	frame_sent: (model, entry, connection) => model.count(connection, "out", entry),
	connection_closed: (model, entry, connection) => connection && model.end(connection, entry),
};
