#!/usr/bin/env bash
# Somebody leaves: one command ends her keys and everything that goes through them; what she lent and is still needed is
# taken over; the receipt says what she has seen.
#
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=(courier successor)
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

begin

say "Two counter persons, a courier and a compliance officer enrol"
enrol counter Lin customer-service
enrol successor Zhao customer-service
enrol courier Wang courier
enrol officer Chen compliance-officer

say "Lin serves customers, and lends the courier two orders"
add_customer
as counter 0 customer show "$number" --fields name,phone --purpose order
orders=()
for order in 1042 1043; do
    as counter 0 order add --customer "$number" --field number="$order" --field amount=68.00 --json
    orders+=("$(member id)")
    as counter 0 grant delegate --to Wang --order "${orders[-1]}" --fields address,phone --purpose delivery \
        --minutes 45 --max 3 --json
done
lent=$(member capability)
as courier 0 customer show --order "${orders[0]}"

say "Somebody copies her key file"
cp "$work/counter.key" "$work/thief.key"
cp "$work/counter.pass" "$work/thief.pass"

say "Lin leaves. Zhao takes over what is on the road"
as owner 0 staff offboard Lin --adopt-by Zhao --adopt-identity "$work/successor.key" \
    --adopt-passphrase-file "$work/successor.pass" --receipt "$work/lin.json" --html "$work/lin.html"

say "Her key, the copy, and what she had lent are worth nothing"
as counter 3 find --phone 13912345678 --purpose order
as thief 3 customer show "$number" --fields name --purpose order
as courier 3 customer show --capability "$lent"

say "The courier goes on, with what Zhao lent"
as courier 0 customer show --order "${orders[1]}"
holds "文三路 100 号"
as courier 0 order delivered "${orders[1]}"

say "The receipt is genuine, and stays so only as long as nobody edits it"
as officer 0 staff receipt "$work/lin.json" --key "$log_key"
sed -i 's/"payload":"e/"payload":"f/' "$work/lin.json"
as officer 1 staff receipt "$work/lin.json" --key "$log_key"

say "Who leaves cannot come back with the old key; the list keeps the name"
as owner 0 staff list

say "The officer's export verifies"
verify_log

say "The broker is sealed and stops"
end
