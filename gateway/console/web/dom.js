// The only door by which anything reaches the page.  Every string becomes a text node; nothing is ever parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

function put(node, children) {
	for (const child of children.flat(Infinity)) {
		if (child === null || child === undefined || child === false) continue;
		node.append(child instanceof Node ? child : document.createTextNode(String(child)));
	}
	return node;
}

function set(node, attributes) {
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (value === null || value === undefined || value === false) continue;
		if (typeof value === "function" && name.startsWith("on")) node.addEventListener(name.slice(2), value);
		else if (name.startsWith("on") || name === "style" || name === "srcdoc" || name === "src")
			throw new Error("not an attribute of this house: " + name);
		else if (name === "href" && !/^(#|\/api\/v1\/)/.test(value)) throw new Error("links stay inside: " + name);
		else if (name === "value" && "value" in node) node.value = value;
		else node.setAttribute(name, value === true ? "" : String(value));
	}
	return node;
}

/** An element: h("p", {class: "note"}, "text", otherNode). */
export function h(tag, attributes, ...children) {
	const node = put(set(document.createElement(tag), attributes), children);
	// only now are there options to choose from
	if (tag === "select" && attributes?.value !== undefined) node.value = attributes.value;
	return node;
}

/** The same for the inside of a drawing. */
export function s(tag, attributes, ...children) {
	return put(set(document.createElementNS(SVG, tag), attributes), children);
}

export function fill(node, ...children) {
	node.replaceChildren();
	return put(node, children);
}

/** A number, a phone, a reference: read from left to right whatever stands around it. */
export function ltr(text, attributes) {
	return h("bdi", { dir: "ltr", ...attributes }, text);
}

const SYMBOLS = {
	"\u202A": "LRE",
	"\u202B": "RLE",
	"\u202C": "PDF",
	"\u202D": "LRO",
	"\u202E": "RLO",
	"\u2066": "LRI",
	"\u2067": "RLI",
	"\u2068": "FSI",
	"\u2069": "PDI",
};

/** What a stranger wrote: letters that turn others around, and letters that nobody sees, are shown as signs. */
export function shown(text) {
	return (
		String(text ?? "")
			.replace(/[\u202A-\u202E\u2066-\u2069]/g, (c) => "⟦" + SYMBOLS[c] + "⟧")
			// eslint-disable-next-line no-control-regex
			.replace(/[\u0000-\u0008\u000B-\u001F]/g, (c) =>
				c === "\r" ? "" : String.fromCharCode(0x2400 + c.charCodeAt(0)),
			)
			.replace(/\u007F/g, "\u2421")
	);
}

/** Words of a person, in their own direction. */
export function said(text, attributes) {
	return h("p", { dir: "auto", class: "said", ...attributes }, shown(text));
}

/** The same inside a line: a name, a place. */
export function own(text, attributes) {
	return h("bdi", attributes, shown(text));
}
