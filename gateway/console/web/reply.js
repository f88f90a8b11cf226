// The reply box: counts as one writes, says what would hurt the person, keeps the draft at the gateway, and lets go of nothing
// before ten seconds are over.
import { fill, h, ltr, own } from "./dom.js";
import { change, get, post } from "./api.js";
import { act, explain } from "./forms.js";
import { languageName, number, plural, t, word } from "./i18n.js";
import { warned } from "./labels.js";
import { callback } from "./lists.js";
import { say, toast } from "./shell.js";
import { measure } from "./sms.js";

const DRAFT_MS = 1000;
const ASK_MS = 700;
const MOST = 1600;

function count(text) {
	const m = measure(text);
	return [
		ltr(number([...text].length)),
		" ",
		t("reply.characters"),
		" · ",
		h("strong", null, text ? plural("sms.segments", m.segments) : plural("sms.segments", 0)),
		" · ",
		m.encoding === "GSM-7" ? t("sms.gsm") : t("sms.unicode"),
		text ? [" · ", t("sms.left"), " ", ltr(number(m.limit - m.units.at(-1)))] : null,
	];
}

/** What stands for something else in a prepared reply; what is not known stays, so that the writer sees it. */
function filled(words, one, session) {
	const known = { name: one.name, me: session.name, ref: one.ref, callback: callback() };
	return words.replace(/\{(name|me|ref|callback)\}/g, (hole, name) => known[name] || hole);
}

