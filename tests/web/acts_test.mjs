#!/usr/bin/env node
// Acts of the desk that need a page of their own: several cases at once, a check-in now, a merge, holidays.
import { axe, fits } from "./axe.mjs";
import { Gateway, enrol, openBrowser, openPage, signIn, toTheEnd, turn } from "./desk.mjs";
import { check } from "./report.mjs";

const PASSWORD = "cinq mots pour une porte";
const WALK = ["1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"];
const gateway = await Gateway.start();
const browser = await openBrowser();

const text = (page, selector) => page.locator(selector).first().innerText();

async function severalAtOnce(page) {
	await turn(page, "#/queue");
	const refs = await page.locator(".queue .row").evaluateAll((rows) => rows.map((row) => row.dataset.ref));
	check("three people are in the queue", refs.length === 3, refs);
	await page.keyboard.press("j");
	await page.keyboard.press("x");
	await page.locator(`input.pick[value="${refs[2]}"]`).check();
	check("two are picked, one by key and one by hand", /2/.test(await text(page, ".bulkbar > span")));
	await axe(page, "queue with cases picked");
	await page.setViewportSize({ width: 320, height: 640 });
	await fits(page, "queue with cases picked");
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.locator(".bulkbar button", { hasText: "Prendre" }).click();
	check("the window says how many", /2 dossiers/.test(await text(page, "dialog[open] > p")), await text(page, "dialog[open]"));
	await axe(page, "queue: the window");
	await page.locator("dialog[open] button.first").click();
	await page.locator("details.bulk [role=status] p").waitFor();
	check("and after it for how many it was done", /2/.test(await text(page, "details.bulk [role=status] p")));
	await page.waitForFunction(() => document.querySelectorAll(".queue .owner.mine").length === 2);
	check("the third is nobody's", (await page.locator(`[data-ref="${refs[1]}"] .take`).count()) === 1);
	await page.locator(".bulkbar button", { hasText: "tous" }).click();
	await page.waitForFunction(() => document.querySelectorAll("input.pick:checked").length === 3);
	await page.locator(".bulkbar button", { hasText: "Rendre à" }).click();
	await page.locator("dialog[open] button.first").click();
	await page.waitForFunction(() => document.querySelectorAll(".queue .owner.mine").length === 0);
	check("all that match are given back", true);
	return refs;
}

async function openAct(page, name) {
	await page.locator("details.moretools").evaluate((node) => (node.open = true));
	await page.locator(`[data-act="${name}"]`).click();
	await page.locator("#panel-title").waitFor();
}

async function checkinNow(page, ref) {
	await turn(page, "#/case/" + ref);
	await openAct(page, "checkin");
	await page.waitForFunction(() => /Aucun suivi/.test(document.querySelector("#panel [role=status]")?.textContent ?? ""));
	check("why no check-in leaves", /pas accepté/.test(await text(page, "#panel [role=status]")));
	check("and there is nothing to press", await page.locator("#panel form").isHidden());
	await axe(page, "case: no check-in");
	const home = new Date(Date.now() - 60 * 86400000).toISOString().slice(0, 10);
	gateway.wasl("case", "set", ref, "status=RETURNED", "returned_on=" + home, "consent_checkins=yes", "--as", "a", "--reason", "home");
	await page.locator("#panel .bare").click();
	await openAct(page, "checkin");
	await page.waitForFunction(() => /part le/.test(document.querySelector("#panel [role=status]")?.textContent ?? ""));
	await axe(page, "case: a check-in");
	await page.locator("#panel form button.first").click();
	await page.locator(".toast").first().waitFor();
	check("it says when it leaves", /Suivi .*part le/.test(await text(page, ".toast")), await text(page, ".toast"));
	await page.waitForFunction(() => /Spontané/.test(document.querySelector("#part-checkins")?.parentElement.textContent ?? ""));
	check("it stands among the check-ins", true);
}

async function putAside(page, ref) {
	await turn(page, "#/queue");
	await turn(page, "#/case/" + ref);
	await openAct(page, "snooze");
	await axe(page, "case: put aside");
	await page.locator("#panel form button.first").click();
	await page.locator("#panel-title").waitFor({ state: "detached" });
	await turn(page, "#/queue?folder=later");
	check("it stands in the folder of those put aside", (await page.locator(`.queue [data-ref="${ref}"]`).count()) === 1);
	await turn(page, "#/case/" + ref);
	await openAct(page, "snooze");
	await page.locator("#panel form button.first").nth(1).click();
	await page.locator("#panel-title").waitFor({ state: "detached" });
	await turn(page, "#/queue");
	check("and is back", (await page.locator(`.queue [data-ref="${ref}"]`).count()) === 1);
}

