#!/usr/bin/env bash
# Coffer's main job from end to end on invented customers: a fresh vault, a broker, two people with keys of their own,
# an import, a look-up, a read, a refusal, and a log that verifies until one byte of it is changed.
#
# usage: Examples/demo.sh [CSV...]     (default: Examples/takeout-customers.csv)
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=()
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

begin

say "A counter person and a compliance officer enrol, each with a key made on their own device"
for pair in "counter:Lin:customer-service" "officer:Chen:compliance-officer"; do
    IFS=: read -r who name role <<<"$pair"
    enrol "$who" "$name" "$role"
done
as owner 0 staff list

say "The counter imports the customers, first for trial"
files=("$@")
[ ${#files[@]} -gt 0 ] || files=("$root/Examples/takeout-customers.csv")
for file in "${files[@]}"; do
    as counter 0 import "$file" --map "$root/policies/maps/takeout-customers.yaml" --dry-run
    as counter 0 import "$file" --map "$root/policies/maps/takeout-customers.yaml" --rejects "$work/rejects.csv"
    if [ -s "$work/rejects.csv" ]; then printf '(%s lines in the rejects file)\n' "$(wc -l <"$work/rejects.csv")"; fi
    rm -f "$work/rejects.csv"
done

say "The phone rings: who is calling? Masked by default, and logged"
add_customer
as counter 0 find --phone 13912345678 --purpose order
holds "$number"

say "The address is needed for the order: a read in full, with its purpose, logged before it is shown"
as counter 0 customer show "$number" --fields name,phone,address --purpose order
holds "文三路 100 号"

say "An ID number is not the counter's business: refused, and the refusal is in the log"
as counter 3 customer show "$number" --fields id_number --purpose order
as officer 0 log tail -n 4

say "The officer takes the log away and checks it without broker, vault or network"
verify_log

say "The month as a page to print: who opened what, and what stands out"
as officer 0 log report --out "$work/report.html"

say "One byte of the exported log is changed: the check finds it"
printf 'attacker$ change one byte of export/parts/core.jsonl\n'
size=$(stat -c %s "$work/export/parts/core.jsonl")
byte=$(dd if="$work/export/parts/core.jsonl" bs=1 skip=$((size / 2)) count=1 status=none | od -An -tu1)
printf "\\$(printf %03o $((byte ^ 1)))" |
    dd of="$work/export/parts/core.jsonl" bs=1 seek=$((size / 2)) conv=notrunc status=none
as officer 1 log verify "$work/export" --key "$log_key"

say "The vault's files hold no name, phone or address"
if grep -rqaF -e "林小美" -e "13912345678" -e "文三路" "$vault" "$work/export" "$work/broker.log"; then
    printf 'demo: found a customer in a file\n' >&2
    exit 1
fi
printf 'none found in %s files\n' "$(find "$vault" "$work/export" -type f | wc -l)"

say "The broker is sealed and stops"
end
