#!/usr/bin/env node
// The desk in a real browser, against a real gateway: the door, every page in every language, the keyboard, what is live, what
// happens when the line is lost or nobody sits there.
import { Gateway, enrol, openBrowser, openPage, saveOwn, signIn, toTheEnd, totp, turn } from "./desk.mjs";
import { axe, fits } from "./axe.mjs";
import { check } from "./report.mjs";

const PASSWORD = "cinq mots pour une porte";
const ROLES = "operator,counsellor,protection,psea,me,manager,admin,auditor";
const LANGUAGES = ["fr", "en", "ar"];

const gateway = await Gateway.start();
const browser = await openBrowser();

async function people() {
	const whole = ["1", "1", "2", "1", "1", "1", "1", "1", "3", "0", "1", "2", "4", "1", "1"];
	const ill = ["1", "1", "2", "1", "1", "1", "2", "1", "1", "1", "3", "2", "2", "2", "4", "1", "1"];
	await gateway.ussd("+212600000301", whole);
	await gateway.ussd("+212600000302", ill);
	await gateway.ussd("+212600000303", ["3", "1", "2", "1", "1", "3", "1", "1", "1", "0", "2", "2", "1", "4", "1"]);
	await gateway.ussd("+212600000304", ["1", "1", "1", "1", "2"]);
	await gateway.sms("+212600000301", "Bonjour, avez-vous des nouvelles ?");
	await gateway.sms("+212600000303", "سلام، متى تتصلون؟");
}

async function everyPage(context, refs) {
	const page = await openPage(context, gateway.base);
	const pages = [
		"queue",
		"queue?folder=mine",
		"case/" + refs[0],
		"case/00000000",
		"alerts",
		"alerts?state=closed",
		"tasks",
		"search",
		"dashboard",
		"flows",
		"flows/return_request",
		"reports",
		"approvals",
		"glass",
		"glass?state=reviewed",
		"channels",
		"admin",
		"admin/users",
		"admin/canned",
		"admin/offices",
		"admin/holidays",
		"audit",
		"me",
	];
	for (const language of LANGUAGES) {
		await page.setViewportSize({ width: 1280, height: 900 });
		await page.goto(gateway.base + "/");
		await page.locator("nav #pages").waitFor({ state: "attached" });
		await turn(page, "#/me");
		await saveOwn(page, language);
		check(
			`${language}: the direction is right`,
			(await page.evaluate(() => document.documentElement.dir)) === (language === "ar" ? "rtl" : "ltr"),
		);
		for (const name of pages) {
			const promise = `${language} ${name.replace(/\d{8}/, "…")}`;
			await page.emulateMedia({ colorScheme: language === "en" ? "dark" : "light" });
			await turn(page, "#/" + name);
			check(
				promise + ": the gateway gave it",
				(await page.locator("main > h1 + .trouble").count()) === 0,
				await page
					.locator("main")
					.innerText()
					.then((text) => text.slice(0, 200)),
			);
			check(promise + ": the title is neutral", /^(\(\d+\) )?Wasl$/.test(await page.title()), await page.title());
			await axe(page, promise);
			await page.setViewportSize({ width: 320, height: 640 });
			await fits(page, promise);
			await page.setViewportSize({ width: 1280, height: 900 });
		}
		check(
			`${language}: no word is missing`,
			(await page.evaluate(() => document.documentElement.dataset.missing ?? "")) === "",
			await page.evaluate(() => document.documentElement.dataset.missing),
		);
		check(`${language}: nothing went wrong`, page.trouble.length === 0, page.trouble);
		page.trouble.length = 0;
	}
	await turn(page, "#/me");
	await saveOwn(page, "fr");
	await page.close();
}

