// What happens elsewhere: events of the gateway, a clock that shows how fresh the page is, and a poll when the line is poor.
import { listen } from "./api.js";
import { gatewayNow } from "./i18n.js";

const SILENCE_MS = 40000; // the gateway speaks every 15 s
const POLL_MS = 20000;
const CALM = 3; // so many polls apart when the line is good: an event that was missed is found all the same
const heard = new Set(); // functions (name, data)
const looks = new Set(); // functions (fresh, date)
let stop = null;
let lastSeen = 0;
let silent = false;
let ticks = 0;

export function onEvent(fn) {
	heard.add(fn);
	return () => heard.delete(fn);
}

export function onFreshness(fn) {
	looks.add(fn);
	return () => looks.delete(fn);
}

function tell(name, data) {
	for (const fn of heard) fn(name, data);
}

function seen() {
	const was = silent;
	lastSeen = Date.now();
	silent = false;
	for (const fn of looks) fn(true, new Date(gatewayNow() - Date.now() + lastSeen));
	if (was) tell("queue", {});
}

/** One at a time: called while it runs, it runs once more after that; so that an old answer never covers a newer one. */
export function inTurn(fn) {
	let running = false;
	let again = false;
	return async () => {
		again = true;
		if (running) return;
		running = true;
		try {
			while (again) {
				again = false;
				await fn();
			}
		} finally {
			running = false;
		}
	};
}

function watch() {
	if (!silent && Date.now() - lastSeen > SILENCE_MS) {
		silent = true;
		for (const fn of looks) fn(false, new Date(gatewayNow() - Date.now() + lastSeen));
	}
	if (silent || ++ticks % CALM === 0) tell("poll", {});
}

async function run(signal) {
	let wait = 1000;
	while (!signal.aborted) {
		const began = Date.now();
		try {
			await listen("/api/v1/events", { seen, event: tell, signal });
		} catch (error) {
			if (signal.aborted || error.status === 401) return;
		}
		wait = Date.now() - began > 30000 ? 1000 : Math.min(wait * 2, 30000);
		await new Promise((done) => setTimeout(done, wait * (0.7 + Math.random() * 0.6)));
	}
}

/** Whoever answered a poll says so, for the clock. */
export function reached() {
	if (silent) {
		lastSeen = Date.now() - SILENCE_MS;
		for (const fn of looks) fn(false, new Date());
	}
}

export function start() {
	if (stop) return;
	const ending = new AbortController();
	lastSeen = Date.now();
	silent = false;
	const timer = setInterval(watch, POLL_MS);
	const again = () => document.visibilityState === "visible" && tell("queue", {});
	document.addEventListener("visibilitychange", again);
	addEventListener("online", again);
	run(ending.signal);
	stop = () => {
		ending.abort();
		clearInterval(timer);
		document.removeEventListener("visibilitychange", again);
		removeEventListener("online", again);
		stop = null;
	};
}

export function end() {
	stop?.();
}
