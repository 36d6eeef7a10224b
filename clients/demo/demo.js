import { LongwireClient } from "./longwire-client.js";
import { Network } from "./network.js";

const ROOM = "room";
// Volatile: a backend with topic rules posts to such groups without a log. It is lost or late, and nobody minds.
const SIGNALS = "volatile.room";
const HERE_EVERY = 5000, GONE_AFTER = 12000, TYPING_FOR = 3000;

const at = (id) => document.getElementById(id);
const NAMES = ["Ada", "Bela", "Cleo", "Dov", "Edda", "Finn", "Gita", "Hal", "Ines", "Juri", "Kai", "Lena"];
const name = new URLSearchParams(location.search).get("user")
  ?? `${NAMES[Math.floor(Math.random() * NAMES.length)]}-${Math.floor(Math.random() * 900 + 100)}`;
const network = new Network();
const people = new Map(); // name -> { heard, typing }

const client = new LongwireClient({
  WebSocket: network.WebSocket,
  pingIntervalMs: 20000,
  url: async () => {
    const answer = await fetch(`token?user=${encodeURIComponent(name)}`);
    if (!answer.ok) throw new Error(`no token: ${answer.status}`);
    return (await answer.json()).url;
  },
});

// -- what is shown

function line(text, { who = "", kind = "message" } = {}) {
  const item = document.createElement("li");
  item.className = kind;
  if (who) item.append(Object.assign(document.createElement("span"), { className: "who", textContent: who }));
  item.append(document.createTextNode(text));
  const list = at("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.append(item);
  if (atEnd) list.scrollTop = list.scrollHeight;
  return item;
}

function showPeople() {
  const now = Date.now();
  for (const [person, { heard }] of people) if (now - heard > GONE_AFTER) people.delete(person);
  const others = [...people.keys()].sort();
  at("people").replaceChildren(...[`${name} (you)`, ...others].map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  const typing = others.filter((person) => people.get(person).typing > now);
  at("typing").textContent = typing.length ? `${typing.join(", ")} ${typing.length > 1 ? "are" : "is"} typing` : "";
}

function stateText(state) {
  if (state.name === "waiting" && state.retryAt === null) return `waiting: the page is ${state.cause}`;
  if (state.name === "waiting") {
    const seconds = Math.max(0, (state.retryAt - Date.now()) / 1000).toFixed(1);
    return `waiting, next try in ${seconds} s (${state.tries} so far): ${state.cause}`;
  }
  if (state.name === "stopped") return `stopped: ${state.message || state.reason}`;
  return state.name === "connected" ? "connected" : `${state.name}, try ${state.tries}`;
}

function showState() {
  const { state } = client;
  const text = stateText(state);
  at("state").dataset.state = state.name;
  if (at("state-text").textContent !== text) at("state-text").textContent = text;
  at("queued").textContent = client.queued;
  at("opened").textContent = network.opened;
  if (state.name === "connected") at("protocol").textContent = state.reliable ? "reliable" : "plain";
  at("restart").hidden = state.name !== "stopped";
}

// -- what is heard

client.on("state", showState);
client.on("state", ({ name: now }) => { if (now === "connected") signal("here"); });
client.on("message", ({ group, fromUserId, data }) => {
  if (group === ROOM) {
    line(String(data?.text), { who: fromUserId, kind: fromUserId === name ? "message mine" : "message" });
    if (people.has(fromUserId)) people.get(fromUserId).typing = 0;
  } else if (group === SIGNALS && fromUserId !== name) {
    const isNew = !people.has(fromUserId);
    people.set(fromUserId, { heard: Date.now(), typing: data?.signal === "typing" ? Date.now() + TYPING_FOR : 0 });
    if (data?.signal === "left") people.delete(fromUserId);
    else if (isNew) signal("here");
  }
  showPeople();
});
client.on("reset", () => line("A new session: what was said while you were away is not shown.", { kind: "note" }));
client.on("resync", () => line("Some messages are no longer kept.", { kind: "note" }));

// -- what is said

const signal = (what) => client.publishVolatile(SIGNALS, { signal: what });

let lastTyping = 0;
at("text").addEventListener("input", () => {
  if (Date.now() - lastTyping < 1000) return;
  lastTyping = Date.now();
  signal("typing");
});

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (!text) return;
  at("text").value = "";
  client.publish(ROOM, { text }).catch((error) => line(text, { who: `not sent: ${error.message}`, kind: "message mine failed" })).finally(showState);
  showState();
});

function joinAll() {
  client.start();
  for (const group of [ROOM, SIGNALS]) client.join(group).then(() => signal("here"), (error) => line(`${group}: ${error.message}`, { kind: "note" }));
}

function setCut(cut) {
  cut ? network.cut() : network.mend();
  at("cut").disabled = cut;
  at("mend").disabled = !cut;
  at(cut ? "mend" : "cut").focus();
}
at("cut").addEventListener("click", () => setCut(true));
at("mend").addEventListener("click", () => setCut(false));
at("restart").addEventListener("click", joinAll);
addEventListener("pagehide", () => signal("left"), { capture: true });
setInterval(() => signal("here"), HERE_EVERY);
setInterval(() => { showState(); showPeople(); }, 250);

at("me").textContent = name;
document.title = `${name} - a room`;
joinAll();
showPeople();
