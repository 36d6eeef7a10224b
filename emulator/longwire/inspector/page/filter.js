// The filter box: words, and key=value terms over an entry's fields. All terms must hold.

const TERM = /(?:([a-z_]+)(!=|>=|<=|=|>|<))?("(?:[^"\\]|\\.)*"?|\S+)/gi;
const ALIASES = {
	id: "connection_id",
	connection: "connection_id",
	route: "route_key",
	kind: "event",
	type: "event",
	invocation: "invocation_id",
	duration: "duration_ms",
	ip: "source_ip",
};

/** "route=join error=* hello" -> a function (item) => boolean; null when there is nothing to filter by. */
export function parseFilter(query) {
	const terms = [...query.matchAll(TERM)].map(([, key, operator, value]) => term(key, operator, unquoted(value)));
	return terms.length === 0 ? null : (item) => terms.every((holds) => holds(item));
}

function unquoted(value) {
	if (value[0] !== '"') return value;
	return value.slice(1, value.length > 1 && value.endsWith('"') ? -1 : undefined).replace(/\\(.)/g, "$1");
}

function term(key, operator, value) {
	if (key === undefined) {
		const wanted = value.toLowerCase();
		return (item) => item.text().includes(wanted);
	}
	const field = ALIASES[key.toLowerCase()] ?? key.toLowerCase();
	const read = (item) => (field === "is" ? (item.bad ? "error" : "") : item.entry[field]);
	if (operator === "=") return (item) => equal(read(item), value);
	if (operator === "!=") return (item) => !equal(read(item), value);
	return (item) => compared(read(item), operator, Number(value));
}

function equal(found, value) {
	if (found === undefined || found === null || found === "") return false;
	if (value === "*") return true;
	if (typeof found === "string") return found.toLowerCase().includes(value.toLowerCase());
	return String(found) === value;
}

function compared(found, operator, value) {
	if (typeof found !== "number") return false;
	if (operator === ">") return found > value;
	if (operator === "<") return found < value;
	return operator === ">=" ? found >= value : found <= value;
}
