// JSON as text: indented and coloured from its own tokens, so that numbers, escapes and repeated keys stay as sent.

import { h } from "./dom.js";

/** What a line of JSON says, if it is an object; else null. */
export function record(text) {
	if (text?.[0] !== "{") return null;
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;
const DEEPEST = 40; // levels that are indented; a payload of nothing but brackets must not fill the memory
const COLOURED = 4000; // tokens; beyond, colours cost more than they help

/** The tokens with their white space, or null for what is no JSON object or array. */
export function pretty(text) {
	try {
		const value = JSON.parse(text);
		if (value === null || typeof value !== "object") return null;
	} catch {
		return null;
	}
	return indented(text.match(TOKEN));
}

function indented(tokens) {
	const parts = [];
	let depth = 0;
	const line = () => "\n" + "  ".repeat(Math.min(depth, DEEPEST));
	tokens.forEach((token, position) => {
		const next = tokens[position + 1];
		const previous = tokens[position - 1];
		if (token === "{" || token === "[") {
			depth += 1;
			parts.push({ text: next === "}" || next === "]" ? token : token + line(), kind: "mark" });
		} else if (token === "}" || token === "]") {
			depth -= 1;
			parts.push({ text: previous === "{" || previous === "[" ? token : line() + token, kind: "mark" });
		} else if (token === ",") parts.push({ text: token + line(), kind: "mark" });
		else if (token === ":") parts.push({ text: ": ", kind: "mark" });
		else parts.push({ text: token, kind: kind(token, next) });
	});
	return parts;
}

function kind(token, next) {
	if (token[0] === '"') return next === ":" ? "key" : "string";
	return /^[-\d]/.test(token) ? "number" : "word";
}

/** Children for a <pre>: coloured when it is JSON of a sensible size, else the text as it is. */
export function prettyNodes(text) {
	const parts = pretty(text);
	if (parts === null) return [text];
	if (parts.length > COLOURED) return [parts.map((part) => part.text).join("")];
	return parts.map((part) => (part.kind === "mark" ? part.text : h(`span.j-${part.kind}`, {}, part.text)));
}
