#!/usr/bin/env node
// The demo in two windows: a phone in the browser, and the desk. What is typed there goes through the aggregator's own door.
import { Gateway, openBrowser, openPage, toTheEnd, turn } from "./desk.mjs";
import { check } from "./report.mjs";

const gateway = await Gateway.start({ demo: true });
const browser = await openBrowser();

const screen = (page) => page.locator("#screen .ussdtext").innerText();

async function answer(page, typed) {
	const before = await screen(page);
	await page.locator("#answer").fill(typed);
	await page.keyboard.press("Enter");
	// by a timer: a page in the background draws once a second
	await page.waitForFunction((text) => document.querySelector("#screen .ussdtext")?.innerText !== text, before, { polling: 30 });
}

async function dial(page) {
	await page.locator("#code + button").click();
	await page.locator("#answer:not([disabled])").waitFor();
}

async function request(page) {
	await dial(page);
	const first = await screen(page);
	check("dialling shows a screen", /1/.test(first), first);
	await answer(page, "1");
	await answer(page, "1");
	const here = await screen(page);
	await page.locator("#again").click();
	await page.waitForTimeout(300);
	check("a step that is repeated shows the same screen", (await screen(page)) === here);
	await page.locator("button.danger").click();
	check("a session that is dropped takes no answer", await page.locator("#answer").isDisabled());
	await dial(page);
	for (const typed of ["1", "2", "1", "1", "1", "2", "1", "1", "1", "3", "2", "2", "2", "4", "1", "1"]) {
		if (await page.locator("#answer").isDisabled()) break;
		await answer(page, typed);
	}
	check("the conversation comes to its end", await page.locator("#answer").isDisabled(), await screen(page));
	await page.locator("#text").fill("AIDE");
	await page.locator("section.part form button.first").first().click();
	await page.locator("#inbox .message.in").first().waitFor();
	check(
		"the answer to an SMS arrives in the phone's inbox",
		(await page.locator("#inbox .in .said").first().innerText()).length > 10,
	);
}

async function network(page, desk) {
	await page.locator("#twice").check();
	await page.locator("#text").fill("Encore une question 1");
	await page.locator("section.part form button.first").first().click();
	await page.locator("#inbox .message.out").first().waitFor();
	await page.locator("#twice").uncheck();
	await page.locator("#hold").check();
	for (const n of [2, 3]) {
		await page.locator("#text").fill("Encore une question " + n);
		await page.locator("section.part form button.first").first().click();
	}
	await page.locator("[data-held]:not([disabled])").last().click();
	await page.locator("[data-held][disabled]").first().waitFor();
	await page.waitForTimeout(500);
	const ref = await desk.locator(".casefile .ref").first().innerText();
	await turn(desk, "#/queue");
	await turn(desk, "#/case/" + ref);
	await desk.locator(".message.in .said", { hasText: "Encore une question 3" }).waitFor();
	const texts = (await desk.locator(".message.in > .said").allInnerTexts()).filter((text) =>
		text.startsWith("Encore une question"),
	);
	check("delivered twice, it stands once", texts.filter((text) => text.endsWith("1")).length === 1, texts);
	check("delivered out of order, each stands once", texts.length === 3, texts);
	check("and in the order in which they came", texts.join().indexOf("2") < texts.join().indexOf("3"), texts);
}

async function reply(page, desk) {
	const said = "Bonjour, nous vous appelons demain matin.";
	await desk.locator("#reply").fill(said);
	await desk.locator("form.reply button.first, .reply button.first").first().click();
	const anyway = desk.locator(".reply button", { hasText: /quand même|anyway/i });
	const got = page.locator("#inbox .message.in .said", { hasText: said });
	await anyway.or(desk.locator(".timeline .message.out", { hasText: said })).first().waitFor();
	if (await anyway.count()) await anyway.click(); // at night the page asks first
	await got.waitFor();
	check("what the desk answers arrives in the phone", true);
}

