#!/usr/bin/env bash
# A customer asks to be erased: frozen at once, taken back once, then erased with another person's approval; the receipt
# says what is gone, the books keep their amounts, and she can come back as somebody new.
#
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=(finance)
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

begin

say "A counter person, an accountant and a compliance officer enrol"
enrol counter Lin customer-service
enrol finance Zhao finance
enrol officer Chen compliance-officer

say "A customer, and an order of hers"
add_customer
as counter 0 order add --customer "$number" --field number=1042 --field amount=68.00 --field "requests=少放辣椒" --json
order=$(member id)

say "She asks to be erased. The counter cannot; the officer can"
as counter 3 subject erase "$number" --reason customer-request
as officer 0 subject erase "$number" --reason customer-request
as counter 7 customer show "$number" --fields name --purpose order
as counter 7 find --phone 13912345678 --purpose order
as officer 0 subject list

say "It was another customer of the same name: the owner takes it back"
as owner 0 subject undo "$number"
as counter 0 customer show "$number" --fields name --purpose order

say "This time it is she, and she does not want to wait: that takes another person's word"
as officer 3 subject erase "$number" --reason customer-request --now --json
request=$(member request)
as owner 0 request show "$request"
holds "$number"
as owner 0 request approve "$request" --yes
as officer 0 subject erase "$number" --reason customer-request --now --request "$request"

say "Nobody knows her any more; the books do not miss a cent"
as counter 4 customer show "$number" --fields name --purpose order
as counter 0 find --phone 13912345678 --purpose order
as finance 0 record show "$order" --fields order.number,order.amount --purpose settlement
holds "68.00"
as officer 4 subject erase "$number" --reason customer-request

say "The receipt, to print and to hand over"
as officer 0 subject receipt "$number" --out "$work/receipt.html"
holds "none was ever made"

say "She comes back, as somebody new"
as counter 0 customer add --field "name=林小美" --field "phone=+8613912345678" --purpose order --json
[ "$(member number)" != "$number" ]

say "The officer's export verifies: asked for, approved, carried out"
verify_log

say "The broker is sealed and stops"
end
