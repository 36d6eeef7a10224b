import assert from "node:assert/strict";
import { test } from "node:test";
import { LongwireClient, Unauthorized } from "../../../clients/javascript/longwire-client.js";
import { Clock, Script, ScriptedHttp, message, settled } from "./scripted.mjs";

function setUp(options = {}) {
  const clock = new Clock();
  const script = new Script(clock);
  const page = Object.assign(new EventTarget(), { navigator: { onLine: true } });
  const client = new LongwireClient({
    url: "wss://host/v1?access_token=x", WebSocket: script.WebSocket, time: clock, random: () => 0.5, page, ...options,
  });
  const states = [], messages = [], resets = [], resyncs = [];
  client.on("state", (state) => states.push(state));
  client.on("message", (message) => messages.push(message.data));
  client.on("reset", (reset) => resets.push(reset));
  client.on("resync", (resync) => resyncs.push(resync));
  return { clock, script, page, client, states, messages, resets, resyncs };
}

async function connected(options, token = "t1") {
  const it = setUp(options);
  it.client.start();
  await it.clock.advance(0);
  it.script.last.greets("s1", token);
  return it;
}

const failure = (promise) => promise.then(() => assert.fail("it was kept"), (error) => error.name);

test("tries are spaced by a doubling delay with full jitter and end after ten", async () => {
  const { clock, script, client, states } = setUp();
  script.answer = () => "fail";
  client.start();
  await clock.advance(1e6);
  const gaps = script.times.slice(1).map((time, index) => time - script.times[index]);
  assert.deepEqual(gaps, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000]);
  const waits = states.filter(({ name }) => name === "waiting");
  assert.deepEqual(waits.map(({ retryAt }) => retryAt), script.times.slice(1));
  assert.deepEqual([client.state.name, client.state.reason], ["stopped", "unreachable"]);
  client.start();
  await clock.advance(0);
  assert.equal(script.sockets.length, 11);
});

test("small jitter adds up to 500 ms", async () => {
  const { clock, script, client } = setUp({ jitter: "small" });
  script.answer = () => "fail";
  client.start();
  await clock.advance(4000);
  assert.deepEqual(script.times, [0, 1250, 3500]);
});

for (const [code, reason] of [[1008, "policy"], [1009, "too-big"], [3000, "unauthorized"], [4403, "forbidden"]]) {
  test(`close code ${code} ends at once`, async () => {
    const { clock, script, client } = await connected();
    script.last.drops(code);
    await clock.advance(1e6);
    assert.deepEqual([client.state.reason, script.sockets.length], [reason, 1]);
  });
}

test("the provider is asked for each try; Unauthorized ends, another failure does not", async () => {
  const errors = [new Error("no network"), new Unauthorized("sign in")];
  const { clock, client, states } = setUp({ url: () => Promise.reject(errors.shift()) });
  client.start();
  await clock.advance(1e6);
  assert.match(states.find(({ name }) => name === "waiting").cause, /no network/);
  assert.deepEqual({ ...client.state }, { name: "stopped", reason: "unauthorized", message: "sign in" });
});

test("a session is recovered with its rotated token, and each message is shown once", async () => {
  const { clock, script, client, messages, resets } = await connected();
  script.last.publishes(1, "a");
  script.last.publishes(2, "b");
  script.last.greets("s1", "t2");
  script.last.drops();
  await clock.advance(1000);
  assert.deepEqual(script.last.query, { access_token: "x", awps_connection_id: "s1", awps_reconnection_token: "t2" });
  for (const [number, data] of [[1, "a"], [2, "b"], [3, "c"]]) script.last.publishes(number, data);
  await clock.advance(2000);
  assert.deepEqual([messages, resets, client.state.name], [["a", "b", "c"], [], "connected"]);
  assert.equal(script.last.ofType("sequenceAck").at(-1).sequenceId, 3);
});

test("a gap is not shown but recovered from", async () => {
  const { clock, script, messages } = await connected();
  script.last.publishes(1, "a");
  script.last.publishes(3, "c");
  await clock.advance(1000);
  assert.equal(script.sockets.length, 2);
  for (const [number, data] of [[2, "b"], [3, "c"]]) script.last.publishes(number, data);
  assert.deepEqual(messages, ["a", "b", "c"]);
});

