// A QR code (ISO/IEC 18004): bytes, level M, versions 1 to 10, drawn as one path.  Made here so that the secret of a second
// factor goes to no other program.
import { h, ltr, s } from "./dom.js";
import { t } from "./i18n.js";

// version -> [error correction words a block, blocks of the first group, data words in each, blocks of the second group]
const LAYOUT = [
	null,
	[10, 1, 16, 0],
	[16, 1, 28, 0],
	[26, 1, 44, 0],
	[18, 2, 32, 0],
	[24, 2, 43, 0],
	[16, 4, 27, 0],
	[18, 4, 31, 0],
	[22, 2, 38, 2],
	[22, 3, 36, 2],
	[26, 4, 43, 1],
];
const ALIGN = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
	EXP[i] = EXP[i + 255] = x;
	LOG[x] = i;
	x = (x << 1) ^ (x & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

function remainder(data, degree) {
	let generator = [1];
	for (let i = 0; i < degree; i++) {
		const next = new Array(generator.length + 1).fill(0);
		generator.forEach((g, k) => {
			next[k] ^= g;
			next[k + 1] ^= times(g, EXP[i]);
		});
		generator = next;
	}
	const rest = [...data, ...new Array(degree).fill(0)];
	for (let i = 0; i < data.length; i++) {
		const lead = rest[i];
		if (lead) generator.forEach((g, k) => (rest[i + k] ^= times(g, lead)));
	}
	return rest.slice(data.length);
}

function capacity(version) {
	const [, n1, size, n2] = LAYOUT[version];
	return n1 * size + n2 * (size + 1);
}

function codewords(bytes, version) {
	const bits = [];
	const put = (value, length) => {
		for (let i = length - 1; i >= 0; i--) bits.push((value >> i) & 1);
	};
	put(4, 4);
	put(bytes.length, version < 10 ? 8 : 16);
	bytes.forEach((byte) => put(byte, 8));
	const room = capacity(version) * 8;
	put(0, Math.min(4, room - bits.length));
	while (bits.length % 8) bits.push(0);
	const words = [];
	for (let i = 0; i < bits.length; i += 8) words.push(bits.slice(i, i + 8).reduce((sum, bit) => sum * 2 + bit, 0));
	for (let pad = 0xec; words.length < room / 8; pad ^= 0xec ^ 0x11) words.push(pad);
	const [degree, n1, size, n2] = LAYOUT[version];
	const blocks = [];
	for (let i = 0, at = 0; i < n1 + n2; i++) {
		const length = i < n1 ? size : size + 1;
		blocks.push(words.slice(at, at + length));
		at += length;
	}
	const checks = blocks.map((block) => remainder(block, degree));
	const out = [];
	for (let i = 0; i <= size; i++) blocks.forEach((block) => i < block.length && out.push(block[i]));
	for (let i = 0; i < degree; i++) checks.forEach((check) => out.push(check[i]));
	return out;
}

function bch(value, polynomial, length) {
	let rest = value << (length - 1);
	for (let i = 31 - Math.clz32(rest); i >= length - 1; i = 31 - Math.clz32(rest)) rest ^= polynomial << (i - length + 1);
	return (value << (length - 1)) | rest;
}

function frame(version) {
	const size = version * 4 + 17;
	const dark = Array.from({ length: size }, () => new Array(size).fill(null)); // null: free for data
	const set = (x, y, value) => {
		if (x >= 0 && y >= 0 && x < size && y < size) dark[y][x] = value;
	};
	for (const [cx, cy] of [
		[3, 3],
		[size - 4, 3],
		[3, size - 4],
	])
		for (let dy = -4; dy <= 4; dy++)
			for (let dx = -4; dx <= 4; dx++) {
				const ring = Math.max(Math.abs(dx), Math.abs(dy));
				set(cx + dx, cy + dy, ring !== 4 && ring !== 2);
			}
	const places = ALIGN[version];
	for (const cy of places)
		for (const cx of places)
			if (dark[cy][cx] === null)
				for (let dy = -2; dy <= 2; dy++)
					for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
	for (let i = 8; i < size - 8; i++) {
		dark[6][i] = i % 2 === 0;
		dark[i][6] = i % 2 === 0;
	}
	if (version >= 7) {
		const bits = bch(version, 0x1f25, 13);
		for (let i = 0; i < 18; i++) {
			const bit = ((bits >> i) & 1) === 1;
			dark[Math.floor(i / 3)][size - 11 + (i % 3)] = bit;
			dark[size - 11 + (i % 3)][Math.floor(i / 3)] = bit;
		}
	}
	format(dark, 0);
	return dark;
}

function format(dark, mask) {
	const size = dark.length;
	const bits = bch(mask, 0x537, 11) ^ 0x5412; // level M is 00
	const bit = (i) => ((bits >> i) & 1) === 1;
	for (let i = 0; i < 15; i++) {
		const a = i < 6 ? [8, i] : i < 8 ? [8, i + 1] : i === 8 ? [7, 8] : [14 - i, 8];
		const b = i < 8 ? [size - 1 - i, 8] : [8, size - 15 + i];
		dark[a[1]][a[0]] = bit(i);
		dark[b[1]][b[0]] = bit(i);
	}
	dark[size - 8][8] = true;
}

const MASKS = [
	(x, y) => (x + y) % 2,
	(x, y) => y % 2,
	(x) => x % 3,
	(x, y) => (x + y) % 3,
	(x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2,
	(x, y) => ((x * y) % 2) + ((x * y) % 3),
	(x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
	(x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

function penalty(dark) {
	const size = dark.length;
	let sum = 0;
	let count = 0;
	for (let flip = 0; flip < 2; flip++)
		for (let i = 0; i < size; i++) {
			let run = 0;
			let last = null;
			let line = "";
			for (let k = 0; k < size; k++) {
				const one = flip ? dark[k][i] : dark[i][k];
				line += one ? "1" : "0";
				run = one === last ? run + 1 : 1;
				last = one;
				if (run === 5) sum += 3;
				else if (run > 5) sum++;
				count += flip ? 0 : Number(one);
			}
			for (const shape of ["10111010000", "00001011101"])
				for (let at = line.indexOf(shape); at >= 0; at = line.indexOf(shape, at + 1)) sum += 40;
		}
	for (let y = 1; y < size; y++)
		for (let x = 1; x < size; x++)
			if (dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1] && dark[y][x] === dark[y - 1][x - 1]) sum += 3;
	return sum + Math.floor(Math.abs((count * 20) / (size * size) - 10)) * 10;
}

/** The modules of the code, rows of true for dark. Throws when the text is longer than 213 bytes. */
export function modules(text) {
	const bytes = [...new TextEncoder().encode(text)];
	let version = 1;
	while (version <= 10 && bytes.length + (version < 10 ? 2 : 3) > capacity(version)) version++;
	if (version > 10) throw new Error("too long for a drawing");
	const fixed = frame(version);
	const size = fixed.length;
	const words = codewords(bytes, version);
	const cells = [];
	for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
		if (right === 6) right--;
		for (let k = 0; k < size; k++)
			for (const x of [right, right - 1]) {
				const y = up ? size - 1 - k : k;
				if (fixed[y][x] === null) cells.push([x, y]);
			}
	}
	let best = null;
	MASKS.forEach((mask, number) => {
		const dark = fixed.map((row) => [...row]);
		cells.forEach(([x, y], i) => {
			const bit = i < words.length * 8 ? (words[i >> 3] >> (7 - (i & 7))) & 1 : 0;
			dark[y][x] = (bit === 1) !== (mask(x, y) === 0);
		});
		format(dark, number);
		const cost = penalty(dark);
		if (!best || cost < best.cost) best = { cost, dark };
	});
	return best.dark;
}

function drawing(text, title) {
	const dark = modules(text);
	const size = dark.length + 8;
	const path = dark.flatMap((row, y) => row.map((one, x) => (one ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
	return s(
		"svg",
		{ class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": title, "shape-rendering": "crispEdges" },
		s("rect", { width: size, height: size, fill: "#fff" }),
		s("path", { d: path, fill: "#000" }),
	);
}

/** For an app that shows codes: the drawing to scan, and the same as letters to type. */
export function authenticator({ totp_uri, totp_secret }) {
	const typed = ltr(totp_secret.replace(/(.{4})/g, "$1 ").trim(), { class: "secret" });
	return [
		h("p", null, t("enrol.scan")),
		drawing(totp_uri, t("enrol.qr")),
		h("p", { class: "hint" }, t("enrol.type"), " ", typed),
	];
}
