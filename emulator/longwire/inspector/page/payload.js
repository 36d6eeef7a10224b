// A payload: indented, as it was sent, or byte by byte, and how much of the limits it takes.

import { copyButton, h } from "./dom.js";
import { bytes, percent } from "./format.js";
import { pretty, prettyNodes } from "./json.js";

let chosen = "Pretty"; // for the next payload, too

export function payload(entry, { message_size: message, frame_size: frame }) {
	const text = entry.payload;
	const box = h("pre.body", { tabindex: "0", "aria-label": "Payload" });
	const shapes = { ...(pretty(text) === null ? {} : { Pretty: () => prettyNodes(text) }), Raw: () => [text], Hex: () => [hex(text)] };
	const draw = () => {
		const shape = chosen in shapes ? chosen : "Raw";
		box.replaceChildren(...shapes[shape]());
		box.classList.toggle("hex", shape === "Hex");
		for (const button of modes.children) button.setAttribute("aria-pressed", String(button.value === shape));
	};
	const choose = (event) => {
		chosen = event.currentTarget.value;
		draw();
	};
	const buttons = Object.keys(shapes).map((shape) => h("button", { value: shape, onclick: choose }, shape));
	const modes = h("span.modes", { role: "group", "aria-label": "Payload as" }, buttons);
	draw();
	const head = h("div.section-head", {}, h("h3", {}, "Payload"), h("span.push"), modes, copyButton(() => text, "Copy payload"));
	return h("section", {}, head, box, size(entry.size ?? 0, message, frame));
}

function size(own, message, frame) {
	const bar = h("span.gauge", { "aria-hidden": "true" }, h("i.fill"), h("i.tick"));
	bar.firstChild.style.setProperty("width", `${Math.min(100, (100 * own) / message)}%`);
	bar.lastChild.style.setProperty("left", `${(100 * frame) / message}%`);
	const fits = own > frame ? `more than one frame of ${bytes(frame)}` : `${percent(own, frame)} of a frame's ${bytes(frame)}`;
	return h("p.size", {}, bar, h("b.numbers", {}, bytes(own)), `, ${fits}, ${percent(own, message)} of a message's ${bytes(message)}`);
}

/** UTF-8 as `hexdump -C` shows it. */
export function hex(text) {
	const data = new TextEncoder().encode(text);
	const lines = [];
	for (let start = 0; start < data.length; start += 16) {
		const row = [...data.subarray(start, start + 16)];
		const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(47);
		const letters = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
		lines.push(`${start.toString(16).padStart(5, "0")}  ${digits}  ${letters}`);
	}
	return lines.join("\n");
}
