#!/usr/bin/env bash
# Keeps .build-venv at what scripts/python-packages.txt lists. Nothing of it is part of Coffer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

list=scripts/python-packages.txt
venv=.build-venv
if [[ -x "$venv/bin/python3" ]] && cmp -s "$list" "$venv/installed.txt"; then
    exit 0
fi
echo "python: installing $(grep -vc '^#' "$list") package(s) into $venv"
rm -rf "$venv"
if ! python3 -m venv "$venv" || ! "$venv/bin/python3" -m pip --disable-pip-version-check install -q -r "$list"; then
    rm -rf "$venv"
    echo "error: the Python packages of $list could not be installed" >&2
    echo "hint: they come from PyPI; without them set COFFER_SKIP_PYTHON=1, and the tests that need them are skipped" >&2
    exit 1
fi
cp "$list" "$venv/installed.txt"
