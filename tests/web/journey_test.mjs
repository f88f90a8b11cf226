#!/usr/bin/env node
// From the queue to a person who is helped, in French and in Arabic, with at most three clicks an act (issue 6).
import { Gateway, enrol, openBrowser, openPage, signIn, toTheEnd } from "./desk.mjs";
import { check } from "./report.mjs";

const PASSWORD = "cinq mots pour une porte";
const ROLES = "counsellor,protection,manager";

const gateway = await Gateway.start({
	config: { countries: { MA: { sos: "112", quiet_hours: "03:00-03:01", quiet_days: [] } } },
});
const browser = await openBrowser();

/** Counts what a person presses; typing is not counted. */
class Hand {
	constructor(page) {
		this.page = page;
		this.clicks = 0;
	}
	async click(locator) {
		this.clicks++;
		await locator.click();
	}
	async choose(select, value) {
		this.clicks++;
		await select.selectOption(value);
	}
	within(promise, most) {
		check(`${promise}: at most ${most} clicks`, this.clicks <= most, this.clicks);
		this.clicks = 0;
	}
}

/** The gateway took what the panel said; when it did not, what it said to that. */
async function taken(page) {
	const form = page.locator("#panel form");
	await form.waitFor({ state: "detached" }).catch(async () => {
		throw new Error("refused: " + (await form.locator(".trouble").innerText()));
	});
}

async function journey(page, language, ill) {
	const hand = new Hand(page);
	await page.goto(gateway.base + "/#/queue");
	await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
	const first = page.locator(".queue .row").first();
	await first.waitFor();
	check(
		`${language}: the most urgent stands first, with why`,
		/P1|P2/.test(await first.locator(".priority").innerText()) && (await first.locator(".why").innerText()).length > 3,
	);
	const row = page.locator(`.queue .row[data-ref="${ill}"]`);
	await hand.click(row.locator("a.case"));
	await page.locator("article.casefile").waitFor();
	check(`${language}: the case says why`, (await page.locator(".casehead .why").innerText()).length > 3);
	hand.within(`${language}: find and read`, 1);

	await hand.click(page.locator('[data-act="call"]'));
	await hand.click(page.locator('#panel input[value="REACHED"]'));
	await hand.click(page.locator("#panel button.first"));
	await taken(page);
	hand.within(`${language}: record a call`, 3);

	const text = language === "ar" ? "سنتصل بك غدا صباحا." : "Nous vous rappelons demain matin.";
	await page.locator("#reply").fill(text);
	await hand.click(page.locator(".reply button.first"));
	await page.locator(".toast button").waitFor();
	hand.within(`${language}: answer by SMS`, 1);
	await page.locator(".toast button").click();
	await page.waitForFunction((wanted) => document.querySelector("#reply").value === wanted, text);
	check(`${language}: undo gives the text back`, true);
	await page.locator(".reply button.first").click();
	await page.locator(".message.out", { hasText: text }).first().waitFor();
	check(`${language}: the SMS stands in the timeline`, true);

	await hand.click(page.locator('[data-act="refer"]'));
	await hand.choose(page.locator("#panel select[name=service]"), "HEALTH");
	await page.locator("#panel input[name=organisation]").fill("CARITAS");
	await hand.click(page.locator("#panel button.first"));
	await taken(page);
	check(`${language}: the referral is there`, (await page.locator("#part-referrals ~ div li").count()) > 0);
	hand.within(`${language}: refer`, 3);

	await hand.click(page.locator('[data-act="returned"]'));
	await page.locator("#panel input[type=date]").fill(new Date().toISOString().slice(0, 10));
	await hand.click(page.locator("#panel button.first"));
	await taken(page);
	await page.locator("#part-checkins ~ div tbody tr").first().waitFor();
	check(
		`${language}: the check-ins are scheduled`,
		(await page.locator("#part-checkins ~ div tbody tr").count()) >= 5,
		await page.locator("#part-checkins ~ div").innerText(),
	);
	hand.within(`${language}: set the return date`, 3);

	await hand.click(page.locator('[data-act="note"]'));
	await page.locator("#panel textarea").fill("Vu au bureau.");
	await hand.click(page.locator("#panel button.first"));
	await taken(page);
	hand.within(`${language}: a note`, 2);
}

async function run() {
	const ill = ["1", "1", "2", "1", "1", "1", "2", "1", "1", "1", "3", "2", "2", "2", "4", "1", "1"];
	const numbers = { fr: "+212600000501", ar: "+212600000502" };
	await gateway.ussd(numbers.fr, ill);
	await gateway.ussd(numbers.ar, ill);
	await gateway.ussd("+212600000503", ["1", "1", "1", "1", "2"]);
	for (const language of ["fr", "ar"]) {
		const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
		const page = await openPage(context, gateway.base);
		const link = gateway
			.wasl("user", "add", "amina-" + language, "--name", "Amina " + language, "--role", ROLES, "--language", language)
			.match(/https?:\/\/\S+/)[0];
		const codes = await enrol(page, link.replace(/^https?:\/\/[^/]+/, gateway.base), PASSWORD);
		await signIn(page, gateway.base, "amina-" + language, PASSWORD, codes[0]);
		await page.locator(".queue .row").first().waitFor();
		const refs = await page.locator(".queue .row").evaluateAll((rows) => rows.map((row) => row.dataset.ref));
		const mine = refs[language === "fr" ? 1 : 2] ?? refs[0];
		gateway.wasl(
			"case",
			"set",
			mine,
			"consent_checkins=yes",
			"checkin_safe=yes",
			"--as",
			"amina-" + language,
			"--reason",
			"agreed by voice",
		);
		await journey(page, language, mine);
		check(`${language}: nothing went wrong`, page.trouble.length === 0, page.trouble);
		await context.close();
	}
}

await toTheEnd(gateway, browser, run);
