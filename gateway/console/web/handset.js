// A phone in the browser, for the demo only: USSD at the size of a small screen, an SMS inbox, and a network that fails on request.
import { fill, h, ltr, said } from "./dom.js";
import { get, post } from "./api.js";
import { explain } from "./forms.js";
import { firstLanguage, gatewayNow, moment, number as figure, plural, t, tellTime, use } from "./i18n.js";
import { languageButtons } from "./languages.js";
import { measure } from "./sms.js";
import { Ussd, deliver, sms } from "./handset_net.js";

const POLL_MS = 1500;
let facts = null;
let phone = null;

function newPhone(number) {
	return { number, ussd: null, screen: null, ended: false, inbox: [], after: 0, held: [], last: null };
}

async function guarded(run) {
	const trouble = document.querySelector("#trouble");
	fill(trouble);
	try {
		return await run();
	} catch (error) {
		if (error.type === undefined) console.error(error);
		fill(trouble, explain(error));
		return null;
	}
}

// ---- the screen

function shownScreen() {
	if (phone.screen === null) return [h("p", { class: "soft" }, t("handset.dial.hint"))];
	const m = measure(phone.screen);
	return [
		said(phone.screen, { class: "said ussdtext" }),
		h(
			"p",
			{ class: "meta" },
			ltr(figure(m.units.reduce((sum, n) => sum + n, 0)) + " / " + (m.encoding === "GSM-7" ? "160" : "80")),
			phone.ended ? [" · ", t("handset.ended")] : null,
		),
	];
}

function drawScreen() {
	fill(document.querySelector("#screen"), shownScreen());
	const open = Boolean(phone.ussd?.open);
	for (const node of document.querySelectorAll("[data-open]")) node.disabled = !open;
	document.querySelector("#again").disabled = !phone.ussd?.last;
	if (open) document.querySelector("#answer").focus();
}

async function step(run) {
	await guarded(async () => {
		const heard = await run();
		phone.screen = heard.text ?? t("handset.nothing", { status: heard.status });
		phone.ended = heard.ended;
		drawScreen();
	});
}

function dial(code) {
	if (phone.ussd?.open) phone.ussd.end("Incomplete");
	phone.ussd = new Ussd(phone.number, code);
	return step(() => phone.ussd.hop());
}

function drop() {
	phone.ussd?.end("Incomplete");
	phone.ended = true;
	drawScreen();
}

// ---- messages

function drawInbox() {
	const list = document.querySelector("#inbox");
	fill(
		list,
		[...phone.inbox]
			.reverse()
			.map((message) =>
				h(
					"li",
					{ class: "message " + (message.mine ? "out" : "in") },
					h(
						"p",
						{ class: "meta" },
						message.mine ? t("handset.sent") : ltr(facts.sender),
						" · ",
						h("time", null, moment(new Date(message.at).toISOString())),
						message.note ? [" · ", message.note] : null,
					),
					said(message.text),
				),
			),
	);
	document.querySelector("#noinbox").hidden = phone.inbox.length > 0;
	const held = phone.held.length;
	document.querySelector("#held").textContent = held ? plural("handset.held", held) : "";
	for (const node of document.querySelectorAll("[data-held]")) node.disabled = !held;
}

async function poll() {
	if (document.visibilityState !== "visible") return;
	const mine = phone;
	try {
		const { messages, now_ms: now } = await post("/demo/handset/inbox", { number: mine.number, after: mine.after });
		tellTime(now);
		document.querySelector("#clock").textContent = moment(new Date(now).toISOString());
		if (messages.length === 0 || mine !== phone) return;
		mine.after = messages.at(-1).seq;
		mine.inbox.push(...messages.map((message) => ({ at: message.at_ms, text: message.text })));
		drawInbox();
	} catch {
		// the next poll tries again
	}
}

async function write(text) {
	const message = sms(phone.number, facts.sender, text);
	const entry = { at: gatewayNow(), text, mine: true };
	phone.inbox.push(entry);
	if (document.querySelector("#hold").checked) {
		phone.held.push([message, entry]);
		entry.note = t("handset.waits");
	} else {
		const twice = document.querySelector("#twice").checked;
		await deliver(message);
		if (twice) await deliver(message);
		entry.note = t(twice ? "handset.twice.done" : "handset.delivered");
	}
	drawInbox();
}

async function release(backwards) {
	const held = backwards ? phone.held.reverse() : phone.held;
	phone.held = [];
	for (const [message, entry] of held) {
		await deliver(message);
		entry.note = t("handset.late");
	}
	drawInbox();
}

// ---- the page

function button(label, run, attributes = {}) {
	return h("button", { type: "button", ...attributes, onclick: () => guarded(run) }, label);
}