async function doors(context) {
	const page = await openPage(context, gateway.base);
	await page.goto(gateway.base + "/#enrol=" + "x".repeat(43));
	await page.locator(".trouble").waitFor();
	check("a link that is none says so", (await page.locator("h1").count()) === 1);
	check("a one-time link does not stay in the address", !page.url().includes("enrol"));
	await axe(page, "door: spent link");
	await page.goto(gateway.base + "/");
	await page.locator("input[name=user]").waitFor();
	for (const language of LANGUAGES) {
		await page.locator(`footer button[lang=${language}]`).click();
		await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
		await axe(page, "door: sign in " + language);
		await page.setViewportSize({ width: 320, height: 640 });
		await fits(page, "door: sign in " + language);
		await page.setViewportSize({ width: 1280, height: 900 });
	}
	const fields = await page.locator("input").evaluateAll((list) => list.map((one) => one.autocomplete));
	check(
		"password managers and code fields are served",
		fields.join() === "username,current-password,one-time-code",
		fields,
	);
	await page.locator("input[name=user]").fill("nobody");
	await page.locator("input[name=password]").fill("wrong");
	await page.locator("input[name=code]").fill("000000");
	await page.locator("button.first").click();
	await page.locator(".trouble:not(:empty)").waitFor();
	check("a wrong sign-in is told", (await page.locator(".trouble").innerText()).length > 5);
	check("nobody is in", (await page.locator("nav #pages").count()) === 0);
	await page.locator("footer button[lang=fr]").click();
	check("the doors: nothing went wrong", page.trouble.length === 0, page.trouble);
	await page.close();
}

const refsOf = (page) => page.locator(".queue .row").evaluateAll((rows) => rows.map((row) => row.dataset.ref));

async function keyboard(page) {
	await turn(page, "#/queue");
	const refs = await refsOf(page);
	const focused = () => page.evaluate(() => document.activeElement.closest("[data-ref]")?.dataset.ref ?? null);
	const comes = (selector) => page.locator(selector).waitFor().then(
		() => true,
		() => false,
	); // a form is fetched when it is first wanted
	await page.keyboard.press("j");
	check("j goes to the first case", (await focused()) === refs[0]);
	await page.keyboard.press("j");
	check("j goes on", (await focused()) === refs[1]);
	await page.keyboard.press("k");
	check("k goes back", (await focused()) === refs[0]);
	await page.keyboard.press("?");
	check("? shows the keys", await page.locator("dialog table").isVisible());
	await page.keyboard.press("j");
	check("a window keeps the keys to itself", await page.locator("dialog[open]").isVisible());
	await page.keyboard.press("Escape");
	await page.locator("dialog").waitFor({ state: "detached" });
	check("Escape closes it", true);
	await page.keyboard.press("j");
	await page.keyboard.press("k");
	await page.keyboard.press("Enter");
	await page.locator("article.casefile").waitFor();
	check("Enter opens the case", page.url().endsWith(refs[0]));
	await page.keyboard.press("r");
	check("r goes to the reply", await comes("#reply:focus"));
	await page.keyboard.type("j?/");
	check("letters are letters in a text", (await page.locator("#reply").inputValue()) === "j?/");
	await page.locator("#reply").fill("");
	await page.keyboard.press("Escape");
	await page.keyboard.press("n");
	check("n opens a note", await comes("#panel textarea"));
	await page.keyboard.press("Escape");
	await page.keyboard.press("e");
	check("e opens the fields", await comes("#panel select[name=status]"));
	await page.keyboard.press("Escape");
	await page.keyboard.press("/");
	check("/ searches", await comes("main form[role=search]"));
	await turn(page, "#/queue");
	await page.keyboard.press("Tab");
	const tabbed = new Set();
	for (let i = 0; i < 60; i++) {
		await page.keyboard.press("Tab");
		const at = await page.evaluate(() => {
			const node = document.activeElement;
			const box = node.getBoundingClientRect();
			return {
				tag: node.tagName,
				ring: getComputedStyle(node).outlineStyle !== "none",
				seen: box.bottom > 0 && box.top < innerHeight,
				html: node.outerHTML.slice(0, 60),
			};
		});
		if (at.tag === "BODY") break;
		tabbed.add(at.html);
		if (!at.ring || !at.seen) check("what has the focus is seen: " + at.html, false, at);
	}
	check("Tab walks over the page", tabbed.size > 8, [...tabbed]);
	await turn(page, "#/queue?priority=P4&folder=all");
	await page.getByRole("button", { name: "Garder cette vue" }).click();
	await page.locator('.views a[aria-current="true"]').waitFor();
	await turn(page, "#/queue");
	check("a view that was kept stands beside the folders", (await page.locator(".views a").allInnerTexts()).join() === "P4");
	await page.locator(".views a").click();
	await page.getByRole("button", { name: "Ne plus garder cette vue" }).click();
	await page.locator(".views a").waitFor({ state: "detached" });
	await turn(page, "#/me");
	await page.locator("input[name=shortcuts]").uncheck();
	await saveOwn(page);
	await turn(page, "#/queue");
	await page.keyboard.press("j");
	check("single keys can be switched off", (await focused()) === null);
	await turn(page, "#/me");
	await page.locator("input[name=shortcuts]").check();
	await saveOwn(page);
}

