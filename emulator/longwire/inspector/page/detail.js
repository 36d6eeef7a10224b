// One entry in full, with everything that belongs to the same cause.

import { byId, copyButton, h, icon } from "./dom.js";
import { bytes, clock, millis, oneLine, percent, shortId } from "./format.js";
import { pretty, prettyNodes } from "./json.js";
import { colourClass, KINDS, spaced, target } from "./rows.js";

// Shown in a place of their own, or of no use to a reader.
const APART = new Set(["seq", "at", "event", "payload", "size", "line", "headers", "query", "path", "why", "error_message"]);
const CLOSE_CODES = {
  1000: "normal closure",
  1001: "going away: idle for ten minutes, two hours old, or the server stops",
  1002: "protocol error",
  1003: "binary frames are not accepted",
  1005: "the client's close frame had no code",
  1006: "TCP ended without a close frame",
  1007: "a text frame that is not UTF-8",
  1008: "policy violation",
  1009: "frame above 32 KB or message above 128 KB",
  1011: "internal error",
};

export class DetailView {
  /** `on.show(item)` when another entry is chosen here, `on.close()`. */
  constructor(model, on) {
    this.model = model;
    this.on = on;
    this.panel = byId("detail");
    this.item = null;
    this.raw = false;
    this.shownTrace = 0;
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.on.close());
  }

  show(item) {
    this.item = item;
    this.panel.hidden = item === null;
    document.body.classList.toggle("with-detail", item !== null);
    this.panel.replaceChildren(...(item === null ? [] : this.content(item)));
    this.shownTrace = item?.trace?.length ?? 0;
  }

  /** The trace may have grown since. */
  refresh() {
    const trace = this.item?.trace;
    if (!trace || trace.length === this.shownTrace) return;
    this.panel.querySelector(".trace")?.replaceWith(this.trace(this.item));
    this.shownTrace = trace.length;
  }

  focus() {
    this.panel.querySelector("button")?.focus();
  }

  content(item) {
    const { entry } = item;
    return [
      this.head(item),
      h(
        "div.detail-body",
        {},
        entry.why ? this.why(entry) : null,
        entry.error || entry.error_message ? this.error(entry) : null,
        entry.payload === undefined ? null : this.payload(entry),
        entry.line === undefined ? null : this.line(entry),
        this.facts(entry),
        entry.headers ? this.headers(entry) : null,
        this.trace(item),
      ),
    ];
  }

  head(item) {
    const { entry } = item;
    const close = h("button.quiet", { type: "button", "aria-label": "Close detail", onclick: () => this.on.close() }, icon("x"));
    return h(
      `div.pane-head.${colourClass(item.colour)}`,
      {},
      h("i.dot"),
      h("h2", {}, title(entry)),
      h("span.faint.numbers", {}, clock(entry.at)),
      h("span.push"),
      close,
    );
  }

  why(entry) {
    const key = entry.route_key ? h("span.chip.route", {}, entry.route_key) : h("span.chip.bad", {}, "no route");
    return h("p.why", {}, "Route ", key, " because ", entry.why, ".");
  }

  error(entry) {
    const name = entry.error_type || entry.error || title(entry);
    return h("div.failure", {}, h("b", {}, name), entry.error_message ? h("pre", {}, entry.error_message) : null);
  }

  payload(entry) {
    const box = h("pre.body", { tabindex: "0", "aria-label": "Payload" });
    const modes = h("span.modes", { role: "group", "aria-label": "Payload as" });
    const can = pretty(entry.payload) !== null;
    const draw = () => {
      box.replaceChildren(...(this.raw || !can ? [entry.payload] : prettyNodes(entry.payload)));
      for (const button of modes.children) button.setAttribute("aria-pressed", String((button.value === "raw") === this.raw));
    };
    const choose = (event) => {
      this.raw = event.currentTarget.value === "raw";
      draw();
    };
    if (can) {
      modes.append(
        h("button", { type: "button", value: "pretty", onclick: choose }, "Pretty"),
        h("button", { type: "button", value: "raw", onclick: choose }, "Raw"),
      );
    }
    draw();
    const head = h("div.section-head", {}, h("h3", {}, "Payload"), h("span.push"), modes, copyButton(() => entry.payload, "Copy payload"));
    return h("section", {}, head, box, this.size(entry.size ?? 0));
  }

  size(size) {
    const { message_size: message, frame_size: frame } = this.model.quotas;
    const bar = h("span.gauge", { "aria-hidden": "true" }, h("i.fill"), h("i.tick"));
    bar.firstChild.style.setProperty("width", `${Math.min(100, (100 * size) / message)}%`);
    bar.lastChild.style.setProperty("left", `${(100 * frame) / message}%`);
    const fits = size > frame ? `more than one frame of ${bytes(frame)}` : `${percent(size, frame)} of a frame's ${bytes(frame)}`;
    return h("p.size", {}, bar, h("b.numbers", {}, bytes(size)), `, ${fits}, ${percent(size, message)} of a message's ${bytes(message)}`);
  }

  line(entry) {
    const head = h("div.section-head", {}, h("h3", {}, entry.stream ?? "log"), h("span.push"), copyButton(() => entry.line, "Copy line"));
    return h("section", {}, head, h("pre.body", { tabindex: "0", "aria-label": "Log line" }, ...prettyNodes(entry.line)));
  }

  facts(entry) {
    const rows = Object.entries(entry).filter(([key, value]) => !APART.has(key) && value !== null && value !== "");
    if (entry.path !== undefined) rows.unshift(["path", target(entry)]);
    return h("dl.facts", {}, rows.map(([key, value]) => this.fact(key, value)));
  }

  fact(key, value) {
    const name = key.replace(/_/g, " ");
    const long = key.endsWith("_id") ? copyButton(() => String(value), `Copy ${name}`) : null;
    const shown = key.endsWith("_ms") ? millis(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
    const meaning = key === "code" && CLOSE_CODES[value] ? h("span.faint", {}, ` ${CLOSE_CODES[value]}`) : null;
    return [h("dt", {}, name), h("dd", {}, shown, meaning, long)];
  }

  headers(entry) {
    const rows = entry.headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
    return h("section", {}, h("div.section-head", {}, h("h3", {}, "Headers")), h("dl.facts.mono", {}, rows));
  }

  /** What the same message, handshake or close led to, with the time since the first of it. */
  trace(item) {
    const items = (item.trace ?? []).filter((step) => !step.platform || step === item);
    if (items.length < 2) return h("section.trace", { hidden: true });
    const start = items[0].entry.at;
    const steps = items.map((step) => this.step(step, step.entry.at - start, step === item));
    return h("section.trace", {}, h("div.section-head", {}, h("h3", {}, "Trace")), h("ol.steps", {}, steps));
  }

  step(item, after, current) {
    const { entry } = item;
    const [glyph, name, what] = KINDS[entry.event] ?? ["log", entry.event, () => [entry.event]];
    const inside = entry.event === "log" ? ".inside" : "";
    const button = h(
      `button.step.${colourClass(item.colour)}${inside}${item.bad ? ".bad" : ""}`,
      { type: "button", "aria-current": current ? "true" : undefined, title: oneLine(entry.line ?? entry.payload ?? ""), onclick: () => this.on.show(item) },
      h("span.after", {}, `+${millis(Math.max(0, after * 1000))}`),
      h("i.dot", { title: shortId(entry.connection_id) }),
      h("span.glyph", {}, icon(entry.error ? "fail" : glyph), h("span.vh", {}, name)),
      h("span.what", {}, spaced(what(entry))),
    );
    return h("li", {}, button);
  }
}

function title({ event }) {
  const name = KINDS[event]?.[1] ?? event;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
