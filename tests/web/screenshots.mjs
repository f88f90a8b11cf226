#!/usr/bin/env node
// The pictures of the README, taken from the running demo: node tests/web/screenshots.mjs FOLDER (after `make`).
import path from "node:path";
import { Gateway, openBrowser, saveOwn, turn } from "./desk.mjs";

const folder = process.argv[2] ?? ".";
const gateway = await Gateway.start({ demo: true });
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1020, height: 540 }, locale: "fr" });

async function speak(page, language) {
	await turn(page, "#/me");
	await saveOwn(page, language);
	await page.locator(".toast").waitFor({ state: "detached" });
}

async function shot(page, name) {
	await page.locator(".toast").first().waitFor({ state: "detached" });
	await page.screenshot({ path: path.join(folder, name + ".png") });
}

/** The case of whoever has this number. */
function caseOf(number) {
	const sql = `SELECT c.ref FROM v_case c JOIN v_contact_point p USING (contact_id) WHERE p.phone = '${number}'`;
	return "#/case/" + JSON.parse(gateway.wasl("query", "--json", sql))[0].ref;
}

async function look(page, name, hash, [width, height], ready) {
	await page.setViewportSize({ width, height });
	await turn(page, hash);
	await page.locator(ready).first().waitFor();
	await page.mouse.move(0, 0);
	await shot(page, name);
}

const top = (part) => part.evaluate((node) => scrollTo(0, node.getBoundingClientRect().top + scrollY - 16));

async function typed(page, ...keys) {
	for (const key of keys) {
		const before = await page.locator("#screen").innerText();
		await page.locator("#answer").fill(key);
		await page.keyboard.press("Enter");
		await page.waitForFunction((text) => document.querySelector("#screen").innerText !== text, before, { polling: 30 });
	}
}

try {
	const desk = await context.newPage();
	await desk.goto(/http\S+#demo=[\w-]+/.exec(gateway.output)[0].replace(/^https?:\/\/[^/]+/, gateway.base));
	await desk.locator(".queue .row").nth(3).waitFor();
	await speak(desk, "fr");
	await look(desk, "queue", "#/queue", [1020, 560], ".queue .row");
	await look(desk, "case", caseOf("+212600000237"), [1160, 700], ".timeline > li");
	await desk.locator("#reply").fill("Bonjour, nous avons bien reçu votre message. Nous vous rappelons ce matin, forêt.");
	await desk.locator(".advice > *").first().waitFor({ timeout: 5000 });
	await shot(desk, "case");
	await look(desk, "dashboard", "#/dashboard?days=365", [1160, 820], ".charts .spot");
	await top(desk.locator("section.part", { has: desk.locator(".charts") }));
	await shot(desk, "dashboard");
	await look(desk, "returnee", caseOf("+212600000302"), [1160, 620], ".charts .spot");
	await top(desk.locator("section.part", { has: desk.locator(".charts") }));
	await shot(desk, "returnee");
	await speak(desk, "ar");
	await look(desk, "queue-ar", "#/queue", [980, 480], ".queue .row");
	const phone = await context.newPage();
	await phone.setViewportSize({ width: 700, height: 820 });
	await phone.goto(gateway.base + "/handset");
	await phone.locator("header button[lang=fr]").click();
	await phone.locator("#number").selectOption("+2250700000216");
	await phone.locator("section.part .buttons button").last().click();
	await phone.locator("#inbox .message.in").first().waitFor();
	await phone.locator("#code + button").click();
	await phone.locator("#answer:not([disabled])").waitFor();
	await typed(phone, "5", "1", "1994");
	await shot(phone, "phone");
} finally {
	await browser.close();
	await gateway.stop();
}
