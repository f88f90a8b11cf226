// Requests to the gateway's own API, and what it says when it refuses.  Nothing here knows a page.
import { tellTime } from "./i18n.js";

const PATIENCE_MS = 20000;
// A password is hashed when nothing else wants the processor, and what was enrolled is enrolled: who gave up would miss the codes.
const SLOW_MS = 120000;
const SLOW = /^\/api\/v1\/(session|enrol)/;
const kept = new Map(); // path -> {etag, value}: what was read last, so that a poll costs nothing when nothing changed
let csrf = "";
let confirm = null; // asks for the password again; gives true when it was right

export class Problem extends Error {
	constructor(status, members) {
		super(members.title ?? "");
		this.status = status;
		this.type = members.type ?? "unavailable";
		this.reason = members.reason;
		this.detail = members.detail ?? null;
		this.field = members.field ?? null;
		this.members = members;
	}
}

export function useSession(session) {
	csrf = session?.csrf ?? "";
	if (!session) kept.clear();
}

export function useConfirm(fn) {
	confirm = fn;
}

export function forget(path) {
	kept.delete(path);
}

async function problem(response) {
	let members = {};
	try {
		members = await response.json();
	} catch {
		// a proxy in between answers with a page of its own
	}
	const found = new Problem(response.status, members);
	found.retryAfter = Number(response.headers.get("Retry-After")) || null;
	if (response.status === 401 && found.type !== "sign-in-failed") dispatchEvent(new CustomEvent("signed-out"));
	return found;
}

async function send(method, path, body, headers, keepalive = false) {
	try {
		const response = await fetch(path, {
			method,
			headers: { Accept: "application/json", ...headers },
			body: body === undefined ? undefined : JSON.stringify(body),
			credentials: "same-origin",
			cache: "no-store",
			redirect: "error",
			keepalive,
			signal: AbortSignal.timeout(method !== "GET" && SLOW.test(path) ? SLOW_MS : PATIENCE_MS),
		});
		tellTime(Number(response.headers.get("Wasl-Now")));
		return response;
	} catch {
		throw new Problem(0, { type: "offline" });
	}
}

/** What a person did, unlike what the page did by itself, puts off the end of the session. */
function acted(passive) {
	if (!passive) dispatchEvent(new CustomEvent("acted"));
}

/** Reads.  passive: a request of the page itself, which does not put off the end of the session. */
export async function get(path, { passive = false } = {}) {
	const before = kept.get(path);
	const headers = {};
	if (before) headers["If-None-Match"] = before.etag;
	if (passive) headers["Wasl-Passive"] = "1";
	const response = await send("GET", path, undefined, headers);
	if (response.status === 304 && before) {
		acted(passive);
		return before.value;
	}
	if (!response.ok) throw await problem(response);
	acted(passive);
	const value = await response.json();
	if (response.headers.get("ETag")) kept.set(path, { etag: response.headers.get("ETag"), value });
	return value;
}

/** What may be asked once more: with the password, or when another page of this browser has renewed the session. */
async function mended(error, passive) {
	if (error.type === "password-again") return !passive && confirm !== null && (await confirm());
	if (error.type !== "csrf") return false;
	const before = csrf;
	useSession(await get("/api/v1/session", { passive: true }));
	return csrf !== before;
}

/** Changes.  Gives what the gateway answered, or null when it had nothing to say. */
export async function change(method, path, body, options = {}) {
	try {
		return await changeOnce(method, path, body, options);
	} catch (error) {
		if (error.type === undefined || !(await mended(error, options.passive))) throw error;
		return changeOnce(method, path, body, options);
	}
}

async function changeOnce(method, path, body, { match = null, passive = false, keepalive = false }) {
	const headers = { "Wasl-CSRF": csrf };
	if (body !== undefined) headers["Content-Type"] = "application/json";
	if (match) headers["If-Match"] = match;
	if (passive) headers["Wasl-Passive"] = "1";
	const response = await send(method, path, body, headers, keepalive);
	if (!response.ok) throw await problem(response);
	acted(passive);
	const text = await response.text();
	return text ? JSON.parse(text) : null;
}

export const post = (path, body, options) => change("POST", path, body ?? {}, options);

/** A path with the parameters that have a value. */
export function query(path, parameters) {
	const pairs = new URLSearchParams(
		Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== ""),
	);
	return pairs.size ? path + "?" + pairs : path;
}

/** A stream of server-sent events, comments too (EventSource hides them, and they are the heartbeat).
 * seen(): something came; event(name, data). Ends when the stream does. */
export async function listen(path, { seen, event, signal }) {
	const response = await fetch(path, {
		headers: { Accept: "text/event-stream", "Wasl-Passive": "1" },
		credentials: "same-origin",
		cache: "no-store",
		signal,
	});
	if (!response.ok) throw await problem(response);
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		seen();
		const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
		rest = blocks.pop();
		for (const block of blocks) {
			const lines = block.split("\n");
			const name = lines
				.find((line) => line.startsWith("event:"))
				?.slice(6)
				.trim();
			const data = lines
				.filter((line) => line.startsWith("data:"))
				.map((line) => line.slice(5).trim())
				.join("\n");
			if (name) event(name, data ? JSON.parse(data) : {});
		}
	}
}