test("ids that the server passes over are no gap", async () => {
  const { clock, script, messages } = await connected();
  script.last.publishes(1, "a");
  script.last.publishes(4, "d", { follows: 1 });
  script.last.publishes(5, "e");
  await clock.advance(1000);
  assert.equal(script.sockets.length, 1);
  assert.deepEqual(messages, ["a", "d", "e"]);
});

test("an outage of any length does not cost the session: a probe that fails proves nothing", async () => {
  const { clock, script, client, resets } = await connected({ maxTries: 50 });
  script.answer = () => "fail";
  script.last.drops();
  await clock.advance(300_000);
  script.answer = () => "open";
  await clock.advance(30_000);
  assert.equal(script.last.query.awps_connection_id, "s1");
  assert.deepEqual([client.state.name, resets], ["connected", []]);
});

test("a session that is gone is replaced: groups are joined again, uncertain publishes rejected, the page told", async () => {
  const { clock, script, client, resets, states } = await connected();
  const joined = client.join("room");
  script.last.acks(script.last.sent.at(-1));
  await joined;
  const uncertain = failure(client.publish("room", 1));
  script.answer = (_, socket) => {
    if (socket.query.awps_connection_id) return "fail";
    clock.setTimeout(() => socket.greets("s2"), 100);
    return "open";
  };
  script.last.drops();
  const later = client.publish("room", 2);
  await clock.advance(9000);
  assert.equal(await uncertain, "Unacknowledged");
  assert.deepEqual(resets, [{ connectionId: "s2" }]);
  // The first, three that fail, the one that is refused after its probe, and the new one.
  assert.equal(Math.max(...states.map(({ tries = 0 }) => tries)), 6);
  assert.equal(script.last.sent.at(-1).type, "joinGroup");
  script.last.acks(script.last.sent.at(-1));
  assert.equal(script.last.sent.at(-1).data, 2);
  script.last.acks(script.last.sent.at(-1));
  await later;
});

test("acks of messages wait for the interval or the window", async () => {
  const { clock, script } = await connected({ sequenceAckWindow: 3 });
  const acks = () => script.last.ofType("sequenceAck").map(({ sequenceId }) => sequenceId);
  script.last.publishes(1);
  await clock.advance(500);
  script.last.publishes(2);
  assert.deepEqual(acks(), []);
  await clock.advance(500);
  assert.deepEqual(acks(), [2]);
  for (const number of [3, 4, 5]) script.last.publishes(number);
  await clock.advance(0);
  assert.deepEqual(acks(), [2, 5]);
});

test("frames wait for a connection and go out in order, one at a time", async () => {
  const { clock, script, client } = setUp();
  client.start();
  const all = [0, 1, 2].map((number) => client.publish("room", number));
  await clock.advance(0);
  script.last.greets();
  for (const number of [0, 1, 2]) {
    assert.deepEqual(script.last.sent.map(({ data }) => data), [0, 1, 2].slice(0, number + 1));
    script.last.acks(script.last.sent.at(-1));
  }
  await Promise.all(all);
  assert.equal(client.queued, 0);
});

test("what was not acknowledged is sent again with its ackId, and Duplicate is success", async () => {
  const { clock, script, client } = await connected();
  const published = client.publish("room", "x");
  const [first] = script.sockets;
  first.drops();
  await clock.advance(1000);
  assert.deepEqual(script.last.sent, first.sent);
  script.last.acks(script.last.sent[0], "Duplicate");
  await published;
});

test("a refusal reaches the publisher; a server error or silence after three sends", async () => {
  const { clock, script, client } = await connected();
  const forbidden = failure(client.publish("room", 1));
  script.last.acks(script.last.sent.at(-1), "Forbidden");
  assert.equal(await forbidden, "Forbidden");
  const strange = failure(client.publish("room", 1));
  script.last.says({ type: "ack", ackId: script.last.sent.at(-1).ackId, success: false, error: null });
  assert.equal(await strange, "Refused");
  const failed = failure(client.publish("room", 2));
  for (const _ of [1, 2, 3]) {
    script.last.acks(script.last.sent.at(-1), "InternalServerError");
    await clock.advance(10_000);
  }
  assert.equal(await failed, "InternalServerError");
  const silent = failure(client.publish("room", 3));
  await clock.advance(45_000);
  assert.equal(await silent, "Unacknowledged");
  assert.deepEqual(script.last.ofType("sendToGroup").map(({ data }) => data), [1, 1, 2, 2, 2, 3, 3, 3]);
});