export function replyBox({ one, session, after, typing }) {
	const base = "/api/v1/cases/" + one.ref;
	let seen = one.last_message_id;
	let timer = null;
	let asking = null;
	let gone = false;
	const counter = h("p", { class: "counter", id: "reply-counter" });
	const advice = h("div", { class: "advice" });
	const saved = h("span", { class: "soft", role: "status" });
	const trouble = h("div", { role: "alert" });
	const box = h("textarea", {
		id: "reply",
		rows: 4,
		dir: "auto",
		maxlength: MOST,
		"aria-describedby": "reply-counter",
		spellcheck: "true",
		value: one.draft.text,
		oninput: wrote,
		onkeydown: (event) => {
			if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
				event.preventDefault();
				send({});
			}
		},
	});

	async function keep(leaving = false) {
		timer = null;
		try {
			await change("PUT", base + "/draft", { text: box.value }, { passive: true, keepalive: leaving });
			if (!gone) fill(saved, box.value ? t("reply.saved") : "");
		} catch {
			fill(saved, t("reply.notsaved"));
		}
	}

	/** The page closes, or another begins: what was typed in the last second is kept all the same. */
	function atOnce() {
		if (!timer) return;
		clearTimeout(timer);
		keep(true);
	}
	addEventListener("pagehide", atOnce);

	function wrote() {
		fill(counter, count(box.value));
		fill(saved);
		clearTimeout(timer);
		clearTimeout(asking);
		timer = setTimeout(() => keep(), DRAFT_MS);
		asking = setTimeout(judge, ASK_MS);
		typing();
	}

	/** The gateway is the judge of what a text costs and whether it is quiet. */
	async function judge() {
		const text = box.value;
		if (!text.trim()) return fill(advice);
		let m;
		try {
			m = await post("/api/v1/text/measure", { text, ref: one.ref }, { passive: true });
		} catch {
			return null;
		}
		if (text !== box.value || gone) return null;
		const cheaper = m.encoding === "UCS-2" && m.replaced.encoding === "GSM-7" && m.replaced.text !== text;
		return fill(
			advice,
			m.encoding === "UCS-2" && m.culprits.length && m.culprits.length < 12
				? h(
						"p",
						{ class: "hint" },
						t("sms.because"),
						" ",
						m.culprits.map((c) => [h("bdi", null, h("code", null, c)), " "]),
					)
				: null,
			cheaper
				? h(
						"p",
						{ class: "hint" },
						h("span", null, t("sms.replace", { from: number(m.segments), to: number(m.replaced.segments) })),
						" ",
						h(
							"button",
							{
								type: "button",
								onclick: () => {
									box.value = m.replaced.text;
									wrote();
									box.focus();
								},
							},
							t("sms.replace.do"),
						),
					)
				: null,
			m.warnings.length
				? h(
						"ul",
						{ class: "warnings" },
						m.warnings.map((warning) =>
							h(
								"li",
								null,
								h("span", { "aria-hidden": "true" }, "⚠ "),
								word("warning", warning),
								warning === "quiet_words" && m.words.length
									? [" ", m.words.map((one) => [h("bdi", null, h("q", null, one)), " "])]
									: null,
							),
						),
					)
				: null,
		);
	}

	function refused(error) {
		const again = (more) => act(t("reply.anyway"), () => send(more), { class: "danger" });
		if (error.type === "newer-message") {
			seen = error.members.last_message_id ?? seen;
			fill(
				trouble,
				h(
					"p",
					{ class: "warning" },
					error.members.last_message_by
						? t("reply.colleague", { who: error.members.last_message_by })
						: t("reply.newer"),
				),
				again({}),
			);
			after();
		} else if (error.status === 422) {
			fill(
				trouble,
				h("p", { class: "warning" }, warned(error)),
				again({ anyway: true }),
			);
		} else {
			fill(trouble, h("p", { class: "trouble" }, explain(error)));
		}
		trouble.lastChild.scrollIntoView({ block: "nearest" }); // at 400 % it would stand below the window
	}

	let sending = false;
	async function send(more) {
		const text = box.value.trim();
		if (sending || !text) return box.focus();
		sending = true;
		fill(trouble);
		try {
			const sent = await post(base + "/messages", { text, last_message_id: seen, ...more });
			clearTimeout(timer);
			seen = Math.max(seen, sent.message_id);
			box.value = "";
			fill(counter, count(""));
			fill(advice);
			fill(saved);
			offerUndo(sent, text);
			await after();
		} catch (error) {
			if (error.type === undefined) throw error;
			refused(error);
		} finally {
			sending = false;
		}
		return null;
	}

	function offerUndo(sent, text) {
		const left = h("span", null);
		const button = act(
			t("undo"),
			async () => {
				await change("DELETE", base + "/messages/" + sent.message_id);
				stop();
				box.value = text;
				wrote();
				box.focus();
				say(t("reply.undone"));
				await after();
			},
			{ class: "first" },
		);
		const note = toast(t("reply.leaves"), [" ", left, " ", button]);
		const end = Date.parse(sent.undo_until);
		const began = Date.now();
		const lasts = Math.min(Math.max(end - began, 1000), 15000);
		const tick = () => {
			const ms = began + lasts - Date.now();
			if (ms <= 0) stop();
			else fill(left, ltr(number(Math.ceil(ms / 1000)) + " s"));
		};
		const ticking = setInterval(tick, 250);
		const stop = () => {
			clearInterval(ticking);
			note.remove();
			if (!gone) after();
		};
		tick();
	}

	const canned = h(
		"select",
		{
			id: "canned",
			onchange: (event) => {
				const reply = event.target.replies?.[Number(event.target.value)];
				if (reply) {
					const at = box.selectionStart ?? box.value.length;
					const words = filled(reply[one.language] || reply.fr, one, session);
					box.value = box.value.slice(0, at) + words + box.value.slice(box.selectionEnd ?? at);
					wrote();
					box.focus();
				}
				event.target.value = "";
			},
		},
		h("option", { value: "" }, t("reply.canned")),
	);

	async function loadCanned() {
		try {
			const { items } = await get("/api/v1/canned", { passive: true });
			canned.replies = items;
			canned.append(
				...items.map((item, i) =>
					h(
						"option",
						{ value: i },
						item.title + " · " + plural("sms.segments", item.segments[one.language] ?? item.segments.fr),
					),
				),
			);
		} catch {
			canned.disabled = true;
		}
	}

	fill(counter, count(box.value));
	loadCanned();
	judge();
	const node = h(
		"form",
		{
			class: "reply noprint",
			onsubmit: (event) => {
				event.preventDefault();
				send({});
			},
		},
		h(
			"label",
			{ for: "reply" },
			h("strong", null, t("reply.title")),
			" ",
			h("span", { class: "soft" }, t("reply.language"), " ", own(languageName(one.language) || "–")),
		),
		box,
		counter,
		advice,
		h(
			"div",
			{ class: "buttons" },
			h("button", { class: "first" }, t("reply.send")),
			h("label", { for: "canned", class: "unseen" }, t("reply.canned")),
			canned,
			saved,
		),
		trouble,
	);
	return {
		node,
		focus: () => box.focus(),
		saw: (id) => (seen = Math.max(seen, id)),
		text: () => box.value,
		end: () => {
			gone = true;
			clearTimeout(asking);
			removeEventListener("pagehide", atOnce);
			atOnce();
		},
		session,
	};
}