const linesOfAudit = () =>
	Number(JSON.parse(gateway.wasl("--json", "query", "SELECT count(*) AS n FROM v_audit").trim())[0].n);

/** A page whose code comes late, over a weak line, must not be drawn over the one that was asked for since. */
async function latePage(context) {
	const page = await openPage(context, gateway.base);
	let give;
	const wanted = new Promise((seen) => page.route("**/search.js", (route) => ((give = () => route.continue()), seen())));
	await page.goto(gateway.base + "/#/queue");
	await page.locator(".queue .row").first().waitFor();
	await page.evaluate(() => (location.hash = "#/search"));
	await wanted;
	await turn(page, "#/queue");
	await page.locator(".queue .row").first().waitFor();
	const came = page.waitForResponse("**/search.js");
	give();
	await (await came).finished();
	await page.evaluate(() => import("/search.js")); // run by now
	check("a page that comes late draws over no other", await page.locator(".queue .row").first().isVisible());
	check("the late page: nothing went wrong", page.trouble.length === 0, page.trouble);
	await page.close();
}

/** A page that only stands there must not fill the audit, nor wake itself. */
async function quiet(page) {
	await turn(page, "#/queue");
	await page.locator(".queue .row").first().waitFor();
	await page.waitForTimeout(2500);
	const before = linesOfAudit();
	await page.waitForTimeout(4000);
	const after = linesOfAudit();
	check("a desk that only looks writes nothing", after === before, [before, after]);
}

async function live(page) {
	await turn(page, "#/queue");
	const before = await refsOf(page);
	await page.keyboard.press("j");
	await gateway.ussd("+212600000309", ["1", "1", "1", "1", "2"]);
	await page.locator(".notice button").waitFor();
	check(
		"a new case is announced",
		/1/.test(await page.locator(".notice").innerText()),
		await page.locator(".notice").innerText(),
	);
	check("no row moved under the cursor", (await refsOf(page)).join() === before.join());
	await page.keyboard.press(".");
	await page.waitForFunction((n) => document.querySelectorAll(".queue .row").length > n, before.length);
	check(". shows it", (await refsOf(page)).length === before.length + 1);
	check(
		"the focus stayed with its case",
		(await page.evaluate(() => document.activeElement.closest("[data-ref]")?.dataset.ref)) === before[0],
	);

	const ref = before.find((one) => one !== null);
	await turn(page, "#/case/" + ref);
	await page.locator(".timeline .message").first().waitFor();
	const shown = await page.locator(".timeline .message").count();
	check("the case shows its messages", shown > 0);
	await page.locator(".answers dd button").first().click();
	await page.waitForFunction(() => document.activeElement.matches(".message.in"));
	check("an answer leads to the message in which it was given", true);
}

/** A clock that was put on stays on for all pages of its browser: that of the others goes on as it was. */
async function withOwnClock(code, test) {
	const context = await browser.newContext();
	const door = await openPage(context, gateway.base);
	await signIn(door, gateway.base, "amina", PASSWORD, code);
	await door.close();
	await test(context);
	await context.close();
}

async function lostLine(context) {
	const page = await openPage(context, gateway.base);
	await page.clock.install();
	await page.route("**/api/v1/events", (route) => route.abort());
	await page.goto(gateway.base + "/#/queue");
	await page.locator(".queue .row").first().waitFor();
	check("no banner at first", (await page.locator(".stage .warning").count()) === 0);
	let polled = 0;
	page.on("request", (request) => (polled += request.url().includes("/api/v1/counts") ? 1 : 0));
	await page.clock.runFor(65000);
	check("a line that is lost is told", await page.locator(".stage .warning").isVisible());
	check("and the page polls", polled > 0);
	await page.unroute("**/api/v1/events");
	await page.clock.runFor(35000);
	await page.locator(".stage .warning").waitFor({ state: "detached" });
	check("the banner goes when the line is back", true);
	await page.close();
}

