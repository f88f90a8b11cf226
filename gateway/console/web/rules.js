// What the gateway notes by its own rules ("checkin.q6=5", "M3: no answer …"), in the reader's words; the rest as it was written.
import { colon, has, number, t, word } from "./i18n.js";

function pair(name, code, tail) {
	const asked = /^checkin\.(\w+)$/.exec(name);
	if (asked) {
		const state = asked[1].toUpperCase();
		const value = "value." + state + "." + code;
		return has(value) ? word("state", state) + colon() + t(value) : null;
	}
	const known = { urgent_need: "sensitive." + code, topic: "topic." + code, age_band: "value." + code }[name];
	if (name === "keyword") return t("rule.keyword", { word: code });
	return known && has(known) ? t(known) + (tail ? " · " + t("rule.number", { n: tail }) : "") : null;
}

function measured(name, n) {
	return has("rule." + name) ? t("rule." + name, { n: number(Number(n), 2) }) : null;
}

export function inWords(text) {
	const silent = /^DO NOT CALL: (.+)$/.exec(text);
	if (silent) return t("caution.NO_CALL") + " · " + inWords(silent[1]);
	const wave = /^(ARR|M\d+|SPONT): (.+)$/.exec(text);
	if (wave) return word("wave", wave[1]) + colon() + inWords(wave[2]);
	const equal = /^([\w.]+)=(\w+)(?: number (\d+))?$/.exec(text);
	const than = /^checkin\.(composite|fall|same)(?:_answers)?[<>]=?([\d.]+)s?$/.exec(text);
	const known = (equal && pair(equal[1], equal[2], equal[3])) ?? (than && measured(than[1], than[2]));
	return known ?? (has("said." + text) ? t("said." + text) : text);
}
