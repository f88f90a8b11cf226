// Forms: labels that belong to their fields, mistakes said beside them, one request at a time.
import { fill, h } from "./dom.js";
import { has, t } from "./i18n.js";

let serial = 0;

/** What a refusal means, for the person: why, where the gateway has a word for it; else what kind of refusal it is. */
export function explain({ reason, type, retryAfter }) {
	const key = ["problem." + reason, "problem." + type].find(has) ?? "problem.unavailable";
	return retryAfter ? t(key) + " " + t("problem.wait", { seconds: retryAfter }) : t(key);
}

function control(field, id) {
	const common = {
		id,
		name: field.name,
		required: field.required,
		autocomplete: field.autocomplete ?? "off",
		"aria-describedby": field.hint ? id + "-hint" : null,
	};
	if (field.options)
		return h(
			"select",
			{ ...common, value: field.value ?? "" },
			field.options.map(([value, label]) => h("option", { value }, label)),
		);
	if (field.type === "textarea")
		return h("textarea", {
			...common,
			rows: field.rows ?? 3,
			maxlength: field.maxlength,
			dir: "auto",
			value: field.value,
		});
	return h("input", {
		...common,
		type: field.type ?? "text",
		maxlength: field.maxlength,
		minlength: field.minlength,
		min: field.min,
		inputmode: field.inputmode,
		readonly: field.readonly,
		pattern: field.pattern,
		dir: field.dir ?? null,
		value: field.value ?? "",
		spellcheck: "false",
	});
}

function one(field) {
	const id = "f" + ++serial;
	if (field.type === "checkbox")
		return h(
			"label",
			{ class: "check" },
			h("input", { type: "checkbox", name: field.name, checked: field.value === true }),
			h("span", null, field.label),
		);
	if (field.type === "checks" || field.type === "radio")
		return h(
			"fieldset",
			{ class: "checks" },
			h("legend", null, field.label, field.hint ? h("span", { class: "hint" }, " ", field.hint) : null),
			field.choices.map(([value, label]) =>
				h(
					"label",
					{ class: "check" },
					h("input", {
						type: field.type === "radio" ? "radio" : "checkbox",
						name: field.name,
						value,
						required: field.type === "radio" && field.required,
						checked: (field.value ?? []).includes(value),
					}),
					h("span", null, label),
				),
			),
		);
	return h(
		"div",
		{ class: "field" },
		h("label", { for: id }, field.label, field.required ? null : h("span", { class: "soft" }, " " + t("optional"))),
		control(field, id),
		field.hint ? h("p", { class: "hint", id: id + "-hint" }, field.hint) : null,
	);
}

function read(form, fields) {
	const values = {};
	for (const field of fields) {
		const control = form.elements[field.name];
		if (field.type === "checkbox") values[field.name] = control.checked;
		else if (field.type === "checks")
			values[field.name] = [...form.querySelectorAll(`[name="${field.name}"]:checked`)].map((box) => box.value);
		else
			values[field.name] =
				typeof control.value === "string" && field.type !== "password" ? control.value.trim() : control.value;
	}
	return values;
}

/** form({fields, submit: "words of the button", run: async (values) => …, cancel}) */
export function form({ fields, submit, run, cancel = null, danger = false, attributes = {} }) {
	const trouble = h("p", { class: "trouble", role: "alert" });
	const button = h("button", { class: danger ? "first danger" : "first" }, submit);
	const node = h(
		"form",
		{
			class: "form",
			...attributes,
			onsubmit: async (event) => {
				event.preventDefault();
				if (node.dataset.busy) return;
				node.dataset.busy = "1";
				button.setAttribute("aria-disabled", "true");
				fill(trouble);
				for (const wrong of node.querySelectorAll("[aria-invalid]")) wrong.removeAttribute("aria-invalid");
				try {
					await run(read(node, fields), node);
				} catch (error) {
					if (error.type === undefined) console.error(error);
					fill(trouble, explain(error));
					const wrong = error.field && node.elements[error.field.split(".").pop()];
					if (wrong instanceof HTMLElement) {
						wrong.setAttribute("aria-invalid", "true");
						wrong.focus();
					}
				} finally {
					delete node.dataset.busy;
					button.removeAttribute("aria-disabled");
				}
			},
		},
		fields.map(one),
		trouble,
		h("div", { class: "buttons" }, button, cancel ? h("button", { type: "button", onclick: cancel }, t("cancel")) : null),
	);
	return node;
}

/** A button that asks the gateway for something, and says beside itself when it was refused. */
export function act(label, run, attributes = {}) {
	const trouble = h("span", { class: "trouble", role: "alert" });
	const button = h(
		"button",
		{
			type: "button",
			...attributes,
			onclick: async () => {
				if (button.getAttribute("aria-disabled")) return;
				button.setAttribute("aria-disabled", "true");
				fill(trouble);
				try {
					await run();
				} catch (error) {
					if (error.type === undefined) console.error(error);
					fill(trouble, explain(error));
				} finally {
					button.removeAttribute("aria-disabled");
				}
			},
		},
		label,
	);
	return h("span", { class: "act" }, button, trouble);
}

/** A window with a form in it; gives the values, or null when it was closed. */
export function ask({ title, text = null, fields, submit, danger = false, run }) {
	return new Promise((answer) => {
		let result = null;
		const id = "ask" + ++serial;
		const window = h(
			"dialog",
			{
				class: "window",
				"aria-labelledby": id,
				onclose: () => {
					window.remove();
					answer(result);
				},
			},
			h("h2", { id }, title),
			text ? h("p", null, text) : null,
			form({
				fields,
				submit,
				danger,
				cancel: () => window.close(),
				run: async (values) => {
					await run(values);
					result = values;
					window.close();
				},
			}),
		);
		document.body.append(window);
		window.showModal();
	});
}
