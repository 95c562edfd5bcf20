#!/usr/bin/env bash
# Format, build, test: what `make test` and continuous integration run. Each phase ends with its duration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The crash reporter of Swift prints registers and memory, in which a key may stand.
export SWIFT_BACKTRACE=enable=no
[[ -x .build-venv/bin/python3 ]] && export COFFER_PYTHON="$PWD/.build-venv/bin/python3"

phase() {
    local name=$1 start=$SECONDS status=0
    shift
    printf '== %s\n' "$name"
    "$@" || status=$?
    printf '== %s: %d s%s\n' "$name" $((SECONDS - start)) "$([[ $status -eq 0 ]] || echo ", failed")"
    return $status
}

phase format swift format lint --strict --recursive Sources Tests Benchmarks Fuzz Package.swift
phase build swift build --build-tests
# Swift Testing only; TidyTests refuses files that import XCTest, whose tests would not run.

# What failed stands at the end too, where somebody looks first.
tests() {
    local log status=0
    log=$(mktemp)
    swift test --skip-build --disable-xctest 2>&1 | tee "$log" || status=$?
    if [[ $status -ne 0 ]]; then
        echo "== what failed"
        grep -aE '^(✘ Test|.*error:|Exited|.*[Ff]atal)' "$log" | head -n 200 || true
    fi
    rm -f "$log"
    return $status
}
phase test tests
