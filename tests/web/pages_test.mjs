#!/usr/bin/env node
// What can be said of the pages without a browser: words, counting of SMS, drawing of a QR code, markup, weight.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { fileURLToPath } from "node:url";
import { check, end } from "./report.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const web = path.resolve(here, "../../gateway/console/web");
const read = (name) => fs.readFileSync(path.join(web, name), "utf8");
const files = fs.readdirSync(web).sort();
const scripts = files.filter((name) => name.endsWith(".js"));

if (!fs.existsSync(path.join(here, "node_modules/html-validate"))) {
	check("npm ci in tests/web has run", false);
	end();
	process.exit();
}
const { HtmlValidate, StaticConfigLoader } = await import("html-validate");
const jsQR = (await import("jsqr")).default;
// modules written for a browser: a copy with another name, because node asks for a package.json or .mjs
const copy = fs.mkdtempSync(path.join(fs.realpathSync(process.env.TMPDIR ?? "/tmp"), "wasl-pages-"));
for (const name of scripts) fs.writeFileSync(path.join(copy, name), read(name));
fs.writeFileSync(path.join(copy, "package.json"), '{"type": "module"}');
const load = (name) => import(path.join(copy, name));
for (const name of scripts) {
	let trouble = "";
	try {
		execFileSync(process.execPath, ["--check", path.join(copy, name)], { stdio: "pipe" });
	} catch (error) {
		trouble = String(error.stderr);
	}
	check(name + " is a module that a browser can read", trouble === "", trouble);
}

// ---- words