function telephone() {
	const keys = [..."123456789*0#"].map((key) =>
		h(
			"button",
			{
				type: "button",
				class: "key",
				"data-open": "",
				onclick: () => {
					const answer = document.querySelector("#answer");
					answer.value += key;
					answer.focus();
				},
			},
			key,
		),
	);
	return h(
		"section",
		{ class: "phonebody", "aria-label": t("handset.phone") },
		h("div", { id: "screen", class: "ussd", role: "status", "aria-live": "polite" }),
		h(
			"form",
			{
				class: "dial",
				onsubmit: (event) => {
					event.preventDefault();
					const box = event.target.elements.answer;
					const typed = box.value.trim();
					if (!typed || !phone.ussd?.open) return;
					box.value = "";
					step(() => phone.ussd.hop(typed));
				},
			},
			h("label", { class: "unseen", for: "answer" }, t("handset.answer")),
			h("input", { id: "answer", name: "answer", dir: "ltr", autocomplete: "off", maxlength: 160, "data-open": "" }),
			h("button", { class: "first", "data-open": "" }, t("reply.send")),
		),
		h("div", { class: "keypad", dir: "ltr" }, keys),
		h(
			"form",
			{
				class: "dial",
				onsubmit: (event) => {
					event.preventDefault();
					dial(event.target.elements.code.value.trim());
				},
			},
			h("label", { class: "unseen", for: "code" }, t("handset.code")),
			h("input", {
				id: "code",
				name: "code",
				dir: "ltr",
				autocomplete: "off",
				value: facts.code,
				pattern: "[*][0-9*]+#",
			}),
			h("button", null, t("handset.dial")),
		),
		h(
			"div",
			{ class: "buttons" },
			button(t("handset.drop"), drop, { "data-open": "", class: "danger" }),
			button(t("handset.again"), () => step(() => phone.ussd.again()), { id: "again" }),
		),
	);
}

function messages() {
	const counter = h("p", { class: "counter" });
	const box = h("textarea", {
		id: "text",
		name: "text",
		rows: 2,
		dir: "auto",
		maxlength: 1600,
		oninput: () => fill(counter, box.value ? plural("sms.segments", measure(box.value).segments) : null),
	});
	return h(
		"section",
		{ class: "part", "aria-labelledby": "sms-title" },
		h("h2", { id: "sms-title" }, "SMS"),
		h(
			"form",
			{
				class: "casefile",
				onsubmit: (event) => {
					event.preventDefault();
					const text = box.value;
					if (!text) return;
					box.value = "";
					fill(counter);
					guarded(() => write(text));
				},
			},
			h("label", { for: "text" }, t("handset.write"), " ", ltr(facts.sender)),
			box,
			counter,
			h(
				"div",
				{ class: "buttons" },
				h("button", { class: "first" }, t("reply.send")),
				h(
					"label",
					{ class: "check" },
					h("input", { type: "checkbox", id: "twice" }),
					h("span", null, t("handset.twice")),
				),
				h(
					"label",
					{ class: "check" },
					h("input", { type: "checkbox", id: "hold" }),
					h("span", null, t("handset.hold")),
				),
			),
			h(
				"div",
				{ class: "buttons" },
				h("span", { id: "held", role: "status" }),
				button(t("handset.release"), () => release(false), { "data-held": "" }),
				button(t("handset.release.backwards"), () => release(true), { "data-held": "" }),
			),
		),
		h("p", { class: "hint", id: "noinbox" }, t("handset.noinbox")),
		h("ol", { class: "timeline", id: "inbox", "aria-live": "polite" }),
	);
}

function network() {
	return h(
		"section",
		{ class: "part", "aria-labelledby": "net-title" },
		h("h2", { id: "net-title" }, t("handset.time")),
		h("p", null, t("handset.now"), " ", h("strong", { id: "clock" })),
		h(
			"div",
			{ class: "buttons" },
			[
				["handset.day", { days: 1 }],
				["handset.month", { months: 1 }],
				["handset.months", { months: 3 }],
			].map(([key, by]) =>
				button(t(key), async () => {
					await post("/demo/handset/clock", by);
					await poll();
				}),
			),
		),
		h("p", { class: "hint" }, t("handset.time.why")),
	);
}

function choosePhone() {
	const select = h(
		"select",
		{
			id: "number",
			dir: "ltr",
			value: phone.number,
			onchange: () => {
				phone = newPhone(select.value);
				drawScreen();
				drawInbox();
				poll();
			},
		},
		["new", "asks", "home", "duty"].map((who) =>
			h(
				"optgroup",
				{ label: t("handset.who." + who) },
				facts.numbers.filter((one) => one.who === who).map((one) => h("option", { value: one.number }, one.number)),
			),
		),
	);
	const year = h("p", { class: "hint", id: "year" });
	const tell = () => {
		const known = facts.numbers.find((one) => one.number === select.value)?.year;
		fill(year, known ? t("handset.year", { year: known }) : null);
	};
	select.addEventListener("change", tell);
	tell();
	return h("div", null, h("label", { class: "filter", for: "number" }, h("span", null, t("handset.number")), select), year);
}

function draw() {
	document.querySelector("#app")?.remove();
	document.body.prepend(
		h(
			"div",
			{ id: "app", class: "handset" },
			h(
				"header",
				{ class: "top" },
				h("span", { class: "brand" }, "Wasl"),
				h("span", { class: "demo" }, t("demo.mark")),
				h("span", { class: "fresh" }, languageButtons(draw)),
			),
			h(
				"main",
				{ id: "main", class: "stage" },
				h("div", { class: "head" }, h("h1", null, t("handset.title")), h("p", { class: "hint" }, t("handset.why"))),
				h("p", { class: "trouble", role: "alert", id: "trouble" }),
				h(
					"div",
					{ class: "phones" },
					h("div", { class: "left" }, choosePhone(), telephone()),
					h("div", { class: "right" }, messages(), network()),
				),
			),
		),
	);
	drawScreen();
	drawInbox();
	poll();
}

async function start() {
	await use(firstLanguage());
	facts = await get("/demo/handset/facts");
	phone = newPhone(facts.numbers[0].number);
	draw();
	setInterval(poll, POLL_MS);
}

start();
