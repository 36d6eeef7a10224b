// A client of the backend's protocol for browsers: json.reliable.webpubsub.azure.v1, else json.webpubsub.azure.v1.
// No dependency, one file: copy it. What it does and why: ../README.md. Types: longwire-client.d.ts.

export const RELIABLE = "json.reliable.webpubsub.azure.v1";
export const PLAIN = "json.webpubsub.azure.v1";

// Close codes after which the same handshake would end the same way. 3000 and 3003 are IANA's "Unauthorized" and
// "Forbidden"; 4401 and 4403 are what many servers send instead. 1009: the same message would be too big again.
const FINAL = { 1008: "policy", 1009: "too-big", 3000: "unauthorized", 3003: "forbidden", 4401: "unauthorized", 4403: "forbidden" };

const DEFAULTS = {
  firstDelayMs: 1000,
  longestDelayMs: 30000,
  jitter: "full",
  maxTries: 10,
  stableAfterMs: 10000,
  connectTimeoutMs: 30000,
  pingIntervalMs: 60000,
  pongTimeoutMs: 10000,
  sequenceAckIntervalMs: 1000,
  sequenceAckWindow: 100,
  ackTimeoutMs: 15000,
  maxSends: 3,
  inFlight: 1,
  queueLimit: 100,
  maxMessageBytes: 32768,
};
// A browser does not say why a handshake failed. After so many failed recoveries a connection without the session
// is tried; if that opens, the network is up, and one more failed recovery means that the session is gone.
const PROBE_AFTER = 3;

export class LongwireError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}
/** Thrown by a `url` provider: there is no use in asking again. */
export class Unauthorized extends LongwireError {
  constructor(message = "not authorized") {
    super("Unauthorized", message);
  }
}

export class LongwireClient {
  #url; #options; #time; #random; #WebSocket; #page;
  #listeners = new Map();
  #state = Object.freeze({ name: "stopped", reason: "not-started", message: "" });
  #running = false;
  #pauses = new Set(); // "hidden", "offline"
  #round = 0; // of the last try; an older one that wakes up sees that it was overtaken
  #socket = null;
  #timers = new Map();
  #session = null; // { id, token, last, acked }
  #lastChance = false;
  #tries = 0; #waits = 0; #failedRecoveries = 0;
  #openedAt = null; #heardAt = 0;
  #ackId = 0;
  #queue = [];
  #groups = new Set();

  constructor({ url, WebSocket = globalThis.WebSocket, time = globalThis, random = Math.random, page = globalThis.window, ...options }) {
    const unknown = Object.keys(options).filter((name) => !(name in DEFAULTS));
    if (unknown.length) throw new TypeError(`LongwireClient has no option ${unknown.join(", ")}`);
    if (!["full", "small"].includes(options.jitter ?? "full")) throw new TypeError('jitter is "full" or "small"');
    this.#url = typeof url === "function" ? url : () => url;
    this.#options = { ...DEFAULTS, ...options };
    this.#time = { now: () => (time.Date ?? Date).now(), set: (f, ms) => time.setTimeout(f, ms), clear: (id) => time.clearTimeout(id) };
    this.#random = random;
    this.#WebSocket = WebSocket;
    this.#page = page;
  }

