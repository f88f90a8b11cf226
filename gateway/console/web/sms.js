// How many SMS a text makes.  3GPP TS 23.038 6.2.1 and TS 23.040 9.2.3.24.1, without national language tables; the gateway
// counts the same way (flows/text), and the tests hold both against tests/data/text/segmentation.json.

const BASIC =
	"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001BÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
	+ "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";
const basic = new Set([...BASIC].filter((c) => c !== "\u001B"));
const extension = new Set(EXTENSION);

/** Units one character takes in the GSM alphabet; 0: it is not there. */
function septets(character) {
	return basic.has(character) ? 1 : extension.has(character) ? 2 : 0;
}

function cut(costs, single, part) {
	const total = costs.reduce((sum, n) => sum + n, 0);
	if (total <= single) return { units: [total], starts: [0] };
	const units = [];
	const starts = [];
	let used = part + 1;
	costs.forEach((n, i) => {
		if (used + n > part) {
			units.push(0);
			starts.push(i);
			used = 0;
		}
		used += n;
		units[units.length - 1] = used;
	});
	return { units, starts };
}

/** {encoding, segments, units: a segment, starts: code point index of each segment, limit: of one segment, culprits}. */
export function measure(text) {
	const characters = [...text];
	const costs = characters.map(septets);
	const culprits = [...new Set(characters.filter((c, i) => costs[i] === 0))];
	const gsm = culprits.length === 0;
	const { units, starts } = gsm
		? cut(costs, 160, 153)
		: cut(
				characters.map((c) => c.length),
				70,
				67,
			);
	const limit = units.length > 1 ? (gsm ? 153 : 67) : gsm ? 160 : 70;
	return { encoding: gsm ? "GSM-7" : "UCS-2", segments: units.length, units, starts, limit, culprits };
}
