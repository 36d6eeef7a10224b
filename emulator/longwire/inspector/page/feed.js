// The emulator's facts as they come: state once, then the timeline by server-sent events, for ever.

const HISTORY = 2000; // entries fetched at the start; earlier ones on request
const RETRIES = [300, 700, 1500, 3000]; // ms; the last one again and again

export class Feed {
	/**
	 * `on.fresh(state, history)` for a start of the emulator that is new to this page, `on.resumed(state)` after an
	 * interruption, `on.entry(entry)`, `on.gap({missed, first})`,
	 * `on.status("connecting" | "live" | "lost" | "stopped")`.
	 */
	constructor(on) {
		this.on = on;
		this.run = null;
		this.cursor = 0;
		this.failures = 0;
		this.stopped = false;
		this.source = null;
	}

	async start() {
		try {
			await this.catchUp();
			this.listen();
		} catch {
			this.retry("lost");
		}
	}

	async catchUp() {
		const state = await json("api/state");
		if (state.run === this.run) {
			this.on.resumed(state);
			return;
		}
		const history = await json(`api/timeline?limit=${HISTORY}`);
		if (history.run !== state.run) throw new Error("the emulator was restarted in between");
		this.run = state.run;
		this.cursor = history.last;
		this.on.fresh(state, history);
	}

	listen() {
		const source = (this.source = new EventSource(`api/events?since=${this.cursor}`));
		source.addEventListener("hello", (event) => this.hello(JSON.parse(event.data)));
		source.addEventListener("message", (event) => this.entry(JSON.parse(event.data)));
		source.addEventListener("gap", (event) => this.gap(JSON.parse(event.data)));
		source.addEventListener("bye", () => this.retry("stopped"));
		source.addEventListener("error", () => this.retry("lost"));
	}

	hello({ run }) {
		if (run !== this.run) {
			this.retry("lost");
			return;
		}
		this.failures = 0;
		this.stopped = false;
		this.on.status("live");
	}

	entry(entry) {
		this.cursor = entry.seq;
		this.on.entry(entry);
		if (entry.event === "reloaded") this.refresh(); // there may be other routes
	}

	gap(gap) {
		this.cursor = gap.first - 1;
		this.on.gap(gap);
		this.due ??= setTimeout(() => this.refresh(), 1000); // gaps may come many times a second
	}

	async refresh() {
		this.due = undefined;
		try {
			this.on.resumed(await json("api/state"));
		} catch {
			// The stream's own error follows.
		}
	}

	/** One short interruption is not worth a warning; a goodbye is. */
	retry(status) {
		this.source?.close();
		this.source = null;
		this.stopped ||= status === "stopped";
		if (this.stopped) this.on.status("stopped");
		else this.on.status(this.failures < 2 ? "connecting" : "lost");
		const wait = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
		this.failures += 1;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.start(), wait);
	}

	/** Entries before `seq`, oldest first. */
	async earlier(seq, limit) {
		const page = await json(`api/timeline?since=${Math.max(0, seq - 1 - limit)}&limit=${limit}`);
		return page.entries.filter((entry) => entry.seq < seq);
	}
}

async function json(path) {
	const response = await fetch(path, { cache: "no-store" });
	if (!response.ok) throw new Error(`${path}: ${response.status}`);
	return response.json();
}
