// What the tests in a browser share: a gateway of their own, an aggregator's posts, accounts, and Debian's chromium.
import { execFileSync, spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { check, end } from "./report.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
export const WASL = path.resolve(root, process.env.WASL ?? "build/debug/wasl");
const TOKEN = "k7Qm2vXw9pLr4TzB";
const PATIENCE_MS = 240000; // how slow a machine may be; nobody who gets an answer waits for it
export const CODE = "*384*2200#";

export async function freePair() {
	for (;;) {
		const port = 12000 + Math.floor(Math.random() * 20000);
		const free = (one) =>
			new Promise((done) => {
				const server = net.createServer();
				server.once("error", () => done(false));
				server.listen(one, "127.0.0.1", () => server.close(() => done(true)));
			});
		if ((await free(port)) && (await free(port + 1))) return port;
	}
}

/** A gateway in a folder of its own; demo: with the invented people and the phone in the browser. */
export class Gateway {
	static async start({ demo = false, config = {} } = {}) {
		const one = new Gateway();
		one.folder = fs.mkdtempSync(path.join(os.tmpdir(), "wasl-web-"));
		one.port = await freePair();
		one.base = `http://127.0.0.1:${one.port + 1}`;
		one.config = path.join(one.folder, "wasl.json");
		one.hook = `http://127.0.0.1:${one.port}/cb/` + (demo ? "demo/demo-token-of-27-characters/" : `at/${TOKEN}/`);
		const argv = demo
			? ["serve", "--demo", "--state", one.folder, "--port", String(one.port)]
			: ["serve", "-c", one.config];
		if (!demo) one.write(config);
		one.argv = argv;
		await one.launch();
		return one;
	}

	async launch(environment = {}) {
		this.output = "";
		this.process = spawn(WASL, this.argv, {
			cwd: root,
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, ...environment },
		});
		for (const stream of [this.process.stdout, this.process.stderr])
			stream.on("data", (bytes) => (this.output += bytes));
		this.ended = new Promise((done) => this.process.once("exit", done));
		for (let i = 0; i < 1200; i++) {
			if (this.process.exitCode !== null) throw new Error("the gateway does not start:\n" + this.output);
			try {
				if ((await fetch(this.base + "/readyz")).ok) return;
			} catch {
				// not yet
			}
			await new Promise((done) => setTimeout(done, 25));
		}
		throw new Error("the gateway is not ready:\n" + this.output);
	}

	/** Ends it and starts it again with its clock so many milliseconds ahead. */
	async restart(ahead) {
		this.process.kill("SIGTERM");
		await this.ended;
		await this.launch({ WASL_CLOCK_OFFSET_MS: String(ahead) });
	}

	write(config) {
		fs.mkdirSync(path.join(this.folder, "state"), { mode: 0o700 });
		fs.writeFileSync(path.join(this.folder, "wasl.key"), crypto.randomBytes(32).toString("hex") + "\n", { mode: 0o600 });
		const office = (id, name, region, more) => ({ id, name, country: "MA", regions: [region], ...more });
		fs.writeFileSync(
			this.config,
			JSON.stringify({
				public_url: "https://gw.example.org",
				listen: { webhooks: `127.0.0.1:${this.port}`, console: `127.0.0.1:${this.port + 1}` },
				state: path.join(this.folder, "state"),
				key_file: path.join(this.folder, "wasl.key"),
				flows: "", // those inside the program, whatever is installed on this machine
				countries: { MA: { sos: "112" } },
				offices: [
					office("RABAT", "Rabat", "MA-04", { default: true }),
					office("CASABLANCA", "Casablanca", "MA-06"),
					office("OUJDA", "Oujda", "MA-02"),
				],
				channels: [
					{
						id: "at",
						adapter: "africastalking",
						token: TOKEN,
						username: "iomavrr",
						api_key: "atsk_test_0001",
						sender: "IOM",
						country: "MA",
						base_url: "http://127.0.0.1:9",
					},
				],
				...config,
			}),
		);
	}

	wasl(...argv) {
		return execFileSync(WASL, [...argv, "-c", this.config], {
			cwd: root,
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
		});
	}

	/** As the aggregator posts it; body: pairs, or bytes that are a form already. */
	async post(hook, body) {
		const answer = await fetch(this.hook + hook, {
			method: "POST",
			headers: { "Content-Type": "application/x-www-form-urlencoded" },
			body: Buffer.isBuffer(body) || typeof body === "string" ? body : new URLSearchParams(body).toString(),
		});
		return { status: answer.status, text: await answer.text() };
	}

	/** A whole conversation by USSD; gives the last screen. */
	async ussd(number, inputs) {
		const session = "ATUid_" + crypto.randomBytes(8).toString("hex");
		let last = null;
		for (let i = 0; i <= inputs.length; i++) {
			last = await this.post("ussd", {
				sessionId: session,
				phoneNumber: number,
				networkCode: "99999",
				serviceCode: CODE,
				text: inputs.slice(0, i).join("*"),
			});
			if (last.text.startsWith("END")) break;
		}
		return last;
	}

	sms(number, text) {
		const id = crypto.randomBytes(8).toString("hex");
		return this.post("sms", { date: "2026-01-01 10:00:00", from: number, to: "IOM", text, id, networkCode: "99999" });
	}

	async stop() {
		if (this.process.exitCode === null) {
			this.process.kill("SIGTERM");
			const late = setTimeout(() => this.process.kill("SIGKILL"), 20000);
			await this.ended;
			clearTimeout(late);
		}
		fs.rmSync(this.folder, { recursive: true, force: true });
	}
}

