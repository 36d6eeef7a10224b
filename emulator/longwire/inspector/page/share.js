// An entry or a session to take away: as a pytest test, as a command, as a link.

import { call } from "./call.js";
import { copyButton, h } from "./dom.js";

const HIDDEN = "***";

/** Where the client of a connection went. */
export function address(model, handshake, connection) {
	const url = new URL(model.apiOf(connection ?? handshake ?? {}).websocket_url ?? "ws://localhost");
	for (const [name, value] of handshake?.query ?? []) url.searchParams.append(name, value === HIDDEN ? "TOKEN" : value);
	return url.href;
}

export function subprotocols(handshake) {
	const found = (handshake?.headers ?? []).find(([name]) => name.toLowerCase() === "sec-websocket-protocol");
	return found ? found[1].split(",").map((name) => name.trim()).filter(Boolean) : [];
}

/** For a POSIX shell. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** For npm's wscat; a message is sent, and answers are waited for. */
export function wscat(url, protocols, payload) {
	const parts = ["wscat", "-c", quoted(url), ...protocols.flatMap((name) => ["-s", quoted(name)])];
	if (payload !== undefined) parts.push("-w", "5", "-x", quoted(payload));
	return parts.join(" ");
}

/** For the command of Python's websockets, which takes lines. */
export function websockets(url, payload) {
	const command = `websockets ${quoted(url)}`;
	return payload === undefined || payload.includes("\n") ? command : `(echo ${quoted(payload)}; sleep 5) | ${command}`;
}

/** Buttons; `query` is that of api/test, `payload` undefined for a session. */
export function copies(query, url, protocols, payload) {
	const test = copyButton(() => call(`api/test?${query}`), "Copy as pytest test", "pytest test");
	const wscats = copyButton(() => wscat(url, protocols, payload), "Copy as wscat command", "wscat");
	const pythons = protocols.length > 0 ? null : copyButton(() => websockets(url, payload), "Copy as websockets command", "websockets");
	return h("div.line.copies", {}, h("span.faint", {}, "Copy as"), test, wscats, pythons);
}

/** `#SEQ.RUN`: a link to an entry of one start of the emulator. */
export const permalink = (seq, run) => `#${seq}.${run}`;

export function linked(hash) {
	const found = /^#(\d{1,15})\.([\w-]+)$/.exec(hash);
	return found === null ? null : { seq: Number(found[1]), run: found[2] };
}