test("the queue has a limit, and a message too", async () => {
  const { client } = setUp({ queueLimit: 1 });
  assert.equal(await failure(client.publish("room", 0)), "Stopped");
  client.start();
  assert.equal(await failure(client.publish("room", "é".repeat(17_000))), "TooBig");
  const waiting = failure(client.publish("room", 1));
  assert.equal(await failure(client.publish("room", 2)), "QueueFull");
  assert.equal(client.publishVolatile("room", "lost"), false);
  client.stop();
  assert.equal(await waiting, "Stopped");
});

test("silence is pinged, and a server that stays silent is left", async () => {
  const { clock, script, client } = await connected();
  await clock.advance(61_000);
  assert.equal(script.last.ofType("ping").length, 1);
  script.last.says({ type: "pong" });
  await clock.advance(50_000);
  assert.equal(client.state.name, "connected");
  await clock.advance(25_000);
  assert.deepEqual([script.sockets.length, script.sockets[0].closed], [2, 4000]);
  assert.equal(script.last.query.awps_connection_id, "s1");
});

test("a handshake that hangs is given up", async () => {
  const { clock, script, client } = setUp();
  script.answer = () => "hang";
  client.start();
  await clock.advance(30_600);
  assert.deepEqual([script.sockets.length, script.sockets[0].closed], [2, 4000]);
});

test("a connection that never lasts is not tried for ever", async () => {
  const { clock, script, client } = setUp();
  client.start();
  for (let i = 0; i < 10; i++) {
    await clock.advance(i && Math.min(15_000, 500 * 2 ** (i - 1)));
    script.last.greets();
    script.last.drops();
  }
  assert.equal(client.state.reason, "unreachable");
});

test("StrictMode's mount, unmount, mount is one connection", async () => {
  const { clock, script, client } = setUp();
  client.start();
  client.join("room"); // its promise is dropped: stopping must leave no unhandled rejection
  client.stop();
  client.start();
  client.join("room");
  await clock.advance(1000);
  assert.equal(script.sockets.length, 1);
  script.last.greets();
  assert.equal(script.last.sent.length, 1);
  const snapshot = client.getState();
  assert.equal(snapshot, client.getState());
  client.stop();
  await clock.advance(1e6);
  assert.deepEqual([script.sockets.length, script.last.closed], [1, 1000]);
});

test("an address that arrives after stop is not dialled", async () => {
  let give;
  const { clock, script, client } = setUp({ url: () => new Promise((resolve) => { give = resolve; }) });
  client.start();
  await clock.advance(0);
  client.stop();
  give("wss://host/");
  await settled();
  assert.equal(script.sockets.length, 0);
});

test("a hidden page closes, also into the back/forward cache, and a shown one recovers at once", async () => {
  const { clock, script, page, client } = await connected();
  page.dispatchEvent(new Event("pagehide"));
  assert.deepEqual([client.state.name, client.state.cause, client.state.retryAt], ["waiting", "hidden", null]);
  assert.equal(script.last.closed, 4000);
  await clock.advance(1e6);
  assert.equal(script.sockets.length, 1);
  page.dispatchEvent(new Event("pageshow"));
  await clock.advance(0);
  assert.deepEqual([script.sockets.length, client.state.name], [2, "connected"]);
});

test("offline waits without a timer, online connects; a page that starts offline too", async () => {
  const { clock, script, page, client } = setUp();
  page.navigator.onLine = false;
  client.start();
  await clock.advance(1e6);
  assert.deepEqual([script.sockets.length, client.state.cause], [0, "offline"]);
  page.dispatchEvent(new Event("online"));
  await clock.advance(0);
  script.last.greets();
  page.dispatchEvent(new Event("offline"));
  page.dispatchEvent(new Event("pagehide"));
  page.dispatchEvent(new Event("online"));
  await clock.advance(1e5);
  assert.deepEqual([script.sockets.length, client.state.cause], [1, "hidden"]);
  page.dispatchEvent(new Event("pageshow"));
  await clock.advance(0);
  assert.equal(client.state.name, "connected");
});

