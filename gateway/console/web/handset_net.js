// The demo's network: what Africa's Talking would tell the gateway, as the form it would post.  The daemon relays each form,
// byte for byte, to its own webhook listener; nothing here knows how the gateway answers.
import { post } from "./api.js";

const NETWORK = "99999";

function hex() {
	return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stamp() {
	return new Date().toISOString().slice(0, 19).replace("T", " ");
}

const relay = (hook, pairs) => post("/demo/handset/send", { hook, form: new URLSearchParams(pairs).toString() });

/** One USSD session of one phone. */
export class Ussd {
	constructor(number, code) {
		this.number = number;
		this.code = code;
		this.session = "ATUid_" + hex();
		this.typed = [];
		this.hops = 0;
		this.began = Date.now();
		this.open = false;
	}

	pairs() {
		return { sessionId: this.session, phoneNumber: this.number, networkCode: NETWORK, serviceCode: this.code };
	}

	/** The next step, or the same once more, as a network does that heard no answer. Gives {text, ended, status}. */
	async hop(typed = null) {
		if (typed !== null) this.typed.push(typed);
		this.last = { ...this.pairs(), text: this.typed.join("*") };
		this.hops++;
		return this.again();
	}

	async again() {
		const { status, body } = await relay("ussd", this.last);
		const known = /^(CON|END) ([^]*)$/.exec(body);
		this.open = known?.[1] === "CON";
		this.screen = body;
		if (!this.open) this.end(known ? "Success" : "Failed");
		return { text: known ? known[2] : null, ended: !this.open, status };
	}

	/** The network tells each session's end once. */
	end(status) {
		this.open = false;
		return relay("ussd-end", {
			date: stamp(),
			...this.pairs(),
			status,
			cost: "0",
			durationInMillis: String(Date.now() - this.began),
			hopsCount: String(this.hops),
			input: this.typed.join("*"),
			lastAppResponse: this.screen ?? "",
		}).catch(() => {});
	}
}

/** An SMS as the network holds it: it can be delivered late, and more than once. */
export function sms(number, to, text) {
	return { date: stamp(), from: number, to, text, id: hex(), networkCode: NETWORK };
}

export const deliver = (message) => relay("sms", message);