/** What the phone's clock shows, ms. */
const clock = (page) =>
	page.evaluate(() =>
		fetch("/demo/handset/inbox", {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ number: "+212600000101", after: 0 }),
		})
			.then((r) => r.json())
			.then((r) => r.now_ms),
	);

async function time(page, desk) {
	const before = await clock(page);
	await Promise.all([
		page.waitForResponse("**/demo/handset/clock"),
		page.locator("section.part .buttons button").last().click(),
	]);
	const after = await clock(page);
	check("three months pass at once", Math.floor((after - before) / 86400000) === 91, [before, after]);
	await turn(desk, "#/queue");
	check("nobody is signed out by it", await desk.locator(".queue .row").first().isVisible());
}

/** Three months later somebody who went home is asked how it is, answers, and the desk sees it. */
async function home(page, desk) {
	const number = "+2250700000216";
	await page.locator("#number").selectOption(number);
	const year = /\d{4}/.exec(await page.locator("#year").innerText())[0];
	await page.locator("#inbox .message.in", { hasText: "8 questions" }).waitFor();
	check("three months after the return a check-in arrives by itself", true);
	await dial(page);
	for (const typed of ["5", "1", year, "2", "2", "3", "2", "2", "1", "1", "3"]) await answer(page, typed);
	check("it is answered to its end", await page.locator("#answer").isDisabled(), await screen(page));
	const found = gateway.wasl("query", "--json", `SELECT c.ref FROM v_case c JOIN v_contact_point p USING (contact_id)
		WHERE p.phone = '${number}'`);
	await turn(desk, "#/case/" + JSON.parse(found)[0].ref);
	await desk.locator(".charts .spot").first().waitFor();
	const waves = await desk.locator("section", { has: desk.locator(".charts") }).locator("table").last().innerText();
	check("and stands on the desk with its score", /3 mois\s+\S+\s+Terminé|3 months\s+\S+\s+Completed/.test(waves), waves);
}

async function closed(page) {
	const outside = await page.request.post(gateway.base + "/demo/handset/clock", {
		data: { days: 1 },
		headers: { Origin: "http://evil.example" },
	});
	check("another origin moves no clock", outside.status() === 404, outside.status());
	const bare = await Gateway.start();
	for (const path of ["/handset", "/handset.html", "/handset.js", "/demo/handset/facts"]) {
		const answer = await page.request.get(bare.base + path);
		check("only the demo has " + path, answer.status() === 404, answer.status());
	}
	await bare.stop();
}

async function run() {
	const context = await browser.newContext();
	const page = await openPage(context, gateway.base);
	const desk = await openPage(context, gateway.base);
	await desk.goto(/http\S+#demo=[\w-]+/.exec(gateway.output)[0].replace(/^https?:\/\/[^/]+/, gateway.base));
	await desk.locator(".queue .row").first().waitFor();
	check("the demo's link opens the desk", true);
	const before = new Set(await desk.locator(".queue .row").evaluateAll((rows) => rows.map((row) => row.dataset.ref)));
	await page.goto(gateway.base + "/handset");
	await page.locator("#code").waitFor();
	await request(page);
	await desk.locator(".notice button").waitFor();
	check("the desk hears of the new request", true);
	await desk.locator(".notice button").click();
	const found = await desk.waitForFunction(
		(known) => [...document.querySelectorAll(".queue .row")].find((row) => !known.includes(row.dataset.ref))?.dataset.ref,
		[...before],
	);
	const fresh = await found.jsonValue();
	await turn(desk, "#/case/" + fresh);
	await network(page, desk);
	await reply(page, desk);
	await time(page, desk);
	await home(page, desk);
	await page.setViewportSize({ width: 320, height: 640 });
	check("the phone fits 320 px", await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
	check("nothing went wrong", page.trouble.length === 0 && desk.trouble.length === 0, [...page.trouble, ...desk.trouble]);
	await closed(page);
}

await toTheEnd(gateway, browser, run);
