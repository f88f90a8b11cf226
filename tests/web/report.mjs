// Counts promises; the last line a test program prints is the sum (tests/run.py).

let passed = 0;
let failed = 0;

export function check(promise, holds, detail = "") {
	if (holds) passed++;
	else {
		failed++;
		console.log("FAILED", promise, typeof detail === "string" ? detail : JSON.stringify(detail));
	}
	return holds;
}

export function end() {
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed ? 1 : 0;
}