const LANGUAGES = ["fr", "en", "ar"];
const words = Object.fromEntries(LANGUAGES.map((one) => [one, JSON.parse(read(`words_${one}.json`))]));
const sources = scripts.map(read).join("\n");
const plurals = new Set([...sources.matchAll(/\bplural\("([^"]+)"/g)].map((m) => m[1]));
const asked = new Set(
	[...sources.matchAll(/\bt[x]?\("([^"]+)"/g), ...sources.matchAll(/\bname: "(keys\.[^"]+)"/g)]
		.map((m) => m[1])
		.filter((key) => !key.endsWith(".")),
);
const bare = (key) => key.replace(/\.(zero|one|two|few|many|other)$/, "");
for (const language of LANGUAGES) {
	const have = words[language];
	for (const key of asked) check(`${language} has ${key}`, typeof have[key] === "string" && have[key] !== "");
	for (const key of plurals)
		for (const form of new Intl.PluralRules(language).resolvedOptions().pluralCategories)
			check(`${language} has ${key}.${form}`, typeof have[`${key}.${form}`] === "string");
	for (const [key, text] of Object.entries(have)) {
		check(
			`${language}: ${key} is in every language`,
			LANGUAGES.every((other) => key in words[other] || plurals.has(bare(key))),
		);
		check(
			`${language}: ${key} is a text`,
			typeof text === "string" && text.trim() === text && text !== "" && !/[<>]/.test(text),
			text,
		);
		const holes = (one) =>
			[...new Set((one ?? "").match(/\{\w+\}/g) ?? [])]
				.filter((hole) => hole !== "{n}")
				.sort()
				.join();
		check(
			`${language}: ${key} has the holes of the French`,
			plurals.has(bare(key)) || holes(text) === holes(words.fr[key]),
			text,
		);
	}
}
const codes = await load("codes.js");
const families = {
	status: codes.STATUSES,
	priority: codes.PRIORITIES,
	city: codes.CITIES,
	region: codes.REGIONS,
	sex: codes.SEXES,
	age: codes.AGES,
	document: codes.DOCUMENTS,
	preference: codes.PREFERENCES,
	call_time: codes.TIMES,
	task: codes.TASKS,
	outcome: [...codes.OUTCOMES, "DONE"],
	closing: codes.CLOSINGS,
	wave: codes.WAVES,
	level: codes.LEVELS,
	role: codes.ROLES,
	service: codes.SERVICES,
	handled: codes.ALERT_OUTCOMES,
};
const openapi = JSON.parse(fs.readFileSync(path.join(here, "../../gateway/console/openapi.json"), "utf8"));
const schemas = openapi.components.schemas;
families.reason = schemas.QueueItem.properties.reasons.items.enum;
families.warning = schemas.Measured.properties.warnings.items.enum;
families["checkin.why"] = schemas.CheckinNow.properties.why_not.enum.filter(Boolean);
families["checkin.waits"] = schemas.CheckinNow.properties.waits.enum.filter(Boolean);
families.problem = [...schemas.Problem.properties.type.enum, ...schemas.RefusalReason.enum];
families.job = schemas.Job.properties.state.enum;
families.user = schemas.User.properties.state.enum;
for (const language of LANGUAGES)
	for (const [family, list] of Object.entries(families))
		for (const code of list)
			check(`${language} has a word for ${family} ${code}`, `${family}.${code}` in words[language]);

// What the gateway refuses is said at the desk in the language of the desk: every word in its code is in the list, and no other.
const house = path.resolve(here, "../..");
const sources_c = ["gateway", "gateway/console"]
	.flatMap((folder) => fs.readdirSync(path.join(house, folder)).map((name) => path.join(folder, name)))
	.filter((name) => name.endsWith(".c"))
	.map((name) => [name, fs.readFileSync(path.join(house, name), "utf8").replace(/\/\*[^]*?\*\//g, "")]);
const said = (...patterns) => {
	const found = sources_c.flatMap(([, text]) => patterns.flatMap((one) => [...text.matchAll(one)].map((m) => m[1])));
	return [...new Set(found)].sort().join(" ");
};
const REASON = [
	/\b(?:err_because|act_refuse)\([^;"]*?(?:\([^()]*"[^()]*\)[^;"]*?)*"([a-z-]+)",/g,
	/\bcall_refuse\(call, \d+, "[a-z-]+", "([a-z-]+)",/g,
	/\bcall_bad_because\(call, [^,]+, "([a-z-]+)",/g,
	/\brefuse_one\(call, [^,]+, "([a-z-]+)",/g,
];
const TYPE = [/\bcall_(?:problem|refuse)\(call, \d+, (?:[^;"]*\? [^;"]* : )?"([a-z-]+)"/g, /\bcall->problem = "([a-z-]+)"/g];
check("the reasons of the code are those of openapi.json", said(...REASON) === schemas.RefusalReason.enum.join(" "), said(...REASON));
const types = [...schemas.Problem.properties.type.enum].sort().join(" "); // Debian 12 brings node 18
check("the types of the code are those of openapi.json", said(...TYPE) === types, said(...TYPE));
// a mistake in the request is a program's; what stands in the way of staff has a reason, unless only the command line asks for it
const TYPED = /this very file was|ref: there is a case|no text is sent|this daemon is not/;
const STATE = /\b(?:act_fail|err_set)\((?:&?call(?:->err)?|as->call|err), -E(?:PERM|EXIST|ALREADY|STALE|AGAIN), "[^"]*/g;
for (const [name, text] of sources_c.filter(([, one]) => /\bstruct (?:act_)?call\b|struct approval\b/.test(one)))
	for (const [sentence] of text.matchAll(STATE))
		check(`${name}: what stands in the way has its reason`, TYPED.test(sentence), sentence);

// What people answered is read in words: each question of the conversations, and each option of those that are not sealed.
const definitions = path.resolve(here, "../../flows/definitions");
const options = (part) =>
	typeof part !== "object" || part === null
		? []
		: Object.entries(part).flatMap(([key, value]) => (/^\d+$/.test(key) && typeof value === "string" ? [value] : options(value)));
const SHOWN_BY_NAME = ["CITY", "CALLLANG"]; // towns and languages have words of their own, countries the browser's
for (const name of fs.readdirSync(definitions).filter((one) => one.endsWith(".json")))
	for (const [state, all] of Object.entries(JSON.parse(fs.readFileSync(path.join(definitions, name), "utf8")).states ?? {})) {
		if (!all.ask || all.answer === false || all.end) continue;
		const codes = all.sensitive || state.includes("COUNTRY") || SHOWN_BY_NAME.includes(state) ? [] : options(all.ask);
		const wanted = codes.filter((code) => code !== "0" && code !== "SKIP");
		for (const language of LANGUAGES) {
			check(`${language} has a word for the question ${state}`, `state.${state}` in words[language]);
			for (const code of wanted)
				check(
					`${language} has a word for ${state} ${code}`,
					`value.${state}.${code}` in words[language] || `value.${code}` in words[language],
				);
		}
	}

const arabic = Object.entries(words.ar)
	.filter(([, text]) => !/[\u0600-\u06FF]/.test(text))
	.map(([key]) => key);
check(
	"Arabic is Arabic but for names of formats",
	arabic.every((key) => key.startsWith("format.")),
	arabic,
);

// ---- counting SMS: the vectors of the C code

const { measure } = await load("sms.js");
const vectors = JSON.parse(fs.readFileSync(path.join(here, "../data/text/segmentation.json"), "utf8")).cases;
check("there are vectors", vectors.length > 200);
for (const one of vectors) {
	const m = measure(one.text);
	check(
		`${one.id} ${one.note}`,
		m.encoding === one.encoding
			&& m.segments === one.segments
			&& String(m.units) === String(one.units)
			&& String(m.starts) === String(one.starts),
		m,
	);
}
check("what makes it Unicode is named", measure("ça va, forêt ç").culprits.join("") === "çê");

// ---- QR codes, read by somebody else's reader

const { modules } = await load("qr.js");
function readBack(text) {
	const dark = modules(text);
	const scale = 4;
	const size = (dark.length + 8) * scale;
	const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
	dark.forEach((row, y) =>
		row.forEach((one, x) => {
			for (let dy = 0; one && dy < scale; dy++)
				for (let dx = 0; dx < scale; dx++)
					pixels.fill(
						0,
						(((y + 4) * scale + dy) * size + (x + 4) * scale + dx) * 4,
						(((y + 4) * scale + dy) * size + (x + 4) * scale + dx) * 4 + 3,
					);
		}),
	);
	return jsQR(pixels, size, size)?.data;
}
for (const length of [1, 14, 26, 27, 42, 62, 63, 84, 106, 122, 152, 180, 181, 213]) {
	const text = ("otpauth://totp/Wasl:amina?secret=JBSWY3DPEHPK3PXP&issuer=Wasl&x=" + "a1B2".repeat(60)).slice(0, length);
	check(`a QR code of ${length} bytes is read back`, readBack(text) === text, readBack(text) ?? "not read");
}
check("an accent survives", readBack("é") === "é");

// ---- hostile text

const { shown } = await load("dom.js");
check("letters that turn others around are shown as signs", shown("a\u202Eb\u2066c") === "a⟦RLO⟧b⟦LRI⟧c");
check("marks that Arabic needs stay", shown("\u200Fسلام\u200E") === "\u200Fسلام\u200E");
check("letters that nobody sees are shown", shown("a\u0000b\u001bc\u007f") === "a␀b␛c␡");
check("lines stay lines", shown("a\r\nb\tc") === "a\nb\tc");

// ---- markup, style, weight

const PARSERS =
	/innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|\beval\(|new Function/;
const SIDES = new RegExp(
	[
		/(?:margin|padding|border|inset)-(?:left|right|top|bottom)/,
		/text-align:\s*(?:left|right)/,
		/(?:^|[;{\s])(?:left|right|top|bottom|width|height|min-width|max-width)\s*:/,
	]
		.map((one) => one.source)
		.join("|"),
	"g",
);

const validator = new HtmlValidate(
	new StaticConfigLoader({
		extends: ["html-validate:recommended"],
		rules: { "doctype-style": "off", "void-style": "off" },
	}),
);
for (const name of files.filter((one) => one.endsWith(".html"))) {
	const found = await validator.validateString(read(name), name);
	check(
		`${name} is valid`,
		found.valid,
		found.results.flatMap((one) => one.messages.map((m) => `${m.line}: ${m.message}`)).join("; "),
	);
	check(`${name} fetches nothing from elsewhere`, !/(?:src|href)="(?:https?:)?\/\//.test(read(name)));
	check(`${name} has no script or style in itself`, !/<style|<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/i.test(read(name)));
}
for (const name of scripts) {
	check(`${name} parses nothing as markup`, !PARSERS.test(read(name)));
	check(
		`${name} imports only from here`,
		[...read(name).matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)].every((m) =>
			files.includes((m[1] ?? m[2]).replace("./", "")),
		),
	);
	check(
		`${name}: lines of at most 132 columns`,
		read(name)
			.split("\n")
			.every((line) => line.length <= 132),
	);
}
const css = read("style.css");
const sided = css.match(SIDES) ?? [];
check("the style knows no left and right", sided.length === 0, sided);
const zipped = (name) => zlib.gzipSync(read(name), { level: 9 }).length;
function needs(name, seen = new Set()) {
	if (!seen.has(name)) {
		seen.add(name);
		for (const m of read(name).matchAll(/from "\.\/([^"]+)"/g)) needs(m[1], seen);
	}
	return seen;
}
for (const page of ["queue.js", "signin.js", "case.js"]) {
	const load1 = ["index.html", "style.css", "icon.svg", "words_fr.json", ...new Set([...needs("app.js"), ...needs(page)])];
	const weight = load1.reduce((sum, name) => sum + zipped(name), 0);
	check(`first load with ${page} is under 60 kB`, weight < 60000, String(weight));
	console.log(`first load with ${page}: ${weight} bytes compressed, ${load1.length} files`);
}
fs.rmSync(copy, { recursive: true, force: true });
end();
