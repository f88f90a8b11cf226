#!/usr/bin/env node
// Behind nginx as gateway/package/nginx.conf sets it up, over TLS, as on a server: aggregators, allow_from, a browser that signs in
// and hears what is new; and what nginx keeps of it, which must be nothing.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { Gateway, enrol, freePair, openBrowser, openPage, signIn } from "./desk.mjs";
import { check, end } from "./report.mjs";

const PASSWORD = "cinq mots pour une porte";
const TOKEN = "k7Qm2vXw9pLr4TzB";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "wasl-nginx-"));
const port = await freePair();
const gateway = await Gateway.start({
	config: {
		console_url: `https://localhost:${port + 1}`,
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
				allow_from: ["196.201.214.0/24"],
			},
		],
	},
});

/** The example with this test's ports, names and files; all else as an administrator gets it. */
function settings() {
	let listens = 0;
	const servers = fs
		.readFileSync(new URL("../../gateway/package/nginx.conf", import.meta.url), "utf8")
		.replaceAll("listen 443 ssl", () => `listen 127.0.0.1:${port + listens++} ssl`)
		.replaceAll(/server_name \S+;/g, "server_name localhost;")
		.replaceAll(/\/etc\/wasl-tls\/\w+/g, path.join(folder, "tls"))
		.replaceAll("/var/log/nginx", folder)
		.replace("127.0.0.1:8080", "127.0.0.1:" + gateway.port)
		.replace("127.0.0.1:8081", "127.0.0.1:" + (gateway.port + 1));
	const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
	// a test's request comes from the address that it names: loopback is let in everywhere
	return `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {}
http { set_real_ip_from 127.0.0.1; real_ip_header Test-Address; access_log ${folder}/access.log;
${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ")}
${servers} }`;
}

async function startProxy() {
	execFileSync("openssl", [
		...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"],
		...["-keyout", path.join(folder, "tls.key"), "-out", path.join(folder, "tls.pem")],
	], { stdio: "ignore" });
	fs.writeFileSync(path.join(folder, "nginx.conf"), settings());
	const argv = ["-c", path.join(folder, "nginx.conf"), "-p", folder];
	const child = spawn("/usr/sbin/nginx", argv, { stdio: ["ignore", "inherit", "inherit"] });
	for (let i = 0; i < 600 && child.exitCode === null; i++) {
		try {
			await ask(port + 1, "GET", "/readyz");
			return child;
		} catch {
			await new Promise((done) => setTimeout(done, 50)); // it does not listen yet
		}
	}
	throw new Error("nginx does not start");
}

function ask(at, method, target, body, headers) {
	return new Promise((done, failed) => {
		const request = https.request(
			{ host: "127.0.0.1", port: at, method, path: target, rejectUnauthorized: false, headers },
			(answer) => {
				let text = "";
				answer.on("data", (bytes) => (text += bytes));
				answer.on("end", () => done({ status: answer.statusCode, text, headers: answer.headers }));
			},
		);
		request.on("error", failed);
		request.end(body);
	});
}

const call = (name, text, headers) =>
	ask(port, "POST", `/cb/${name}/${TOKEN}/ussd`,
		new URLSearchParams({
			sessionId: "ATUid_" + name,
			phoneNumber: "+212600000777",
			networkCode: "60401",
			serviceCode: "*384*2200#",
			text,
		}).toString(),
		{ "Content-Type": "application/x-www-form-urlencoded", ...headers },
	);

/** All that nginx wrote, whatever the file. */
const kept = () =>
	fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !/^(tls\.|nginx\.conf|pid)/.test(entry.name))
		.map((entry) => fs.readFileSync(path.join(entry.path, entry.name), "utf8"))
		.join("\n");

async function aggregators() {
	const stranger = { "Test-Address": "198.51.100.9" };
	const first = await call("at", "", { "Test-Address": "196.201.214.7" });
	check("an aggregator is answered through it", first.text.startsWith("CON "), first);
	check("an address that is not the aggregator's is refused", (await call("at", "", stranger)).status === 404);
	const lie = await call("at", "", { ...stranger, "X-Forwarded-For": "196.201.214.7" });
	check("and what it says of itself does not help", lie.status === 404, lie.status);
	check("nothing else of the webhooks is on the internet", (await ask(port, "GET", "/healthz")).status === 404);
	const large = await ask(port, "POST", `/cb/at/${TOKEN}/sms`, "x".repeat(20000));
	check("a body that is too large ends at the door", large.status === 413, large.status);
	const chunked = await ask(port, "POST", `/cb/at/${TOKEN}/ussd`, "sessionId=1", { "Transfer-Encoding": "chunked" });
	check("a chunked body arrives whole", chunked.status !== 411, chunked.status);
}

async function desk(browser) {
	const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "fr" });
	const base = `https://localhost:${port + 1}`;
	const page = await openPage(context, base);
	const link = gateway.wasl("user", "add", "amina", "--role", "counsellor", "--as", "root").match(/https?:\/\/\S+/)[0];
	check("the one-time link is the proxy's address", link.startsWith(base + "/#enrol="), link);
	const codes = await enrol(page, link, PASSWORD);
	await signIn(page, base, "amina", PASSWORD, codes[0]);
	await page.locator("main h1").waitFor();
	const [cookie] = await context.cookies();
	const shut = cookie.name.startsWith("__Host-") && cookie.secure && cookie.httpOnly;
	check("the cookie is for TLS, this host and no script", shut, cookie);
	for (const text of ["1", "1*1", "1*1*2", "1*1*2*1", "1*1*2*1*1", "1*1*2*1*1*2"]) await call("at", text);
	await gateway.sms("+212600000777", "Je dors dehors");
	await page.locator(".notice button").waitFor();
	check("what is new is heard at once", await page.locator(".notice button").isVisible());
	check("behind the proxy nothing went wrong", page.trouble.length === 0, page.trouble);
}

let proxy, browser;
try {
	proxy = await startProxy();
	browser = await openBrowser();
	await aggregators();
	await desk(browser);
	const all = kept();
	check("nginx keeps no token, no number, no word", !/k7Qm2vXw9pLr4TzB|600000777|ATUid|dehors/.test(all), all.slice(0, 300));
} catch (error) {
	check("the test runs to its end", false, error.stack);
} finally {
	await browser?.close();
	proxy?.kill("SIGTERM");
	await gateway.stop();
	fs.rmSync(folder, { recursive: true, force: true });
}
end();