  get state() { return this.#state; }
  get queued() { return this.#queue.length; }
  get connectionId() { return this.#session?.id ?? null; }

  /** Calls `listener` for "state", "message", "resync" or "reset"; returns the function that ends it. */
  on = (kind, listener) => {
    if (!this.#listeners.has(kind)) this.#listeners.set(kind, new Set());
    this.#listeners.get(kind).add(listener);
    return () => this.#listeners.get(kind).delete(listener);
  };
  /** For React's useSyncExternalStore(client.subscribe, client.getState). */
  subscribe = (listener) => this.on("state", listener);
  getState = () => this.#state;

  start() {
    if (this.#running) return;
    this.#running = true;
    this.#tries = this.#waits = 0;
    for (const [event, handler] of Object.entries(this.#pageEvents)) this.#page?.addEventListener(event, handler);
    if (this.#page?.navigator?.onLine === false) this.#pauses.add("offline");
    // Not at once: StrictMode mounts, unmounts and mounts again, and that should be one connection.
    this.#set({ name: "connecting", tries: 0 });
    this.#later("open", 0, () => this.#open());
  }

  /** Closes; forgets session, groups and queue, whose promises are rejected. */
  stop() {
    if (this.#running) this.#end("application", "stopped by the application");
    this.#session = null;
    this.#groups.clear();
  }

  join(group) { this.#groups.add(group); return this.#enqueue({ type: "joinGroup", group }); }
  leave(group) { this.#groups.delete(group); return this.#enqueue({ type: "leaveGroup", group }); }
  publish(group, data, { dataType = "json", noEcho = false } = {}) {
    return this.#enqueue({ type: "sendToGroup", group, dataType, data, noEcho });
  }
  event(event, data, { dataType = "json" } = {}) { return this.#enqueue({ type: "event", event, dataType, data }); }

  /** Sends now, unacknowledged and unqueued, or not at all: says which. For typing, cursors and the like. */
  publishVolatile(group, data, { dataType = "json", noEcho = true } = {}) {
    const text = JSON.stringify({ type: "sendToGroup", group, dataType, data, noEcho });
    return this.#fits(text) && this.#state.name === "connected" && this.#send(text);
  }

  // -- connecting

  async #open() {
    if (this.#pauses.size) return this.#set({ name: "waiting", tries: this.#tries, retryAt: null, cause: [...this.#pauses][0] });
    const round = ++this.#round;
    const recover = Boolean(this.#session?.token) && (this.#lastChance || this.#failedRecoveries < PROBE_AFTER);
    this.#tries += 1;
    this.#set({ name: recover ? "recovering" : "connecting", tries: this.#tries });
    this.#later("connect", this.#options.connectTimeoutMs, () => this.#lost(0, "no connection in time", recover));
    try {
      const url = new URL(await this.#url({ recovering: recover }));
      if (round === this.#round) this.#dial(url, recover);
    } catch (error) {
      if (round !== this.#round) return;
      if (error instanceof Unauthorized || error?.name === "Unauthorized") this.#end("unauthorized", error.message);
      else this.#lost(0, `no address: ${error?.message ?? error}`, false);
    }
  }

  #dial(url, recover) {
    if (recover) {
      url.searchParams.set("awps_connection_id", this.#session.id);
      url.searchParams.set("awps_reconnection_token", this.#session.token);
    }
    const socket = new this.#WebSocket(url.href, [RELIABLE, PLAIN]);
    this.#socket = socket;
    socket.onopen = () => (recover ? this.#connected() : this.#session?.token && this.#probed());
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#lost(code, reason, recover);
  }

  #probed() {
    this.#drop("asking for the session");
    this.#lastChance = true;
    this.#tries -= 1; // the probe is part of the next try
    this.#open();
  }

  #connected() {
    this.#clear("connect");
    this.#lastChance = false;
    this.#failedRecoveries = 0;
    this.#openedAt = this.#heardAt = this.#time.now();
    this.#later("stable", this.#options.stableAfterMs, () => { this.#tries = this.#waits = 0; });
    if (this.#options.pingIntervalMs) this.#later("ping", this.#options.pingIntervalMs, () => this.#beat());
    this.#set({ name: "connected", connectionId: this.#session.id, reliable: Boolean(this.#session.token) });
    if (this.#session.last > this.#session.acked) this.#acknowledge();
    this.#flush();
  }

  #lost(code, reason, recovering) {
    const opened = this.#openedAt !== null;
    this.#drop("lost");
    if (FINAL[code]) return this.#end(FINAL[code], reason || `closed with ${code}`);
    if (recovering && !opened) this.#failedRecoveries += 1;
    if (this.#lastChance && this.#session) {
      this.#lastChance = false;
      this.#session.token = null;
      return this.#open();
    }
    if (this.#tries >= this.#options.maxTries) {
      return this.#end("unreachable", `no connection after ${this.#tries} tries: ${reason || "the handshake failed"}`);
    }
    const ms = this.#delay();
    this.#set({ name: "waiting", tries: this.#tries, retryAt: this.#time.now() + ms, cause: reason || `closed with ${code}` });
    this.#later("open", ms, () => this.#open());
  }

  #delay() {
    const ceiling = Math.min(this.#options.longestDelayMs, this.#options.firstDelayMs * 2 ** this.#waits++);
    return this.#options.jitter === "full" ? ceiling * this.#random() : ceiling + 500 * this.#random();
  }

  /** Ends the socket, if there is one, and everything that waited for it. 4000: we mean to come back. */
  #drop(reason, code = 4000) {
    this.#round += 1;
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    const socket = this.#socket;
    this.#socket = this.#openedAt = null;
    for (const entry of this.#queue) entry.inFlight = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code, reason);
  }

  #end(reason, message) {
    this.#running = false;
    this.#drop(reason, 1000);
    this.#pauses.clear();
    for (const [event, handler] of Object.entries(this.#pageEvents)) this.#page?.removeEventListener(event, handler);
    if (reason !== "unreachable") this.#session = null;
    for (const entry of this.#queue.splice(0)) {
      if (reason === "application") entry.promise.catch(() => {}); // who stops need not catch what that ends
      entry.reject(new LongwireError("Stopped", message));
    }
    this.#set({ name: "stopped", reason, message });
  }

  // -- the page: hidden (also into the back/forward cache) and offline

  #pageEvents = {
    pagehide: () => this.#pause("hidden"),
    pageshow: () => this.#resume("hidden"),
    offline: () => this.#pause("offline"),
    online: () => this.#resume("offline"),
  };

  #pause(cause) {
    this.#pauses.add(cause);
    this.#lastChance = false;
    this.#drop(cause);
    this.#set({ name: "waiting", tries: 0, retryAt: null, cause });
  }

  #resume(cause) {
    const paused = this.#pauses.delete(cause);
    // "online" also ends a wait that is under way: what it waited for has come.
    if (!paused && !(cause === "offline" && this.#state.name === "waiting")) return;
    this.#clear("open");
    this.#tries = this.#waits = this.#failedRecoveries = 0;
    this.#open();
  }

  // -- what comes in

  #received(text) {
    let frame = null;
    try { frame = JSON.parse(text); } catch { /* no frame of this protocol */ }
    this.#heardAt = this.#time.now();
    this.#clear("pong");
    if (frame?.type === "system" && frame.event === "connected") this.#greeted(frame);
    else if (frame?.type === "ack") this.#settled(frame);
    else if (frame?.type === "message") this.#message(frame);
  }

  #greeted({ connectionId, reconnectionToken = null }) {
    const before = this.#session;
    if (before?.id === connectionId) before.token = reconnectionToken;
    else {
      this.#session = { id: connectionId, token: reconnectionToken, last: 0, acked: 0 };
      if (before) this.#startAnew();
    }
    if (this.#openedAt === null) this.#connected();
  }

  /** What was sent in the old session and not acknowledged may have arrived: to repeat it could show it twice. */
  #startAnew() {
    const effects = this.#queue.filter(({ frame, sends }) => sends && ["sendToGroup", "event"].includes(frame.type));
    for (const entry of effects) this.#uncertain(entry);
    for (const entry of this.#queue) entry.sends = 0;
    const asked = new Set(this.#queue.map(({ frame }) => frame.type === "joinGroup" && frame.group));
    const rejoins = [...this.#groups].filter((group) => !asked.has(group)).map((group) => this.#entry({ type: "joinGroup", group }));
    for (const { promise } of rejoins) promise.catch((error) => this.#emit("reset", { refused: error }));
    this.#queue.unshift(...rejoins);
    this.#emit("reset", { connectionId: this.#session.id });
  }

  #uncertain(entry) {
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    entry.reject(new LongwireError("Unacknowledged", "the session ended before an answer came; it may have arrived"));
  }

  #message(frame) {
    const { sequenceId } = frame;
    const session = this.#session;
    if (sequenceId !== undefined && session?.token) {
      if (sequenceId > session.last + 1) return this.#lost(0, `gap: ${session.last} was followed by ${sequenceId}`, false);
      this.#acknowledgeSoon();
      if (sequenceId <= session.last) return;
      session.last = sequenceId;
    }
    const { type, ...message } = frame;
    if (message.from === "server" && message.data?.$rt === "resync") this.#emit("resync", message.data);
    else this.#emit("message", message);
  }

  #acknowledgeSoon() {
    if (this.#session.last - this.#session.acked + 1 >= this.#options.sequenceAckWindow) this.#later("sequenceAck", 0, () => this.#acknowledge());
    else if (!this.#timers.has("sequenceAck")) this.#later("sequenceAck", this.#options.sequenceAckIntervalMs, () => this.#acknowledge());
  }

  #acknowledge() {
    this.#clear("sequenceAck");
    if (this.#send(JSON.stringify({ type: "sequenceAck", sequenceId: this.#session.last }))) this.#session.acked = this.#session.last;
  }

  /** Pings when nothing was heard for an interval; then something has to be heard in time. */
  #beat() {
    const { pingIntervalMs, pongTimeoutMs } = this.#options;
    const silent = this.#time.now() - this.#heardAt;
    if (silent >= pingIntervalMs) {
      this.#send('{"type":"ping"}');
      this.#later("pong", pongTimeoutMs, () => this.#lost(0, "the server is silent", false));
    }
    this.#later("ping", silent >= pingIntervalMs ? pingIntervalMs : pingIntervalMs - silent, () => this.#beat());
  }

  // -- what goes out

  #entry(frame) {
    const entry = { frame: { ...frame, ackId: ++this.#ackId }, sends: 0, inFlight: false };
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    return entry;
  }

  #enqueue(frame) {
    if (!this.#running) return Promise.reject(new LongwireError("Stopped", "the client is stopped; call start()"));
    const entry = this.#entry(frame);
    const { queueLimit, maxMessageBytes } = this.#options;
    if (!this.#fits(JSON.stringify(entry.frame))) entry.reject(new LongwireError("TooBig", `a message has at most ${maxMessageBytes} bytes`));
    else if (this.#queue.length >= queueLimit) entry.reject(new LongwireError("QueueFull", `${queueLimit} frames are waiting already`));
    else this.#queue.push(entry);
    this.#flush();
    return entry.promise;
  }

  #fits(text) { return new TextEncoder().encode(text).length <= this.#options.maxMessageBytes; }

  #flush() {
    if (this.#state.name !== "connected") return;
    for (const entry of this.#queue.slice(0, this.#options.inFlight)) {
      if (entry.inFlight || !this.#send(JSON.stringify(entry.frame))) continue;
      entry.inFlight = true;
      entry.sends += 1;
      this.#later(entry.frame.ackId, this.#options.ackTimeoutMs, () => this.#again(entry, "Unacknowledged", "no answer came; it may have arrived"));
    }
  }

  #settled({ ackId, success, error }) {
    const entry = this.#queue.find(({ frame }) => frame.ackId === ackId);
    if (!entry) return;
    this.#clear(ackId);
    if (success || error?.name === "Duplicate") {
      this.#queue.splice(this.#queue.indexOf(entry), 1);
      entry.resolve();
      this.#flush();
    } else if (error?.name === "InternalServerError") {
      const ms = this.#options.firstDelayMs * 2 ** entry.sends * this.#random();
      this.#later(ackId, ms, () => this.#again(entry, error.name, error.message));
    } else this.#refuse(entry, error?.name ?? "Refused", error?.message ?? "");
  }

  /** The same ackId again: the backend says Duplicate if it has had it. */
  #again(entry, name, message) {
    if (entry.sends >= this.#options.maxSends) return this.#refuse(entry, name, message);
    entry.inFlight = false;
    this.#flush();
  }

  #refuse(entry, name, message) {
    if (entry.frame.type === "joinGroup") this.#groups.delete(entry.frame.group);
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    entry.reject(new LongwireError(name, message));
    this.#flush();
  }

  #send(text) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(text);
    return true;
  }

  // -- bookkeeping

  #later(name, ms, work) {
    this.#clear(name);
    this.#timers.set(name, this.#time.set(() => { this.#timers.delete(name); work(); }, ms));
  }

  #clear(name) {
    if (this.#timers.has(name)) this.#time.clear(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #set(state) {
    this.#state = Object.freeze(state);
    this.#emit("state", this.#state);
  }

  /** A listener that throws neither keeps others from hearing nor breaks the client; the page's `error` event has it. */
  #emit(kind, value) {
    for (const listener of [...(this.#listeners.get(kind) ?? [])]) {
      try { listener(value); } catch (error) { (globalThis.reportError ?? console.error)(error); }
    }
  }
}
