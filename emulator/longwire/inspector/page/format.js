// Numbers, times and ids for people.

const two = (number) => String(number).padStart(2, "0");

/** Epoch seconds -> "14:03:22.418" in local time. */
export function clock(at) {
	const when = new Date(at * 1000);
	const millis = String(when.getMilliseconds()).padStart(3, "0");
	return `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}.${millis}`;
}

/** Epoch seconds -> "25/11/2026, 14:03:22" in local time. */
export const date = (at) => new Date(at * 1000).toLocaleString("en-GB");

/** Seconds -> "8 s", "2 m 05 s", "1 h 04 m". */
export function age(seconds) {
	const whole = Math.max(0, Math.floor(seconds));
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
	return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
}

/** Seconds -> "9:46", "1:59:12". */
export function countdown(seconds) {
	const whole = Math.max(0, Math.ceil(seconds));
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
	return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

export function millis(value) {
	if (typeof value !== "number") return "";
	if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
	if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
	return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
}

export function bytes(value) {
	if (typeof value !== "number") return "";
	if (value < 1024) return `${value} B`;
	if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KB`;
	return `${(value / 1024 / 1024).toFixed(1)} MB`;
}

/** A decimal string of USD -> "$0.0000012", "$21,044.00"; two digits below a dollar, two places above it. */
export function dollars(text) {
	if (text === null) return "unknown";
	const digits = Number(text) < 1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
	return `$${Number(text).toLocaleString("en", digits)}`;
}

/** The part of an API Gateway id that differs: its last characters are the host's. */
export const shortId = (id) => String(id ?? "").slice(0, 6);

export const percent = (part, whole) => `${((100 * part) / whole).toFixed(part * 10 < whole ? 1 : 0)} %`;

export const counted = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

/** At most `length` characters of one line. */
export function oneLine(text, length = 400) {
	const cut = String(text ?? "").slice(0, length);
	return cut.replace(/\s+/g, " ");
}
