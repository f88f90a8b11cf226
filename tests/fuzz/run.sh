#!/bin/sh
# run.sh SECONDS FUZZER...: runs each target over its corpus and on from there.  What it finds new stays under build/;
# an input that breaks a property is kept there too and named.  Last line: "N passed, N failed".
#
# The targets of the aggregators run once for each file of tests/data/payloads (its channel, its cases as corpus), each a
# quarter of the time.
set -u
seconds=$1
shift
passed=0 failed=0

fuzz() { # fuzz NAME FUZZER SECONDS CORPUS: NAME says it to a person and names the folder for what is found
	work=$(dirname "$2")/$1.work
	mkdir -p "$work/corpus" "$4"
	if "$2" -max_total_time="$3" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -verbosity=0 \
		-artifact_prefix="$work/" "$work/corpus" "$4" >"$work/log" 2>&1; then
		passed=$((passed + 1))
		echo "  fuzz  $1: $3 s, nothing broken"
	else
		failed=$((failed + 1))
		echo "FAILED $1: $work/log"
		tail -n 30 "$work/log"
	fi
}

for fuzzer in "$@"; do
	name=$(basename "$fuzzer")
	case $name in
	channels | answers)
		for FUZZ_PAYLOADS in tests/data/payloads/*.json; do
			export FUZZ_PAYLOADS
			one=$name-$(basename "$FUZZ_PAYLOADS" .json)
			python3 tests/fuzz/corpus.py "$FUZZ_PAYLOADS" "$name" "$(dirname "$fuzzer")/$one.work/cases"
			fuzz "$one" "$fuzzer" $(((seconds + 3) / 4)) "$(dirname "$fuzzer")/$one.work/cases"
		done
		;;
	*)
		fuzz "$name" "$fuzzer" "$seconds" "tests/fuzz/corpus/$name"
		;;
	esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
