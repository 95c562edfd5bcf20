#!/usr/bin/env bash
# The tests under AddressSanitizer, then under ThreadSanitizer, each in a build folder of its own.
#   scripts/sanitize.sh [address|thread] [FILTER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export SWIFT_BACKTRACE=enable=no
# End-to-end tests start other programs many times, preload a library and check limits of memory and time; a sanitizer
# wants to be the first library of a process, needs terabytes of address space and keeps freed memory for a while, which
# AgeMemoryTests would count. TidyTests read sources, and Pages' browser tests drive a browser: neither runs code of ours
# that a sanitizer could look at.
excluded='EndToEnd|TidyTests|BrowserTests|GoVerify|Interoperability|FullDisk|KillTests|AgeMemoryTests'
echo "left out: $excluded (they run other programs, kill processes or read sources)"

sanitize() {
    local kind=$1 folder=$2 filter=$3
    shift 3
    swift build --build-tests --sanitize="$kind" --scratch-path "$folder" "$@"
    local choice=(--skip "$excluded")
    [[ -z "$filter" ]] || choice=(--filter "$filter" --skip "$excluded")
    timeout -k 30 "${SANITIZE_SECONDS:-3600}" "$folder/debug/cofferPackageTests.xctest" --testing-library swift-testing \
        "${choice[@]}"
}

which=${1:-all}
filter=${2:-}
# abort_on_error: a finding ends the run with a failure. Leaks are not looked for: keys live in memory that is never
# given back, and the runtime keeps its metadata.
if [[ $which == all || $which == address ]]; then
    ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:abort_on_error=1 sanitize address .build-asan "$filter"
fi
if [[ $which == all || $which == thread ]]; then
    # gold, the default linker, does not link the thread sanitizer's runtime.
    TSAN_OPTIONS="halt_on_error=0:exitcode=66:suppressions=$PWD/scripts/tsan.supp" \
        sanitize thread .build-tsan "$filter" -Xswiftc -use-ld=lld
fi
