// What a client of the timeline did, for a client of the console to do again.

import { call } from "./call.js";
import { subprotocols } from "./share.js";

const LONGEST = 2000; // ms between two messages of a replay, however long it took

/** {url, protocols, steps: [{after, text}]}; `after` is ms since the one before. Hidden values are left to the console. */
export async function recorded(model, connection) {
	const id = connection.connection_id;
	const { entries } = await call(`api/timeline?${new URLSearchParams({ connection_id: id, since: 0, limit: 10_000 })}`);
	const handshake = entries.find((entry) => entry.event === "handshake");
	const url = new URL(model.apiOf(connection).websocket_url);
	for (const [name, value] of handshake?.query ?? []) if (value !== "***") url.searchParams.append(name, value);
	let before = (entries.find((entry) => entry.event === "connection_opened") ?? entries[0])?.at;
	const steps = entries.filter((entry) => entry.event === "message_received").map(({ at, payload }) => {
		const after = Math.min(LONGEST, Math.max(0, (at - before) * 1000));
		before = at;
		return { after, text: payload };
	});
	return { url: url.href, protocols: subprotocols(handshake), steps };
}
