#!/bin/sh
# run.sh SECONDS FUZZER...: runs each target over its corpus and on from there.  What it finds new stays under build/;
# an input that breaks a property is kept there too and named.  Last line: "N passed, N failed".
set -u
seconds=$1
shift
passed=0 failed=0
for fuzzer in "$@"; do
	name=$(basename "$fuzzer")
	work=$(dirname "$fuzzer")/$name.work
	mkdir -p "$work/corpus" "tests/fuzz/corpus/$name"
	if "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -verbosity=0 \
		-artifact_prefix="$work/" "$work/corpus" "tests/fuzz/corpus/$name" >"$work/log" 2>&1; then
		passed=$((passed + 1))
		echo "  fuzz  $name: $seconds s, nothing broken"
	else
		failed=$((failed + 1))
		echo "FAILED $name: $work/log"
		tail -n 30 "$work/log"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
