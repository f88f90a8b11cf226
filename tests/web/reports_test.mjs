#!/usr/bin/env node
// The published year at the desk: asked for, drawn, fetched in each format, printed by Debian's chromium in French and in Arabic; and
// an export that is locked, with a programme's token shown once.
import fs from "node:fs";
import path from "node:path";
import { Gateway, enrol, openBrowser, openPage, saveOwn, signIn, toTheEnd, turn } from "./desk.mjs";
import { check } from "./report.mjs";

const PASSWORD = "cinq mots pour une porte";
const gateway = await Gateway.start();
for (const [kind, file] of [
	["cases", "f1.csv"],
	["cases", "f2.csv"],
	["historic", "historic.csv"],
])
	gateway.wasl("import", kind, "tests/data/programme/" + file);
const browser = await openBrowser();
const keep = process.env.KEEP; // a folder: what was printed is kept there, to be looked at

async function make(page, name, year) {
	await page.selectOption("#main form select[name=name] >> nth=0", name);
	await page.locator("#main form input[name=year]").first().fill(year);
	await page.locator("#main form button.first").first().click();
	await page.locator("#report-title").waitFor();
}

/** The text of what the browser would print, and how many pages that is. */
async function printed(page, name) {
	await page.emulateMedia({ media: "print" });
	const text = await page.locator("#main").innerText();
	const bytes = await page.pdf({ format: "A4", margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" } });
	await page.emulateMedia({ media: "screen" });
	if (keep) fs.writeFileSync(path.join(keep, name), bytes);
	return { text, pages: (bytes.toString("latin1").match(/\/Type\s*\/Page\b/g) ?? []).length };
}

async function download(page, click) {
	const [file] = await Promise.all([page.waitForEvent("download"), click()]);
	return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
}

await toTheEnd(gateway, browser, async () => {
	const link = gateway.wasl("user", "add", "nadia", "--role", "manager,me", "--as", "root").trim();
	const context = await browser.newContext({ locale: "fr-FR", timezoneId: "Africa/Casablanca", acceptDownloads: true });
	const page = await openPage(context, gateway.base);
	const codes = await enrol(page, link, PASSWORD);
	await signIn(page, gateway.base, "nadia", PASSWORD, codes[0]);

	await turn(page, "#/reports");
	const names = await page.locator("#main form select[name=name]").first().locator("option").count();
	check("the fifteen reports are those of the program", names === 15, names);
	await make(page, "year-from", "2020");
	const shown = await page.locator(".report").innerText();
	check("the year in a sentence", shown.includes("796 personnes retournées, dont 604 hommes et 192 femmes"), shown);
	check(
		"the countries in order",
		/Guinée[\s\S]*290[\s\S]*Côte d'Ivoire[\s\S]*215[\s\S]*Cameroun[\s\S]*95[\s\S]*Sénégal[\s\S]*60/.test(shown),
		shown,
	);
	check("percent as percent", /75,9\s%/.test(shown), shown);
	check("the note on funds", shown.includes("disponibilité des fonds"), shown);
	check("no columns of nothing", !shown.includes("Variation") && shown.includes("pas de chiffres auxquels comparer"), shown);
	const bars = page.locator(".drawn svg .fill");
	const widths = await bars.evaluateAll((all) => all.map((one) => Number(one.getAttribute("width"))));
	check("a bar in each row, the longest whole", widths.length > 8 && Math.max(...widths) === 100, widths);
	check("a bar says nothing to who hears the page", (await page.locator(".drawn svg:not([aria-hidden=true])").count()) === 0);
	const french = await printed(page, "year-from-fr.pdf");
	check("printed on one or two pages", french.pages >= 1 && french.pages <= 2, french.pages);
	check(
		"nothing of the desk on paper",
		!/Imprimer|Demander un rapport|Mes rapports|Exporter/.test(french.text) && /13\s800/.test(french.text),
		french.text,
	);

	const xlsx = await download(page, () => page.getByRole("button", { name: "XLSX (Excel, LibreOffice)" }).click());
	check("fetched as a spreadsheet", xlsx.name === "wasl-year-from.xlsx" && xlsx.bytes.subarray(0, 2).toString() === "PK", xlsx.name);
	const csv = await download(page, () => page.getByRole("button", { name: "CSV pour Excel en français" }).click());
	check("and as CSV", csv.name === "wasl-year-from.csv" && csv.bytes.toString().includes('"Hommes";604;0,7588'), csv.bytes.toString());

	const form = page.locator("#main form").nth(1);
	await form.locator("select[name=name]").selectOption("answers");
	await form.locator("select[name=format]").selectOption("floip");
	await form.locator("textarea[name=purpose]").fill("évaluation des parcours");
	await form.locator("button.first").click();
	const token = page.locator("code", { hasText: /^Token [\w-]{43}$/ });
	await token.waitFor();
	check("the token of a program is shown", (await token.count()) === 1);
	await form.locator("select[name=name]").selectOption("cases");
	await form.locator("select[name=format]").selectOption("xlsx");
	await form.locator("input[name=password]").fill("huit mots et plus");
	await form.locator("button.first").click();
	const locked = page.locator("a[download$='.zip']", { hasText: "wasl-cases" });
	await locked.waitFor();
	const zip = await download(page, () => locked.click());
	check("an export with a password is a ZIP", /^wasl-cases-\d{8}\.zip$/.test(zip.name) && zip.bytes.readUInt16LE(8) === 99, zip.name);

	await turn(page, "#/me");
	await saveOwn(page, "ar");
	await turn(page, "#/reports");
	await make(page, "year-to", "2020");
	const arabic = await printed(page, "year-to-ar.pdf");
	check(
		"in Arabic, from right to left",
		(await page.evaluate(() => document.documentElement.dir)) === "rtl" &&
			["السنة بالأرقام", "ألمانيا", "الدار البيضاء-سطات", "148", "137"].every((word) => arabic.text.includes(word)),
		arabic.text,
	);
	check("no word of French", !/[A-Za-zÀ-ÿ]{4,}/.test(arabic.text.replace(/AVRR Maroc|OIM Maroc, page AVRR|nadia/g, "")), arabic.text);
	check("nothing that should not have happened", page.trouble.length === 0, page.trouble.join("\n"));
});
