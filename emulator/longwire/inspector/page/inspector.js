// The page: what comes in goes to the model, and at most once a frame the views draw what changed.

import { ConnectionsView } from "./connections.js";
import { ConsoleView } from "./console.js";
import { CostView } from "./cost.js";
import { DetailView } from "./detail.js";
import { byId, copyButton, setText, settings } from "./dom.js";
import { Feed } from "./feed.js";
import { Model } from "./model.js";
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

const detail = new DetailView(model, {
  show: (item) => timeline.show(item),
  close: () => {
    timeline.select(null);
    timeline.viewport.focus();
  },
});
const timeline = new TimelineView(model, {
  select(item, { focus = false } = {}) {
    detail.show(item);
    if (focus) detail.focus();
  },
  earlier: (seq, limit) => feed.earlier(seq, limit),
  changed: () => draw("timeline"),
});
const connections = new ConnectionsView(model, { pick, route: (key) => filterBy(`route=${quoted(key)}`) });
const consoles = new ConsoleView(model, { pick });
const cost = new CostView();
const feed = new Feed({
  fresh(state, history) {
    model.reset();
    loadState(state);
    timeline.first = history.first;
    for (const entry of history.entries) model.add(entry);
    timeline.select(null);
    timeline.restart();
    draw("timeline", "connections");
  },
  resumed(state) {
    loadState(state);
    draw("connections");
  },
  entry(entry) {
    timeline.added(model.add(entry));
    consoles.entry(entry);
    draw("timeline", "connections");
  },
  gap(gap) {
    model.gap(gap);
    timeline.added(model.items.at(-1));
    draw("timeline");
  },
  status: showStatus,
});

function loadState(state) {
  model.loadState(state);
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
  f: () => timeline.setFollowing(!timeline.following),
  p: () => timeline.setPaused(!timeline.paused),
};

/** Single keys act only where nothing else takes keys: on the page itself and in the timeline. */
function shortcut(event) {
  const free = event.target === document.body || event.target === timeline.viewport;
  if (!free || event.ctrlKey || event.metaKey || event.altKey || !(event.key in SHORTCUTS)) return;
  event.preventDefault();
  SHORTCUTS[event.key]();
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
setConsoleHeight(settings.get("height", 300));
showConsole(settings.get("console", true));
setInterval(() => draw("connections"), 1000);
feed.start();
