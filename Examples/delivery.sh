#!/usr/bin/env bash
# A delivery: an order, a courier who sees one address for 45 minutes and three looks, and nothing once it has arrived.
#
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=(courier)
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

begin

say "A counter person, a courier and a compliance officer enrol"
enrol counter Lin customer-service
enrol courier Wang courier
enrol officer Chen compliance-officer

say "An order comes in"
add_customer
as counter 0 order add --customer "$number" --field number=1042 --field amount=68.00 --json
order=$(member id)

say "The courier sees nothing of his own"
as courier 3 customer show "$number" --fields address --purpose delivery

say "Lin lends him address and phone for this order: 45 minutes, three looks"
as counter 0 grant delegate --to Wang --order "$order" --fields address,phone --purpose delivery \
    --minutes 45 --max 3 --json
capability=$(member capability)

say "At the door: the address, the phone, what is left, and nothing else"
as courier 0 customer show --order "$order"
holds "文三路 100 号"
holds "minutes left"
if grep -q "林小美" "$work/output"; then exit 1; fi

say "More than was lent is refused: another field, another purpose, more looks than agreed"
as courier 3 customer show --capability "$capability" --fields name
as courier 3 customer show --capability "$capability" --purpose support
as courier 0 customer show --capability "$capability"
as courier 0 customer show --capability "$capability"
as courier 3 customer show --capability "$capability"

say "A second order goes to him and then to somebody else: what was lent is over at once"
as counter 0 order add --customer "$number" --field number=1043 --field amount=31.50 --json
second=$(member id)
as counter 0 grant delegate --to Wang --order "$second" --fields address --purpose delivery --minutes 30 --max 5 --json
lent=$(member capability)
as courier 0 customer show --capability "$lent"
as counter 0 order reassign "$second"
as courier 3 customer show --capability "$lent"

say "Lent again, and delivered: the courier reports it himself, and has ended his own right"
as counter 0 grant delegate --to Wang --order "$second" --fields address --purpose delivery --minutes 30 --max 5 --json
lent=$(member capability)
as courier 0 order delivered "$second"
as courier 3 customer show --capability "$lent"
as counter 0 grant list

say "The officer's export verifies: every chain, every budget, every order is worked out again"
verify_log

say "The broker is sealed and stops"
end
