// Elements without markup: whatever is shown becomes a text node or an attribute of a name that is written here,
// so no payload, id, header or log line can become code.

const SVG = "http://www.w3.org/2000/svg";

/** h("span.chip.warm", {title, onclick, hidden: true}, "text", child, null); a button submits nothing unless it says so. */
export function h(tag, props = {}, ...children) {
	const [name, ...classes] = tag.split(".");
	const element = document.createElement(name);
	element.className = classes.join(" ");
	if (name === "button") element.type = "button";
	for (const [key, value] of Object.entries(props)) {
		if (value === undefined || value === null || value === false) continue;
		if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
		else element.setAttribute(key, value === true ? "" : value);
	}
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

export function icon(name) {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	const use = document.createElementNS(SVG, "use");
	use.setAttribute("href", `#i-${name}`);
	svg.append(use);
	return svg;
}

export const byId = (id) => document.getElementById(id);

/** Set text only where it differs: an unchanged node keeps its selection. */
export function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

/** A button that copies what `text()` gives, or promises, and says so. */
export function copyButton(text, label = "Copy", shown = "") {
	const button = h("button.quiet.copy", { "aria-label": label, title: label }, icon("copy"), shown);
	button.addEventListener("click", async (event) => {
		event.stopPropagation();
		const copied = await copy(text);
		button.classList.add(copied ? "copied" : "failed");
		button.title = copied ? "Copied" : "Not copied: a browser copies on loopback and https only, and what there is";
		setTimeout(() => {
			button.classList.remove("copied", "failed");
			button.title = label;
		}, 1200);
	});
	return button;
}

async function copy(text) {
	try {
		await navigator.clipboard.writeText(await text());
		return true;
	} catch {
		return false;
	}
}

/** What a person chose, kept by the browser; a browser that keeps nothing is no error. */
class Settings {
	constructor(storage) {
		this.storage = storage; // a function: a browser may refuse even to name it
	}

	get(name, fallback) {
		try {
			return JSON.parse(this.storage().getItem(`longwire.${name}`)) ?? fallback;
		} catch {
			return fallback;
		}
	}

	set(name, value) {
		try {
			this.storage().setItem(`longwire.${name}`, JSON.stringify(value));
		} catch {
			// Private windows and full disks: the choice lasts as long as the page.
		}
	}
}

export const settings = new Settings(() => localStorage);
/** For secrets: gone with the tab. */
export const tabSettings = new Settings(() => sessionStorage);
