#!/usr/bin/env bash
# Builds optimised and measures. usage: Benchmarks/run.sh [customers]   (default 100000)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
swift build -c release --product cofferd
swift build -c release --product coffer
swift build -c release --product coffer-bench
exec .build/release/coffer-bench "$PWD/.build/release" "$PWD" "${1:-100000}"