async function nobodyThere(context) {
	const page = await openPage(context, gateway.base);
	await page.clock.install();
	await page.goto(gateway.base + "/#/queue");
	await page.locator(".queue .row").first().waitFor();
	await page.clock.runFor(110000);
	check("before two minutes it is there", await page.locator(".queue").isVisible());
	await page.clock.runFor(15000);
	check(
		"after two minutes it is blank",
		(await page.locator(".blank").isVisible()) && !(await page.locator(".queue").isVisible()),
	);
	await axe(page, "blank");
	await page.locator(".blank button").click();
	check("one key brings it back", await page.locator(".queue").isVisible());
	const asks = page.locator("dialog[role=alertdialog]");
	let seconds = 125;
	for (; seconds < 960 && !(await asks.isVisible()); seconds += 15) {
		await page.clock.runFor(15000);
		await page.mouse.move(10 + (seconds % 100), 20);
	}
	check("before the end it asks", await asks.isVisible(), await page.locator("body").innerText());
	check("and not long before", seconds > 750 && seconds < 910, seconds);
	await page.locator("dialog[role=alertdialog] button").click();
	await page.locator("dialog[role=alertdialog]").waitFor({ state: "detached" });
	check("one key stays", await page.locator("nav #pages").isVisible());
	await page.close();
}

async function paper(page, ref) {
	await turn(page, "#/case/" + ref);
	await page.emulateMedia({ media: "print" });
	check(
		"on paper there is no navigation",
		!(await page.locator("nav").isVisible()) && !(await page.locator(".tools").isVisible()),
	);
	check(
		"on paper there is the case",
		(await page.locator(".facts").first().isVisible()) && (await page.locator(".timeline").first().isVisible()),
	);
	await page.emulateMedia({ media: "screen" });
}

/** A person of the staff in a browser of her own. */
async function colleague(user, ...argv) {
	const page = await openPage(await browser.newContext(), gateway.base);
	const link = gateway
		.wasl("user", "add", user, ...argv)
		.match(/https?:\/\/\S+/)[0]
		.replace(/^https?:\/\/[^/]+/, gateway.base);
	const codes = await enrol(page, link, PASSWORD);
	await signIn(page, gateway.base, user, PASSWORD, codes[0]);
	return page;
}

/** A case of another office is opened with a reason, and the manager looks at it. */
async function glass() {
	const { ref, office } = JSON.parse(gateway.wasl("--json", "query", "SELECT ref, office FROM v_case WHERE age_band <> 'U18'"))[0];
	const opener = await colleague("oumaima", "--role", "counsellor", "--office", office === "OUJDA" ? "RABAT" : "OUJDA");
	const manager = await colleague("maha", "--role", "manager");
	await turn(opener, "#/case/" + ref);
	await opener.locator("main summary").click();
	await opener.locator("textarea[name=reason]").fill("La collègue est malade");
	await opener.locator("main form button.first").click();
	await opener.locator("article.casefile").waitFor();
	check("what is refused is not offered", (await opener.locator(".owner button").count()) === 0);
	await turn(manager, "#/glass");
	const words = await manager.locator(".duty").innerText();
	check("the manager reads who, where and why", [/oumaima/, new RegExp(ref), /La collègue est malade/].every((one) => one.test(words)), words);
	await axe(manager, "glass to review");
	await manager.getByRole("button", { name: "Justifié", exact: true }).click();
	await manager.locator("dialog[open] button.first").click();
	await manager.locator(".duty").waitFor({ state: "detached" });
	await turn(manager, "#/glass?state=reviewed");
	check("and whose finding it was", /maha/.test(await manager.locator(".duty").innerText()));
	for (const page of [opener, manager]) {
		check("glass: nothing went wrong", page.trouble.length === 0, page.trouble);
		await page.context().close();
	}
}

