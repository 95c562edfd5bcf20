#!/usr/bin/env bash
# Disaster: archives go to two disks, the vault's folder is destroyed, and two of three recovery cards bring it back: the
# same customer, without the one who was erased meanwhile, and a log that goes on where it was.
#
# COFFER_BIN names the folder of the two programs (default: .build/release).
# Ends with 0 only if every step did what it should, the refused ones included.
set -euo pipefail

people=(operator)
# shellcheck source=Examples/stage.sh
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"

# serve [OPTION] — a broker for the vault, sealed
serve() {
    printf 'broker$ cofferd --dir vault%s\n' "${1:+ $1}"
    "$bin/cofferd" --dir "$vault" "$@" 2>"$work/broker.log" &
    broker=$!
    for _ in $(seq 200); do
        grep -q '^ready' "$work/broker.log" && break
        kill -0 "$broker" 2>/dev/null || break
        sleep 0.05
    done
    grep -q '^ready' "$work/broker.log"
}

say "The owner makes a vault with recovery cards: any two of three bring it back"
as owner 0 init --policy "$root/policies/takeout.yaml" --owner "Owner" --profile test \
    --unseal-passphrase-file "$work/vault.pass" --recovery 2/3 --cards "$work/cards"
serve
as owner 0 unseal --unseal-passphrase-file "$work/vault.pass"
as owner 0 keys cards confirm --recovery --card-file "$work/cards/recovery-1-of-3.txt" \
    --card-file "$work/cards/recovery-2-of-3.txt"
enrol counter Lin customer-service
enrol officer Chen compliance-officer
enrol operator Zhao backup-operator

say "Customers come in"
as counter 0 import "$root/Examples/takeout-customers.csv" --map "$root/policies/maps/takeout-customers.yaml"
as counter 0 customer add --field "name=林小美" --field "phone=+8613912345678" \
    --field "address=浙江省杭州市西湖区文三路 100 号" --purpose order --json
number=$(member number)

say "The backup operator reads no customer, and carries archives to two disks"
as operator 3 customer show "$number" --fields name --purpose order
mkdir "$work/stick" "$work/office"
as operator 0 backup targets add stick "$work/stick"
as operator 0 backup targets add office "$work/office"
as operator 0 backup run
as operator 0 backup list
as operator 0 backup check --all
as operator 0 backup status

say "Nothing on the disks can be read without the cards"
if grep -rqF -e "林小美" -e "13912345678" "$work/stick" "$work/office"; then exit 1; fi
echo "neither name nor phone is in any file"

say "A disk that was swapped for another is noticed, and the other one still gets its archive"
mv "$work/stick" "$work/stick.away"
mkdir "$work/stick"
as operator 10 backup run
rm -r "$work/stick"
mv "$work/stick.away" "$work/stick"
as operator 0 backup run

say "The vault's folder is destroyed"
kill "$broker"
wait "$broker" || true
broker=
rm -r "$vault"

say "One card is not enough, and a card of another kind is refused"
head -c 18 /dev/urandom | base64 >"$work/new.pass"
as owner 17 backup restore --from "$work/stick" --into "$vault" --card-file "$work/cards/recovery-1-of-3.txt" \
    --unseal-passphrase-file "$work/new.pass"

say "Two cards bring the vault back, in a new folder, with new keys; the owner's and Lin's keys live"
as owner 0 backup restore --from "$work/stick" --into "$vault" --card-file "$work/cards/recovery-3-of-3.txt" \
    --card-file "$work/cards/recovery-1-of-3.txt" --unseal-passphrase-file "$work/new.pass" --keep all
quorum=$(sed -n 's/^quorum *//p' "$work/output")
log_key=$(sed -n 's/^log key *//p' "$work/output")

say "Each device follows once, and compares the quorum with what stands on the cards"
serve --rebuild-index
as owner 0 identity follow --quorum "$quorum"
as counter 0 identity follow --quorum "$quorum"
as officer 0 identity follow --quorum "$quorum"
as owner 0 unseal --unseal-passphrase-file "$work/new.pass"

say "The same customer"
as counter 0 find --phone 13912345678 --purpose order
as counter 0 customer show "$number" --fields name,phone --purpose order --form full
holds "林小美"

say "The officer exports the log and verifies it across the restore"
as officer 0 log export --out "$work/export"
as officer 0 log verify "$work/export" --key "$log_key"
holds "$quorum"

say "The vault is sealed"
end
