// Calls of the emulator; what is wrong with one is said in its words.

/** GET without a body, else POST. Gives JSON or text; throws an Error whose message is for people. */
export async function call(path, body, method = body === undefined ? "GET" : "POST") {
	let response = await ask(path, body, method);
	if (response.status === 401) {
		// Another start of the emulator has another token, and the page brings it.
		await fetch("./", { cache: "no-store" });
		response = await ask(path, body, method);
	}
	const text = await response.text();
	if (!response.ok) throw new Error(text.trim() || `${path}: ${response.status}`);
	return response.headers.get("content-type") === "application/json" ? JSON.parse(text) : text;
}

async function ask(path, body, method) {
	const sent = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
	try {
		return await fetch(path, { method, cache: "no-store", ...sent });
	} catch {
		throw new Error("The emulator does not answer.");
	}
}