/** At 400 % of a small window what stops a text must stand where it is seen, and with it the way on. */
async function warned(page, ref) {
	await page.setViewportSize({ width: 320, height: 256 });
	await turn(page, "#/case/" + ref);
	await page.locator("#reply").fill("OIM : votre retour");
	await page.locator(".advice > *").first().waitFor();
	await page.evaluate(() => {
		const send = document.querySelector(".reply button.first");
		send.scrollIntoView({ block: "end" });
		send.click();
	});
	const anyway = page.locator(".reply button.danger");
	await anyway.waitFor();
	const place = await anyway.boundingBox();
	check("at 400 % the way on is in sight", place.y >= 0 && Math.floor(place.y + place.height) <= 256, place);
	await axe(page, "a text that is stopped");
	await page.locator("#reply").fill("");
	await page.setViewportSize({ width: 1280, height: 900 });
}

async function merge(page, refs, manager) {
	await turn(page, "#/case/" + refs[0]);
	await openAct(page, "merge");
	await axe(page, "case: merge");
	await page.locator("#panel input[name=other]").fill("10000001");
	await page.locator("#panel textarea[name=reason]").fill("la même voix");
	await page.locator("#panel form button.first").click();
	await page.locator("#panel .trouble:not(:empty)").waitFor();
	check("a case that is none is said beside its field", (await page.locator("#panel input[name=other][aria-invalid]").count()) === 1);
	check("in the language of the desk", (await text(page, "#panel .trouble")) === "Introuvable, ou pas à vous.");
	await page.locator("#panel input[name=other]").fill(refs[0]);
	await page.locator("#panel form button.first").click();
	await page.waitForFunction(() => /déjà d’une même personne/.test(document.querySelector("#panel .trouble").textContent));
	check("and what stands in the way, too", true);
	await page.locator("#panel input[name=other]").fill(refs[1]);
	await page.locator("#panel form button.first").click();
	await page.locator("#panel-title").waitFor({ state: "detached" });
	await turn(manager, "#/approvals");
	const words = await text(manager, "main .board li");
	check("the second person sees both cases", refs.slice(0, 2).every((ref) => words.includes(ref)), words);
	await axe(manager, "approvals: a merge");
	await manager.locator("main .board button.first").click();
	await manager.locator("dialog[open] textarea").fill("je lui ai parlé");
	await manager.locator("dialog[open] button.first").click();
	await manager.locator("dialog[open]").waitFor({ state: "detached" });
	await turn(page, "#/queue");
	await turn(page, "#/case/" + refs[1]);
	await page.waitForFunction(() => document.querySelector(".facts"));
	await page.locator(".facts button").first().click();
	await page.waitForFunction(() => document.querySelectorAll(".facts .phone").length === 2);
	check("the second case shows both numbers of the one person", true);
}

async function holidays(page) {
	await turn(page, "#/admin/holidays");
	const day = new Date(Date.now() + 40 * 86400000).toISOString().slice(0, 10);
	await page.locator("main input[name=day]").fill(day);
	await page.locator("main input[name=name]").fill("Aïd");
	await page.locator("main form button.first").click();
	await page.locator("main .lines li").first().waitFor();
	check("the day stands in the list", /Aïd/.test(await text(page, "main .lines li")));
	await axe(page, "holidays");
	await page.setViewportSize({ width: 320, height: 640 });
	await fits(page, "holidays");
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.locator("main .lines li button").first().click();
	await page.locator("main .lines li").first().waitFor({ state: "detached" });
	check("and out of it again", true);
}

async function somebody(context, name, roles) {
	const page = await openPage(context, gateway.base);
	const link = gateway.wasl("user", "add", name, "--role", roles, "--as", "a").trim().split(/\s+/).pop();
	const codes = await enrol(page, link, PASSWORD);
	await signIn(page, gateway.base, name, PASSWORD, codes[0].trim());
	return page;
}

await toTheEnd(gateway, browser, async () => {
	for (const n of [1, 2, 3]) await gateway.ussd("+21260000040" + n, WALK);
	const page = await somebody(await browser.newContext({ locale: "fr-FR" }), "amina", "counsellor,admin");
	const manager = await somebody(await browser.newContext({ locale: "fr-FR" }), "omar", "manager");
	const refs = await severalAtOnce(page);
	await checkinNow(page, refs[0]);
	await putAside(page, refs[2]);
	await warned(page, refs[0]);
	await merge(page, refs, manager);
	await holidays(page);
	check("nothing went wrong", page.trouble.length + manager.trouble.length === 0, [...page.trouble, ...manager.trouble]);
});
