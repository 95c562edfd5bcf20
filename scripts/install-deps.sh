#!/usr/bin/env bash
# Installs the Debian packages of .ci/packages that are missing. `--bench` takes those of the benchmark too.
# COFFER_SKIP_DEPS=1 leaves everything as it is, for systems without dpkg where the libraries came another way.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'error: %s\n' "$1" >&2
    printf 'hint: %s\n' "$2" >&2
    exit 1
}

command -v swift >/dev/null || fail "swift is not installed" "install Swift 6.2 or later from https://swift.org/install"

if [[ "${COFFER_SKIP_DEPS:-}" == 1 ]]; then
    echo "packages: not checked (COFFER_SKIP_DEPS)"
    exit 0
fi

wanted=()
while read -r package rest; do
    [[ -z "$package" || "$package" == \#* ]] && continue
    [[ "$rest" == *"(bench)"* && "${1:-}" != --bench ]] && continue
    wanted+=("$package")
done <.ci/packages

command -v dpkg-query >/dev/null || fail "this is not Debian or a system like it" \
    "install these packages' counterparts, then set COFFER_SKIP_DEPS=1: ${wanted[*]}"

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ "$status" == installed* ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
    echo "packages: all ${#wanted[@]} are installed"
    exit 0
fi

as_root=()
if [[ $EUID -ne 0 ]]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    else
        fail "packages are missing and need root to install: ${missing[*]}" \
            "sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
    fi
fi

echo "packages: installing ${missing[*]}"
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}
apt update
apt install -y --no-install-recommends "${missing[@]}"
