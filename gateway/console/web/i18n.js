// Words, numbers, dates and plurals of the three languages of the staff.  Catalogues: words_<language>.json, flat.

export const LANGUAGES = ["fr", "en", "ar"];
const LOCALES = { fr: "fr", en: "en-GB", ar: "ar-MA-u-nu-latn" };
let words = {};
let zone = "Africa/Casablanca";
export let language = "fr";

export function locale() {
	return LOCALES[language];
}

export function firstLanguage() {
	const kept = localStorage.getItem("language");
	if (LANGUAGES.includes(kept)) return kept;
	return navigator.languages.map((one) => one.slice(0, 2)).find((one) => LANGUAGES.includes(one)) ?? "fr";
}

/** Loads a catalogue; the document takes its language and direction. */
export async function use(wanted) {
	const answer = await fetch("words_" + wanted + ".json");
	if (!answer.ok) throw new Error("the words are missing");
	words = await answer.json();
	language = wanted;
	localStorage.setItem("language", wanted);
	document.documentElement.lang = wanted;
	document.documentElement.dir = wanted === "ar" ? "rtl" : "ltr";
}

export function useZone(name) {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		zone = name;
	} catch {
		// the browser does not know the zone: Morocco's stays
	}
}

function pattern(key) {
	if (Object.hasOwn(words, key)) return words[key];
	document.documentElement.dataset.missing = (document.documentElement.dataset.missing ?? "") + key + " ";
	return key;
}

export function has(key) {
	return Object.hasOwn(words, key);
}

/** A text with its {holes} filled by strings. */
export function t(key, holes = {}) {
	return pattern(key).replace(/\{(\w+)\}/g, (whole, name) => holes[name] ?? whole);
}

/** The same with nodes in the holes: an array for h(). */
export function tx(key, holes) {
	return pattern(key)
		.split(/(\{\w+\})/)
		.map((part) => {
			const hole = /^\{(\w+)\}$/.exec(part);
			return hole ? holes[hole[1]] : part;
		});
}

/** A text that depends on a number: key.one, key.two, key.few … as the language has them; {n} is the number. */
export function plural(key, n, holes = {}) {
	return t(key + "." + new Intl.PluralRules(locale()).select(n), { n: number(n), ...holes });
}

/** The word for a code; a code that has none is shown as it is. */
export function word(family, code) {
	if (code === null || code === undefined || code === "") return "";
	const key = family + "." + code;
	return has(key) ? words[key] : String(code);
}

export function number(n, digits = 0) {
	return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(n);
}

export function percent(part, whole) {
	return whole ? new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(part / whole) : "–";
}

/** A moment (ISO 8601) in the programme's zone. */
export function moment(iso) {
	return iso
		? new Intl.DateTimeFormat(locale(), { dateStyle: "short", timeStyle: "short", timeZone: zone }).format(new Date(iso))
		: "";
}

/** A day; one without a time is no moment and has no zone. */
export function day(iso) {
	if (!iso) return "";
	const bare = iso.length === 10;
	return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: bare ? "UTC" : zone }).format(new Date(iso));
}

/** A day for a narrow column: "29/06/2026". */
export function shortDay(iso) {
	return iso ? new Intl.DateTimeFormat(locale(), { dateStyle: "short", timeZone: zone }).format(new Date(iso)) : "";
}

/** From one thing to the next, in the direction of reading. */
export function arrow() {
	return document.documentElement.dir === "rtl" ? " ← " : " → ";
}

/** Between a name and what it is; French leaves a space before it. */
export function colon() {
	return language === "fr" ? "\u00a0: " : ": ";
}

export function clock(date) {
	return new Intl.DateTimeFormat(locale(), { timeStyle: "short", timeZone: zone }).format(date);
}

/** So many minutes in the largest unit that fits: "3 h", "2 j". */
export function duration(minutes) {
	const [n, unit] =
		minutes < 60
			? [minutes, "minute"]
			: minutes < 48 * 60
				? [Math.floor(minutes / 60), "hour"]
				: [Math.floor(minutes / 1440), "day"];
	return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "short" }).format(n);
}

let ahead = 0; // of this machine's clock, ms: old laptops are often wrong

/** What the gateway says of the time. */
export function tellTime(now) {
	if (Number.isFinite(now) && now > 0) ahead = now - Date.now();
}

/** The time, ms since 1970, by the gateway's clock. */
export function gatewayNow() {
	return Date.now() + ahead;
}

/** The day so many days from now, there, as a field takes it: "2027-03-31". */
export function dayIn(days) {
	return new Intl.DateTimeFormat("sv", { timeZone: zone }).format(gatewayNow() + days * 24 * 3600 * 1000);
}

/** How long ago. */
export function since(iso) {
	return duration(Math.max(0, Math.round((gatewayNow() - Date.parse(iso)) / 60000)));
}

export function country(iso) {
	if (!iso) return "";
	if (iso === "ZZ") return t("country.ZZ");
	try {
		return new Intl.DisplayNames(locale(), { type: "region" }).of(iso);
	} catch {
		return iso;
	}
}

export function languageName(code) {
	if (!code) return "";
	if (has("language." + code)) return words["language." + code];
	try {
		return new Intl.DisplayNames(locale(), { type: "language" }).of(code);
	} catch {
		return code;
	}
}
