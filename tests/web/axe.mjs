// Whether a page can be used by everybody: axe-core, and its size.
import fs from "node:fs";
import { createRequire } from "node:module";
import { check } from "./report.mjs";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function axe(page, promise) {
	await page.evaluate(AXE);
	await page.evaluate(() => document.getAnimations().forEach((one) => one.finish())); // half-way in, nothing has its contrast
	const found = await page.evaluate(() =>
		// eslint-disable-next-line no-undef
		axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
			resultTypes: ["violations"],
		}),
	);
	const words = found.violations.map(
		(one) =>
			`${one.id}: ${one.nodes
				.slice(0, 3)
				.map((node) => node.html.slice(0, 160))
				.join(" ; ")}`,
	);
	check(promise + ": axe finds nothing", words.length === 0, words.join(" | "));
}

/** Nothing beside the page at 320 px, and nothing too small to hit. */
export async function fits(page, promise) {
	const over = await page.evaluate(() => ({
		page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
		small: [...document.querySelectorAll("button, select, summary, input:not([type=checkbox]):not([type=radio])")]
			.filter((node) => node.checkVisibility() && !node.closest(".unseen"))
			.map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
			.filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
			.map(([html]) => html),
	}));
	check(promise + ": no sideways scroll at 320 px", over.page <= 0, over);
	check(promise + ": targets of 24 px", over.small.length === 0, over.small);
}