/** What an authenticator app shows (RFC 6238). */
export function totp(secret, at = Date.now()) {
	const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()]
		.map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"))
		.join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
	const mac = crypto.createHmac("sha1", key).update(counter).digest();
	const from = mac[19] & 15;
	return String((mac.readUInt32BE(from) & 0x7fffffff) % 1000000).padStart(6, "0");
}

export function openBrowser() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: [
			"--headless",
			"--no-sandbox",
			"--disable-gpu",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--disable-dev-shm-usage",
			"--no-first-run",
		],
	});
}

/** A page that writes down whatever should not happen: errors, refusals of the policy, dialogs, requests to elsewhere. */
export async function openPage(context, base) {
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE_MS);
	page.trouble = [];
	page.on("pageerror", (error) => page.trouble.push("error: " + error.message));
	page.on("dialog", (dialog) => {
		page.trouble.push("dialog: " + dialog.message());
		dialog.dismiss();
	});
	page.on("console", (message) => {
		const text = message.text();
		if (message.type() === "error" && !/Failed to load resource|net::ERR_/.test(text))
			page.trouble.push("console: " + text);
	});
	page.on("request", (request) => {
		if (!request.url().startsWith(base) && !/^(data|about|blob):/.test(request.url()))
			page.trouble.push("elsewhere: " + request.url());
	});
	await page.addInitScript(() => {
		document.addEventListener("securitypolicyviolation", (event) =>
			console.error("policy: " + event.violatedDirective + " " + event.blockedURI),
		);
	});
	return page;
}

/** The account of `wasl user add`, opened in the browser as its owner would; gives the recovery codes. */
export async function enrol(page, link, password) {
	await page.goto(link);
	const secret = (await page.locator(".secret").textContent()).replace(/\s/g, "");
	await page.locator("input[name=password]").fill(password);
	const codes = page.locator(".codes li");
	for (let i = 0; i < 3 && !(await codes.count()); i++) { // on a slow machine a code may be past when it arrives
		await page.locator("input[name=code]").fill(totp(secret));
		await page.locator("button.first").click();
		await codes.or(page.locator(".trouble:not(:empty)")).first().waitFor();
	}
	return codes.allTextContents();
}

export async function signIn(page, base, user, password, code) {
	await page.goto(base + "/");
	await page.locator("input[name=user]").fill(user);
	await page.locator("input[name=password]").fill(password);
	await page.locator("input[name=code]").fill(code);
	await page.locator("button.first").click();
	await page.locator("nav #pages").waitFor({ state: "attached" });
}

const drawn = (page) =>
	page.waitForFunction(
		() => document.querySelector("#main h1:not([data-old])") && !document.querySelector("#main > p.hint:only-child"),
	);

/** Turns to a page and waits until it is drawn. */
export async function turn(page, hash) {
	await page.evaluate(
		(to) =>
			location.hash === to ||
			new Promise((told) => {
				addEventListener("hashchange", told, { once: true }); // the desk listened first: the old page is gone then
				location.hash = to;
			}).then(() => true),
		hash,
	);
	await drawn(page);
}

/** Saves the own settings, in that language if one is named: the whole desk is drawn anew with them. */
export async function saveOwn(page, language) {
	if (language) await page.locator("select[name=language]").selectOption(language);
	await page.evaluate(() => document.querySelector("#main h1").setAttribute("data-old", ""));
	await page.locator("#main form button.first").first().click();
	await drawn(page);
}

/** Runs the walk; whatever happens, nothing stays running and the sum is printed. */
export async function toTheEnd(gateway, browser, run) {
	try {
		await run();
	} catch (error) {
		check("the test runs to its end", false, error.stack);
	} finally {
		await browser.close();
		await gateway.stop();
	}
	end();
}
