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
  fallbackAfter: 2,
  upgradeAfterMs: 60000,
  pollSeconds: 20,
};
// A browser does not say why a handshake failed. After so many failed recoveries a connection without the session
// is tried; if that opens, the network is up, and one more failed recovery means that the session is gone.
const PROBE_AFTER = 3;
// What LongPoll closes with when the server says that there is no such session any more.
const GONE = 4404;
const POLL_PAUSE_MS = 5000;

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

/**
 * A WebSocket's looks over HTTP: long polls bring frames, posts take them. Every request is a "simple" one, which
 * browsers send to another origin without asking first. The server holds the same session for both.
 */
class LongPoll {
  readyState = 0;
  #url; #time; #fetch; #seconds; #session; #link; #after; #posts = Promise.resolve(); #under = new Set();

  constructor(url, session, { time, fetch, pollSeconds, connectTimeoutMs }) {
    this.#url = url;
    this.#time = time;
    this.#fetch = fetch;
    this.#seconds = pollSeconds;
    this.#session = session;
    this.#after = session?.last ?? 0;
    this.#run(connectTimeoutMs);
  }

  async #run(connectTimeoutMs) {
    try {
      const { id, token } = this.#session ?? {};
      const body = JSON.stringify({ connectionId: id, reconnectionToken: token });
      const opened = await this.#ask("POST", "/sessions", {}, connectTimeoutMs, body);
      this.#link = { link: opened.link };
      this.#session = { id: opened.frames[0].connectionId };
      this.readyState = 1;
      this.onopen?.();
      this.#deliver(opened.frames);
      while (this.readyState === 1) await this.#poll();
    } catch (error) {
      this.#lost(error);
    }
  }

  async #poll() {
    const query = { ...this.#link, after: this.#after, ack: this.#after, wait: this.#seconds };
    const began = this.#time.now();
    const { frames } = await this.#ask("GET", this.#path, query, (this.#seconds + 10) * 1000);
    this.#deliver(frames);
    // A server that lets nobody wait must not be asked all the time.
    if (!frames.length && this.#time.now() - began < 1000) await new Promise((done) => this.#time.set(done, POLL_PAUSE_MS));
  }

  get #path() { return `/sessions/${encodeURIComponent(this.#session.id)}`; }

  #deliver(frames) {
    for (const frame of frames) {
      if (this.readyState !== 1) return;
      this.#after = Math.max(this.#after, frame.sequenceId ?? 0);
      this.onmessage?.({ data: JSON.stringify(frame) });
    }
  }

  /** A poll acknowledges what came before it, and has its own time limit: neither acks nor pings need a request. */
  send(text) {
    const { type } = JSON.parse(text);
    if (type === "ping") queueMicrotask(() => this.onmessage?.({ data: '{"type":"pong"}' }));
    if (type === "ping" || type === "sequenceAck") return;
    this.#posts = this.#posts
      .then(() => this.readyState === 1 && this.#ask("POST", this.#path, this.#link, 30000, text))
      .then((answer) => answer && this.#deliver(answer.frames))
      .catch((error) => this.#lost(error));
  }

  async #ask(method, path, query, ms, body) {
    const url = new URL(this.#url);
    url.pathname = url.pathname.replace(/\/$/, "") + path;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const abort = new AbortController();
    const timer = this.#time.set(() => abort.abort(), ms);
    this.#under.add(abort);
    try {
      const answer = await this.#fetch(url.href, { method, body, signal: abort.signal, cache: "no-store" });
      if (answer.ok) return answer.status === 204 ? { frames: [] } : await answer.json();
      throw Object.assign(new Error(`the server answered ${answer.status}`), { status: answer.status });
    } finally {
      this.#time.clear(timer);
      this.#under.delete(abort);
    }
  }

  #lost(error) {
    if (this.readyState === 3) return;
    const codes = this.readyState === 0 ? { 401: 3000, 403: 3003, 404: GONE } : { 401: 1006, 403: 3003 };
    this.#end();
    this.onclose?.({ code: codes[error.status] ?? 1006, reason: error.message });
  }

  #end() {
    this.readyState = 3;
    for (const abort of this.#under) abort.abort();
  }

  /** 1000: for good, so the server need not hold the user's place. */
  close(code) {
    const opened = this.readyState === 1;
    this.#end();
    if (opened && code === 1000) this.#ask("DELETE", this.#path, this.#link, 10000).catch(() => {});
  }
}

export class LongwireClient {
  #url; #httpUrl; #options; #time; #random; #WebSocket; #fetch; #page;
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
  #failedSockets = 0; // handshakes since the last WebSocket that opened
  #overHttp = false;
  #openedAt = null; #heardAt = 0;
  #ackId = 0;
  #queue = [];
  #groups = new Set();

  constructor({
    url, httpUrl = null, WebSocket = globalThis.WebSocket, fetch = (...request) => globalThis.fetch(...request),
    time = globalThis, random = Math.random, page = globalThis.window, ...options
  }) {
    const unknown = Object.keys(options).filter((name) => !(name in DEFAULTS));
    if (unknown.length) throw new TypeError(`LongwireClient has no option ${unknown.join(", ")}`);
    if (!["full", "small"].includes(options.jitter ?? "full")) throw new TypeError('jitter is "full" or "small"');
    this.#url = typeof url === "function" ? url : () => url;
    this.#httpUrl = typeof httpUrl === "function" || !httpUrl ? httpUrl : () => httpUrl;
    this.#options = { ...DEFAULTS, ...options };
    this.#time = { now: () => (time.Date ?? Date).now(), set: (f, ms) => time.setTimeout(f, ms), clear: (id) => time.clearTimeout(id) };
    this.#random = random;
    this.#WebSocket = WebSocket;
    this.#fetch = fetch;
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
    this.#overHttp = Boolean(this.#httpUrl) && this.#failedSockets >= this.#options.fallbackAfter;
    // Over HTTP the server's answer says whether the session is gone: no probe is needed.
    const sure = this.#overHttp || this.#lastChance || this.#failedRecoveries < PROBE_AFTER;
    const recover = Boolean(this.#session?.token) && sure;
    this.#tries += 1;
    this.#set({ name: recover ? "recovering" : "connecting", tries: this.#tries });
    this.#later("connect", this.#options.connectTimeoutMs, () => this.#lost(0, "no connection in time", recover));
    try {
      const url = new URL(await (this.#overHttp ? this.#httpUrl : this.#url)({ recovering: recover }));
      if (round === this.#round) this.#dial(url, recover);
    } catch (error) {
      if (round !== this.#round) return;
      if (error instanceof Unauthorized || error?.name === "Unauthorized") this.#end("unauthorized", error.message);
      else this.#lost(0, `no address: ${error?.message ?? error}`, false);
    }
  }

  #dial(url, recover) {
    const socket = this.#overHttp
      ? new LongPoll(url, recover ? this.#session : null, { ...this.#options, time: this.#time, fetch: this.#fetch })
      : this.#webSocket(url, recover);
    socket.onopen = () => (recover ? this.#connected() : this.#session?.token && this.#probed());
    this.#listen(socket, recover);
  }

  #webSocket(url, recover) {
    if (recover) {
      url.searchParams.set("awps_connection_id", this.#session.id);
      url.searchParams.set("awps_reconnection_token", this.#session.token);
    }
    return new this.#WebSocket(url.href, [RELIABLE, PLAIN]);
  }

  #listen(socket, recover) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#lost(code, reason, recover);
  }

  /** While polls serve the session: if a WebSocket for it opens, it has moved there, and the server ends the poll. */
  async #upgrade() {
    const round = this.#round;
    const again = () => round === this.#round && this.#later("upgrade", this.#options.upgradeAfterMs, () => this.#upgrade());
    try {
      const url = new URL(await this.#url({ recovering: true }));
      if (round !== this.#round) return;
      const socket = this.#webSocket(url, true);
      this.#later("upgrade", this.#options.connectTimeoutMs, () => socket.close());
      socket.onclose = again;
      socket.onopen = () => (round === this.#round ? this.#moved(socket) : socket.close(4000));
    } catch { again(); }
  }

  #moved(socket) {
    this.#drop("moved");
    this.#overHttp = false;
    this.#listen(socket, true);
    this.#connected();
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
    if (this.#overHttp) this.#later("upgrade", this.#options.upgradeAfterMs, () => this.#upgrade());
    else this.#failedSockets = 0;
    this.#openedAt = this.#heardAt = this.#time.now();
    this.#later("stable", this.#options.stableAfterMs, () => { this.#tries = this.#waits = 0; });
    if (this.#options.pingIntervalMs) this.#later("ping", this.#options.pingIntervalMs, () => this.#beat());
    const transport = this.#overHttp ? "long-poll" : "websocket";
    this.#set({ name: "connected", connectionId: this.#session.id, reliable: Boolean(this.#session.token), transport });
    if (this.#session.last > this.#session.acked) this.#acknowledge();
    this.#flush();
  }

  #lost(code, reason, recovering) {
    const opened = this.#openedAt !== null;
    this.#drop("lost");
    if (FINAL[code]) return this.#end(FINAL[code], reason || `closed with ${code}`);
    // Where neither goes through, they take turns.
    if (!opened) this.#failedSockets = this.#overHttp ? this.#options.fallbackAfter - 1 : this.#failedSockets + 1;
    if (code === GONE && recovering) {
      this.#session.token = null;
      this.#failedSockets = this.#options.fallbackAfter;
      this.#tries -= 1;
      return this.#open();
    }
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
    // The server passes over what was overtaken, and says which id a message follows then.
    const { sequenceId, follows = sequenceId - 1 } = frame;
    const session = this.#session;
    if (sequenceId !== undefined && session?.token) {
      if (follows > session.last) return this.#lost(0, `gap: ${session.last} was followed by ${sequenceId}`, false);
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