test("online cuts a wait short", async () => {
  const { clock, script, page } = await connected();
  script.answer = () => "fail";
  script.last.drops();
  await clock.advance(20_000);
  const before = script.sockets.length;
  page.dispatchEvent(new Event("online"));
  await clock.advance(0);
  assert.equal(script.sockets.length, before + 1);
});

test("a stopped client hears nothing of the page", async () => {
  const { clock, script, page, client } = await connected();
  client.stop();
  page.dispatchEvent(new Event("pageshow"));
  page.dispatchEvent(new Event("online"));
  page.dispatchEvent(new Event("pagehide"));
  await clock.advance(1e5);
  assert.deepEqual([script.sockets.length, client.state.name], [1, "stopped"]);
});

test("the plain protocol starts a new session", async () => {
  const { clock, script, messages, resets } = await connected({}, undefined);
  script.last.greets("s1", null);
  script.last.publishes(undefined, "a");
  script.last.drops();
  await clock.advance(1000);
  assert.equal(script.last.query.awps_connection_id, undefined);
  script.last.greets("s2", null);
  assert.deepEqual([messages, resets], [["a"], [{ connectionId: "s2" }]]);
});

test("a listener that throws, and frames of no sense, do no harm", async () => {
  const { script, client, messages, resyncs } = await connected();
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  const end = client.on("message", () => { throw new Error("mine"); });
  for (const text of ["", "[]", "null", '{"type":7}', '{"message":"Internal server error"}', '{"type":"ack"}']) script.last.says(text);
  script.last.publishes(1, "a");
  end();
  script.last.publishes(2, "b");
  script.last.says({ type: "message", from: "server", dataType: "json", data: { $rt: "resync", group: "room", from: 1, to: 2 } });
  delete globalThis.reportError;
  assert.deepEqual([messages, reported, resyncs.length], [["a", "b"], ["mine"], 1]);
});

test("an option that does not exist is named", () => {
  assert.throws(() => new LongwireClient({ url: "ws://h/", maxTrys: 3 }), /maxTrys/);
});

// -- over HTTP

async function polling(options) {
  const http = new ScriptedHttp();
  const it = setUp({ httpUrl: "https://host/api?access_token=x", fetch: http.fetch, ...options });
  it.script.answer = () => "fail";
  it.client.start();
  await it.clock.advance(2000);
  return { ...it, http };
}

test("after two failed handshakes HTTP is tried, and its requests are simple ones", async () => {
  const { client, script, http, messages } = await polling();
  assert.equal(script.sockets.length, 2);
  assert.deepEqual({ ...client.state }, { name: "connected", connectionId: "s1", reliable: true, transport: "long-poll" });
  const joined = client.join("room");
  http.poll.brings(message(1, "a"), message(2, "b"));
  await settled();
  await joined;
  assert.deepEqual(messages, ["a", "b"]);
  assert.deepEqual(http.poll.query, { access_token: "x", link: "l1", after: "2", ack: "2", wait: "20" });
  assert.deepEqual([http.asked[0].path, http.poll.path], ["/api/sessions", "/api/sessions/s1"]);
  for (const { rest } of http.asked) assert.deepEqual(rest, { cache: "no-store" });
  assert.deepEqual(http.of("POST").map(({ body }) => body.type), [undefined, "joinGroup"]);
});

test("without httpUrl there are WebSockets alone", async () => {
  const { client, script } = await polling({ httpUrl: undefined });
  assert.equal(client.state.name, "waiting");
  assert.ok(script.sockets.length >= 3);
});

