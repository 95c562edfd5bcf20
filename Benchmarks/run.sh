#!/usr/bin/env bash
# Builds optimised and measures. usage: Benchmarks/run.sh [customers]     (default 100000)
#                                       Benchmarks/run.sh --log entries   a log of that size instead
#                                       Benchmarks/run.sh --rotation customers   reads while keys are replaced
#                                       Benchmarks/run.sh --archives customers   beside restic, borg and age
#                                       Benchmarks/run.sh --reads requests       reads alone, for a profiler
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
swift build -c release --static-swift-stdlib
exec .build/release/coffer-bench "$PWD/.build/release" "$PWD" "${@:-100000}"
