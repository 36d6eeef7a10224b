// A scripted server, page and clock for the ES module: nothing waits, every answer is the test's.

export class Clock {
  now = 0;
  #next = 1;
  #timers = new Map();
  Date = { now: () => this.now };
  setTimeout = (work, ms) => (this.#timers.set(this.#next, { at: this.now + ms, work }), this.#next++);
  clearTimeout = (id) => this.#timers.delete(id);

  async advance(ms) {
    const end = this.now + ms;
    await settled();
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = due[1].at;
      due[1].work();
      await settled();
    }
    this.now = end;
  }
}

export const settled = async () => { for (let i = 0; i < 20; i++) await null; };

export class Script {
  sockets = [];
  times = [];
  /** What becomes of each handshake: "open", "fail", or "hang" for the test to decide. */
  answer = () => "open";
  constructor(clock) {
    const script = this;
    this.WebSocket = class {
      readyState = 0;
      sent = [];
      closed = null;
      constructor(url, protocols) {
        this.query = Object.fromEntries(new URL(url).searchParams);
        this.protocols = protocols;
        script.sockets.push(this);
        script.times.push(clock.now);
        const answer = script.answer(script.sockets.length, this);
        queueMicrotask(() => (answer === "open" ? this.opens() : answer === "fail" && this.drops(1006)));
      }
      send(text) { this.sent.push(JSON.parse(text)); }
      close(code) { this.closed = code; this.readyState = 3; }
      opens() { if (this.readyState) return; this.readyState = 1; this.onopen?.(); }
      drops(code = 1006, reason = "") { this.readyState = 3; this.onclose?.({ code, reason }); }
      says(frame) { this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) }); }
      greets(connectionId = "s1", reconnectionToken = "t1") { this.says({ type: "system", event: "connected", connectionId, reconnectionToken }); }
      publishes(sequenceId, data, more = {}) { this.says({ type: "message", from: "group", group: "room", dataType: "json", data, sequenceId, ...more }); }
      acks(frame, name) { this.says({ type: "ack", ackId: frame.ackId, success: !name, ...(name && { error: { name, message: "why" } }) }); }
      ofType(type) { return this.sent.filter((frame) => frame.type === type); }
    };
  }
  get last() { return this.sockets.at(-1); }
}

/** Answers requests as a backend's `/sessions` would: `polls` are the test's to answer, everything else is at once. */
export class ScriptedHttp {
  asked = [];
  polls = [];
  opening = { status: 200, connectionId: "s1", reconnectionToken: "t2" };
  fetch = (href, { method, body, signal, ...rest }) => new Promise((resolve, reject) => {
    const url = new URL(href);
    const ask = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), body: body && JSON.parse(body), rest };
    this.asked.push(ask);
    const answer = (status, json) => resolve({ status, ok: status < 300, json: async () => json });
    signal.addEventListener("abort", () => reject(new Error("aborted")));
    const { status, ...greeting } = this.opening;
    if (url.pathname.endsWith("/sessions")) answer(status, { link: "l1", frames: [{ type: "system", event: "connected", ...greeting }] });
    else if (method === "GET") this.polls.push({ ...ask, brings: (...frames) => answer(200, { frames }), refuses: (code) => answer(code, {}) });
    else if (method === "DELETE") answer(204);
    else answer(200, { frames: [{ type: "ack", ackId: ask.body.ackId, success: true }] });
  });
  get poll() { return this.polls.at(-1); }
  of(method) { return this.asked.filter((ask) => ask.method === method); }
}

export const message = (sequenceId, data) => ({ type: "message", from: "group", group: "room", dataType: "json", data, sequenceId });