/** The own account, and the password again before what is grave. */
async function account(context) {
	const page = await openPage(context, gateway.base);
	await page.goto(gateway.base + "/");
	await page.locator("nav #pages").waitFor({ state: "attached" });
	await turn(page, "#/me");
	const other = await browser.newContext();
	await page.locator("input[name=password]").fill(PASSWORD);
	await page.locator("input[name=new]").fill(PASSWORD + " neuve");
	await page.locator("main form", { has: page.locator("input[name=new]") }).locator("button.first").click();
	await page.locator(".toast").first().waitFor();
	check("another password: the desk goes on", (await page.locator("nav #pages").count()) === 1);
	await page.getByRole("button", { name: "Changer d’application" }).click();
	const secret = (await page.locator(".secret").textContent()).replace(/\s/g, "");
	await axe(page, "another app");
	await page.locator("input[name=code]").fill(totp(secret));
	await page.getByRole("button", { name: "Activer la nouvelle application" }).click();
	await page.locator(".codes li").first().waitFor();
	const codes = await page.locator(".codes li").allTextContents();
	check("another app: ten new recovery codes", codes.length === 10, codes);
	const second = await openPage(other, gateway.base);
	await signIn(second, gateway.base, "amina", PASSWORD + " neuve", codes[0]);
	await other.close();
	await gateway.restart(6 * 60 * 1000);
	await turn(page, "#/admin/users");
	await page.getByRole("button", { name: "Ouvrir un compte" }).click();
	const form = page.locator("dialog form", { has: page.locator("input[name=user]") });
	await form.locator("input[name=user]").fill("nadia");
	await form.locator("input[name=name]").fill("Nadia");
	await form.locator("button.first").click();
	const window = page.locator("dialog[open]", { has: page.locator("input[type=password]") });
	await window.waitFor();
	await axe(page, "the password again");
	await window.locator("input[type=password]").fill("nicht das");
	await window.locator("button.first").click();
	await window.locator(".trouble:not(:empty)").waitFor();
	await window.locator("input[type=password]").fill(PASSWORD + " neuve");
	await window.locator("button.first").click();
	await page.getByText("#enrol=").first().waitFor();
	check("the password again, and what was asked for is done", (await window.count()) === 0);
	await page.close();
}

async function fewRoles() {
	const context = await browser.newContext();
	const page = await openPage(context, gateway.base);
	const link = gateway
		.wasl("user", "add", "audrey", "--name", "Audrey", "--role", "auditor")
		.match(/https?:\/\/\S+/)[0]
		.replace(/^https?:\/\/[^/]+/, gateway.base);
	const codes = await enrol(page, link, PASSWORD);
	await signIn(page, gateway.base, "audrey", PASSWORD, codes[0]);
	const seen = await page.locator("nav #pages a").evaluateAll((list) => list.map((one) => one.hash));
	check(
		"an auditor is offered the audit, no people",
		seen.includes("#/audit") && !seen.includes("#/queue") && !seen.includes("#/search"),
		seen,
	);
	await page.evaluate(() => (location.hash = "#/queue"));
	await page.waitForFunction(() => location.hash !== "#/queue");
	check("and is sent away from the queue", (await page.locator(".queue").count()) === 0);
	await context.close();
}

async function run() {
	await people();
	const context = await browser.newContext();
	await doors(context);
	const page = await openPage(context, gateway.base);
	const link = gateway
		.wasl("user", "add", "amina", "--name", "Amina Benali", "--role", ROLES)
		.match(/https?:\/\/\S+/)[0]
		.replace(/^https?:\/\/[^/]+/, gateway.base);
	const codes = await enrol(page, link, PASSWORD);
	check("ten recovery codes are given", codes.length === 10, codes.length);
	await axe(page, "door: recovery codes");
	await signIn(page, gateway.base, "amina", PASSWORD, codes[0]);
	await page.locator(".queue .row").first().waitFor();
	const refs = await refsOf(page);
	const classes = await page.locator(".queue .priority").allInnerTexts();
	check(
		"the gravest come first",
		classes.map((text) => text.match(/P\d/)[0]).every((one, i, all) => i === 0 || all[i - 1] <= one),
		classes,
	);
	check(
		"each says why in words",
		(await page.locator(".queue .why").allInnerTexts()).every((text) => text.length > 3),
	);
	await keyboard(page);
	await latePage(context);
	await quiet(page);
	await live(page);
	await paper(page, refs[0]);
	check("the desk: nothing went wrong", page.trouble.length === 0, page.trouble);
	await everyPage(context, refs);
	await withOwnClock(codes[1], lostLine);
	await withOwnClock(codes[2], nobodyThere);
	await fewRoles();
	await glass();
	await account(context);
	await page.goto(gateway.base + "/");
	await page.locator("header .bare").last().click();
	await page.locator("input[name=password]").waitFor();
	await page.goBack().catch(() => {});
	check("after signing out nothing is left", (await page.locator(".queue").count()) === 0);
}

await toTheEnd(gateway, browser, run);
