#!/usr/bin/env node
// The pictures of the README, taken from the running demo: node tests/web/screenshots.mjs FOLDER (after `make`).
import path from "node:path";
import { Gateway, openBrowser, turn } from "./desk.mjs";

const folder = process.argv[2] ?? ".";
const gateway = await Gateway.start({ demo: true });
const browser = await openBrowser();
const context = await browser.newContext({ viewport: { width: 1020, height: 540 }, locale: "fr" });

async function speak(page, language) {
	await turn(page, "#/me");
	await page.locator("select[name=language]").selectOption(language);
	await page.locator("main form button.first").first().click();
	await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
	await page.locator(".toast").waitFor({ state: "detached" });
}

async function shot(page, name) {
	await page.locator(".toast").first().waitFor({ state: "detached" });
	await page.screenshot({ path: path.join(folder, name + ".png") });
}

try {
	const desk = await context.newPage();
	await desk.goto(/http\S+#demo=[\w-]+/.exec(gateway.output)[0].replace(/^https?:\/\/[^/]+/, gateway.base));
	await desk.locator(".queue .row").nth(3).waitFor();
	await speak(desk, "fr");
	await turn(desk, "#/queue");
	await desk.locator(".queue .row").nth(3).waitFor();
	const ref = await desk.locator(".queue .row").nth(1).getAttribute("data-ref");
	await desk.locator(".queue a.case").first().focus();
	await shot(desk, "queue");
	await desk.setViewportSize({ width: 1160, height: 690 });
	await turn(desk, "#/case/" + ref);
	await desk.locator(".timeline > li").first().waitFor();
	await desk.locator("#reply").fill("Bonjour, nous avons bien reçu votre message. Nous vous rappelons ce matin, forêt.");
	await desk.locator(".advice > *").first().waitFor({ timeout: 5000 });
	await shot(desk, "case");
	await desk.setViewportSize({ width: 980, height: 480 });
	await speak(desk, "ar");
	await turn(desk, "#/queue");
	await desk.locator(".queue .row").nth(3).waitFor();
	await shot(desk, "queue-ar");
	const phone = await context.newPage();
	await phone.goto(gateway.base + "/handset");
	await phone.locator("footer, header button[lang=fr]").first().click();
	await phone.locator("#code + button").click();
	await phone.locator("#answer:not([disabled])").waitFor();
	await phone.locator("#answer").fill("1");
	await phone.keyboard.press("Enter");
	await phone.waitForTimeout(500);
	await phone.locator("#text").fill("AIDE");
	await phone.locator("section.part form button.first").first().click();
	await phone.locator("#inbox .message.in").first().waitFor();
	await shot(phone, "phone");
} finally {
	await browser.close();
	await gateway.stop();
}