test("a session goes on over HTTP, and back on a WebSocket when one opens", async () => {
  const http = new ScriptedHttp();
  const { clock, script, client, messages, resets } = await connected({ httpUrl: "https://host/?access_token=x", fetch: http.fetch, upgradeAfterMs: 10_000 });
  script.last.publishes(1, "a");
  script.answer = () => "fail";
  script.last.drops();
  await clock.advance(5000);
  assert.deepEqual(http.asked[0].body, { connectionId: "s1", reconnectionToken: "t1" });
  assert.equal(http.poll.query.after, "1");
  http.poll.brings(message(2, "b"));
  await settled();
  const tries = script.sockets.length;
  await clock.advance(10_000);
  assert.equal(script.sockets.length, tries + 1, "one try for a WebSocket in ten seconds");
  assert.equal(client.state.transport, "long-poll");
  script.answer = () => "open";
  await clock.advance(10_000);
  assert.equal(client.state.transport, "websocket");
  assert.deepEqual(script.last.query, { access_token: "x", awps_connection_id: "s1", awps_reconnection_token: "t2" });
  script.last.publishes(3, "c");
  assert.deepEqual([messages, resets], [["a", "b", "c"], []]);
  const polls = http.polls.length;
  await clock.advance(1000);
  assert.equal(http.polls.length, polls, "no poll any more");
});

test("a session that is gone is told by HTTP, and a new one takes its place", async () => {
  const http = new ScriptedHttp();
  const { clock, script, client, resets } = await connected({ httpUrl: "https://host/?access_token=x", fetch: http.fetch });
  client.join("room");
  script.answer = () => "fail";
  script.last.drops();
  http.opening = { status: 404 };
  await clock.advance(3000);
  http.opening = { status: 200, connectionId: "s2", reconnectionToken: "t9" };
  await clock.advance(60_000);
  assert.equal(client.connectionId, "s2");
  assert.deepEqual(resets, [{ connectionId: "s2" }]);
});

for (const [status, reason] of [[401, "unauthorized"], [403, "forbidden"]]) {
  test(`${status} over HTTP ends the client`, async () => {
    const http = new ScriptedHttp();
    http.opening = { status };
    const { client } = await polling({ fetch: http.fetch });
    assert.equal(client.state.reason, reason);
  });
}

test("where neither goes through, they take turns", async () => {
  const http = new ScriptedHttp();
  http.opening = { status: 503 };
  const { clock, client, script } = await polling({ fetch: http.fetch });
  await clock.advance(1e6);
  assert.deepEqual([client.state.reason, script.sockets.length, http.asked.length], ["unreachable", 6, 4]);
});

for (const refused of [410, 401, 500]) {
  test(`a poll that ends with ${refused} is taken up again by a new link`, async () => {
    const { clock, client, http } = await polling();
    http.poll.refuses(refused);
    await clock.advance(5000);
    assert.equal(http.of("POST").filter(({ path }) => path.endsWith("/sessions")).length, 2);
    assert.deepEqual(http.asked.at(-2).body, { connectionId: "s1", reconnectionToken: "t2" });
    assert.equal(client.state.transport, "long-poll");
  });
}

test("a poll that is not answered in time is left", async () => {
  const { clock, client, http } = await polling({ upgradeAfterMs: 1e9 });
  await clock.advance(29_000);
  assert.equal(http.polls.length, 1);
  await clock.advance(2000);
  assert.equal(http.polls.length, 2);
  assert.equal(client.state.transport, "long-poll");
});

test("a server that lets nobody wait is asked every five seconds", async () => {
  const { clock, http } = await polling({ upgradeAfterMs: 1e9 });
  for (let number = 0; number < 4; number++) {
    http.poll.brings();
    await clock.advance(5000);
  }
  assert.equal(http.polls.length, 5);
});

test("stop tells the server, and a hidden page does not", async () => {
  const { clock, page, client, http } = await polling();
  page.dispatchEvent(new Event("pagehide"));
  await clock.advance(60_000);
  assert.deepEqual([http.of("DELETE").length, http.polls.length], [0, 1]);
  page.dispatchEvent(new Event("pageshow"));
  await clock.advance(1000);
  assert.equal(client.state.transport, "long-poll");
  client.stop();
  await settled();
  assert.deepEqual(http.of("DELETE").map(({ path, query }) => [path, query.link]), [["/api/sessions/s1", "l1"]]);
});
