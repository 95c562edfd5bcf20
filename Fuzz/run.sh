#!/usr/bin/env bash
# Fuzzes each target for an equal share of the seconds given (default 60), first the canary, which has to crash.
# Exit 1 when a target crashes, hangs or grows, or when the canary does not crash. What crashed stays in
# .build-fuzz/crashes; run it again with: COFFER_FUZZ_TARGET=name .build-fuzz/release/coffer-fuzz FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
[[ "$seconds" =~ ^[1-9][0-9]{0,5}$ ]] || { echo "error: '$seconds' is no number of seconds" >&2; exit 2; }
# The crash reporter of Swift would take a second for each crash, and print memory.
export SWIFT_BACKTRACE=enable=no COFFER_FUZZ=1
program=.build-fuzz/release/coffer-fuzz

# The counters that libFuzzer reads; Swift's own default for fuzzing names one that it no longer knows.
swift build -c release --product coffer-fuzz --scratch-path .build-fuzz -Xswiftc -sanitize=fuzzer \
    -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table -Xswiftc -enable-testing

if [[ "${2:-}" == --seeds ]]; then
    COFFER_FUZZ_SEEDS=Fuzz/Corpus "$program"
    mkdir -p Fuzz/Corpus/policy Fuzz/Corpus/mapping
    cp policies/*.yaml Fuzz/Corpus/policy/
    cp policies/maps/*.yaml Fuzz/Corpus/mapping/
fi

mapfile -t targets < <("$program" | grep -v '^canary$' || true)
[[ ${#targets[@]} -gt 1 ]] || { echo "error: the program names no targets" >&2; exit 1; }
share=$((seconds / ${#targets[@]}))
[[ $share -gt 0 ]] || share=1
mkdir -p .build-fuzz/crashes .build-fuzz/found .build-fuzz/logs

# What is found is kept between runs, so that the next one goes on from there. `timeout` is for a program that is stuck
# outside of libFuzzer's own watch.
fuzz() {
    local target=$1 share=$2 log=.build-fuzz/logs/$1
    mkdir -p ".build-fuzz/found/$target" "Fuzz/Corpus/$target"
    COFFER_FUZZ_TARGET=$target timeout -k 10 $((share + 60)) "$program" -max_total_time="$share" -timeout=10 \
        -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 -artifact_prefix=".build-fuzz/crashes/$target-" \
        ".build-fuzz/found/$target" "Fuzz/Corpus/$target" >"$log" 2>&1
}

executions() { sed -n 's/^stat::number_of_executed_units: *//p' ".build-fuzz/logs/$1" | tail -1; }

rm -rf .build-fuzz/found/canary .build-fuzz/crashes/canary-*
if fuzz canary 60; then
    echo "error: the canary did not crash: this harness finds nothing" >&2
    exit 1
fi
grep -q 'the canary' .build-fuzz/logs/canary || { echo "error: the canary failed otherwise" >&2; exit 1; }
echo "canary      found"
rm -f .build-fuzz/crashes/canary-*

failed=0
for target in "${targets[@]}"; do
    if fuzz "$target" "$share"; then
        printf '%-11s %9s executions\n' "$target" "$(executions "$target")"
    else
        failed=1
        printf '%-11s FAILED: ' "$target"
        grep -m1 -E 'Fatal error|ERROR: libFuzzer|SUMMARY' ".build-fuzz/logs/$target" || echo "see .build-fuzz/logs/$target"
    fi
done
if [[ $failed -ne 0 ]]; then
    echo "error: the inputs that failed:" >&2
    ls .build-fuzz/crashes >&2
fi
exit $failed
