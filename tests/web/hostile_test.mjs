#!/usr/bin/env node
// Five hundred hostile texts come in as SMS and are read back on every page that shows what people wrote.  Nothing may happen: no
// script, no window, no refusal of the policy, no request to elsewhere; and each text stands there as it was written.
import { CODE, Gateway, enrol, openBrowser, openPage, signIn, toTheEnd, turn } from "./desk.mjs";
import { HOSTILE, escaped } from "./hostile.mjs";
import { check } from "./report.mjs";

const PHONES = 10;
const PASSWORD = "cinq mots pour une porte";
const ROLES = "counsellor,protection,psea,manager,auditor";

const gateway = await Gateway.start({ config: { limits: { inbound_per_hour: 10000 } } });
const browser = await openBrowser();

const numberOf = (i) => "+2126000004" + String(i).padStart(2, "0");

async function send() {
	const whole = ["1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"];
	for (let i = 0; i < PHONES; i++) await gateway.ussd(numberOf(i), whole);
	let taken = 0;
	const per = HOSTILE.length / PHONES;
	for (let i = 0; i < PHONES; i++) {
		const mine = HOSTILE.slice(i * per, (i + 1) * per);
		const answers = await Promise.all(
			mine.map(({ n, text }) =>
				gateway.post(
					"sms",
					`date=2026-01-01&from=${encodeURIComponent(numberOf(i))}&to=IOM&text=${escaped(text)}&id=h${n}&networkCode=1`,
				),
			),
		);
		taken += answers.filter((one) => one.status === 200).length;
	}
	check("every hostile text is taken in", taken === HOSTILE.length, taken);
	// the same as an answer where the conversation waits for free text
	await gateway.post("ussd", {
		sessionId: "hostile",
		phoneNumber: numberOf(0),
		networkCode: "1",
		serviceCode: CODE,
		text: "<script>window.hurt=1</script>",
	});
}

const hurt = (page) => page.evaluate(() => window.hurt ?? null);

async function readCase(page, ref, found) {
	await turn(page, "#/case/" + ref);
	await page.locator(".timeline .message").first().waitFor();
	while (await page.locator(".left button.more").count()) {
		const before = await page.locator(".timeline > .message").count();
		await page.locator(".left button.more").click();
		await page.waitForFunction((n) => document.querySelectorAll(".timeline > .message").length > n, before);
	}
	for (const text of await page.locator(".timeline .said").allTextContents())
		for (const number of text.match(/(?<!\d)7\d{4}(?!\d)/g) ?? []) if (!found.has(Number(number))) found.set(Number(number), text);
	const strange = await page.evaluate(() =>
		[...document.querySelectorAll("#main .said")].flatMap((node) =>
			[...node.querySelectorAll("*")].map((one) => one.tagName),
		),
	);
	check("a text is only text", strange.length === 0, strange);
	const turned = await page.locator("#main .said:not([dir=auto])").count();
	check("each text stands in its own direction", turned === 0, turned);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	check("no text pushes the page apart", wide <= 0, wide);
	await page.setViewportSize({ width: 320, height: 640 });
	check(
		"not at 320 px either",
		await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
	);
	await page.setViewportSize({ width: 1280, height: 900 });
}

/** What dom.js, the only door to the page, lets nobody make. */
async function door(page) {
	const made = await page.evaluate(async () => {
		const { h } = await import("/dom.js");
		const tried = [
			["a", { href: "https://evil.example/" }],
			["a", { href: "javascript:window.hurt=1" }],
			["a", { href: "//evil.example/" }],
			["img", { src: "https://evil.example/1.png" }],
			["iframe", { srcdoc: "<script>window.hurt=1</script>" }],
			["p", { style: "background: url(https://evil.example/)" }],
			["p", { onclick: "window.hurt=1" }],
		];
		return tried.filter(([tag, attributes]) => {
			try {
				return h(tag, attributes);
			} catch {
				return false;
			}
		});
	});
	check("no link to elsewhere, no script, no style in an attribute", made.length === 0, made);
}

async function run() {
	await send();
	const context = await browser.newContext();
	const page = await openPage(context, gateway.base);
	const link = gateway.wasl("user", "add", "amina", "--name", "<b>Amina</b>", "--role", ROLES).match(/https?:\/\/\S+/)[0];
	const codes = await enrol(page, link.replace(/^https?:\/\/[^/]+/, gateway.base), PASSWORD);
	await signIn(page, gateway.base, "amina", PASSWORD, codes[0]);
	await door(page);
	check("a name that is markup is shown as it is", (await page.locator(".who").textContent()) === "<b>Amina</b>");
	await page.locator(".queue .row").first().waitFor();
	const refs = await page.locator(".queue .row").evaluateAll((rows) => rows.map((row) => row.dataset.ref));
	check("each phone has a case", refs.length >= PHONES, refs.length);
	const found = new Map();
	for (const ref of refs) await readCase(page, ref, found);
	const lost = HOSTILE.filter(({ n }) => !found.has(n)).map(({ n, text }) => [n, String(text).slice(0, 30)]);
	check("each hostile text is read back", lost.length === 0, lost.slice(0, 20));
	const plain = HOSTILE.filter(({ text }) => typeof text === "string" && /^[\x20-\x7e]+$/.test(text));
	const changed = plain
		.filter(({ n, text }) => found.get(n)?.trim() !== text.trim())
		.map(({ n, text }) => [text, found.get(n)]);
	check("and stands there as it was written", changed.length === 0, changed.slice(0, 5));
	check(
		"letters that turn others around are signs",
		![...found.values()].some((text) => /[\u202A-\u202E\u2066-\u2069]/.test(text)),
	);
	for (const hash of ["queue", "alerts", "tasks", "approvals", "audit"]) {
		await turn(page, "#/" + hash);
		check(`${hash}: nothing was hurt`, (await hurt(page)) === null);
	}
	await turn(page, "#/search");
	for (const words of ["script", "DROP TABLE", "%' OR 1=1"]) {
		await page.locator("input[name=q]").fill(words);
		await page.locator("select[name=by]").selectOption("words");
		await page.locator("main form button.first").first().click();
		await page.locator("section[aria-live] h2").waitFor();
		check(`search for ${words}: nothing was hurt`, (await hurt(page)) === null);
	}
	check("what is searched stands in no address", !page.url().includes("script") && !page.url().includes("DROP"));
	// a draft and a reply are text, too
	await turn(page, "#/case/" + refs[0]);
	await page.locator("#reply").fill("</textarea><script>window.hurt=1</script>");
	await page.waitForResponse((response) => response.url().endsWith("/draft") && response.request().method() === "PUT");
	await turn(page, "#/queue");
	await turn(page, "#/case/" + refs[0]);
	check(
		"the draft comes back as it was",
		(await page.locator("#reply").inputValue()) === "</textarea><script>window.hurt=1</script>",
	);
	check("nothing was hurt", (await hurt(page)) === null);
	check("no window, no refusal, nothing from elsewhere", page.trouble.length === 0, page.trouble.slice(0, 10));
}

await toTheEnd(gateway, browser, run);
